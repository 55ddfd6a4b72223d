// Puts the page together: two phones, the panel, and the socket that keeps them fresh.

import * as api from "./api.js";
import { toast } from "./dom.js";
import { Panel } from "./panel.js";
import { Phone } from "./phone.js";

const STORE = "duka-phones";
const link = document.getElementById("link");
const choices = recall();
const remember = () => localStorage.setItem(STORE, JSON.stringify(choices));
const phones = ["Left phone", "Right phone"].map((label, index) => new Phone(label, choices[index], remember));
document.getElementById("phones").append(...phones.map((phone) => phone.element));
const panel = new Panel(document.getElementById("panel"), (unix) => phones.forEach((phone) => phone.tick(unix)));

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE));
    if (Array.isArray(kept) && kept.length === 2) return kept;
  } catch {
    // A damaged note is as good as none.
  }
  return [{ person: null, app: "whatsapp" }, { person: null, app: "whatsapp" }];
}

// The first visit shows a customer on the left and the vendor of the same country on the right.
function firstChoice(overview) {
  const [left, right] = choices;
  const find = (role) => overview.people.find((person) => person.role === role);
  left.person ??= find("customer")?.id ?? null;
  right.person ??= find("vendor")?.id ?? null;
}

// What changes while an answer is on its way is fetched once more after it.
let waiting = false;
let again = false;
async function fetchAll() {
  again = waiting;
  if (waiting) return;
  waiting = true;
  try {
    const overview = await api.overview();
    firstChoice(overview);
    panel.show(overview);
    for (const phone of phones) phone.setOverview(overview);
    await Promise.all(phones.map((phone) => phone.refresh()));
  } catch (error) {
    toast(error.message, "bad");
  } finally {
    waiting = false;
    if (again) fetchAll();
  }
}

// Many changes may come at once; each phone fetches at most once per frame.
const due = new Set();
function changed(note) {
  if (!note || note.reset || note.clock) {
    fetchAll();
    return;
  }
  for (const phone of phones.filter((p) => note.people.includes(p.choice.person))) {
    if (due.has(phone)) continue;
    due.add(phone);
    setTimeout(() => {
      due.delete(phone);
      phone.refresh();
    }, 30);
  }
  panel.showWire();
}

function connected(on) {
  link.textContent = on ? "Live" : "Reconnecting…";
  link.classList.toggle("on", on);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("duka-theme", theme);
}

document.getElementById("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  setTheme(dark ? "light" : "dark");
});
const theme = localStorage.getItem("duka-theme");
if (theme) setTheme(theme);
document.addEventListener("visibilitychange", () => document.hidden || fetchAll());
setInterval(() => panel.tick(), 1000);
api.listen({ changed, state: connected });
