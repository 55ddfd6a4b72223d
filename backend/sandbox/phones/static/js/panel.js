// Time and trouble: the clock, the accidents, the people's habits, what went over the wire.

import * as api from "./api.js";
import { h, keyed, toast } from "./dom.js";

const ACCIDENTS = [
  ["delay", "Late", "Each report to the shop comes 30 s late", { seconds: 30 }],
  ["duplicate", "Twice", "Each report comes two times", {}],
  ["drop", "Lost", "No report comes at all", {}],
];
const PROVIDERS = [["whatsapp", "WhatsApp"], ["instagram", "Instagram"], ["daraja", "M-Pesa"], ["upi", "UPI"], ["exotel", "Calls"], ["maps", "Maps"]];
const HABITS = [
  ["daraja", "M-Pesa prompts", [["manual", "I answer"], ["pay", "Paid at once"], ["wrong_pin", "Wrong PIN"], ["cancel", "Cancelled"], ["insufficient", "No money"]]],
  ["upi", "UPI links", [["manual", "I answer"], ["pay", "Paid at once"], ["fail", "Fails"]]],
  ["exotel", "Calls", [["manual", "I answer"], ["busy", "Busy"], ["failed", "Fails"]]],
];

export class Panel {
  constructor(root, onClock) {
    this.onClock = onClock;
    this.clock = h("output", { class: "clock", "aria-label": "Simulated time" });
    this.wire = h("ol", { class: "wire" });
    this.switches = new Map();
    this.habits = new Map();
    root.append(this.timeCard(), this.troubleCard(), this.habitsCard(), this.wireCard());
  }

  timeCard() {
    const minutes = h("input", { type: "number", min: "1", max: "10080", value: "30", "aria-label": "Minutes to move the clock" });
    const form = h("form", { class: "inline" }, minutes, h("button", { type: "submit" }, "min on"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.advance(Number(minutes.value));
    });
    const step = (n) => h("button", { type: "button", onclick: () => this.advance(n) }, `+${n} min`);
    return card("Clock", this.clock, h("div", { class: "inline" }, step(1), step(5)), form);
  }

  troubleCard() {
    const accidents = ACCIDENTS.map(([what, label, title, more]) => this.toggle(`accident:${what}`, label, title, (on, id) =>
      on ? api.send("POST", "webhooks/accidents", { what, ...more }) : api.send("DELETE", "webhooks/accidents", { id })));
    const down = PROVIDERS.map(([provider, label]) => this.toggle(`fault:${provider}`, label, `${label} answers with an error`, (on, id) =>
      on ? api.send("POST", "faults", { provider, status: 503 }) : api.send("DELETE", "faults", { id })));
    return card("Trouble", h("fieldset", {}, h("legend", {}, "Reports to the shop come"), accidents), h("fieldset", {}, h("legend", {}, "Provider is down"), down));
  }

  habitsCard() {
    const rows = HABITS.map(([provider, label, options]) => {
      const select = h("select", {}, options.map(([value, words]) => h("option", { value }, words)));
      this.habits.set(provider, select);
      select.addEventListener("change", () => this.run(() => api.send("POST", "actor/policy", { provider, outcome: select.value, after_s: 2 })));
      return h("label", { class: "habit" }, label, select);
    });
    const reset = h("button", { class: "danger", type: "button", onclick: () => this.reset() }, "Start again");
    return card("People", rows, reset);
  }

  wireCard() {
    const details = h("details", { class: "card" }, h("summary", {}, "On the wire"), this.wire);
    details.addEventListener("toggle", () => this.showWire());
    this.details = details;
    return details;
  }

  toggle(key, label, title, change) {
    const input = h("input", { type: "checkbox", role: "switch" });
    this.switches.set(key, input);
    input.addEventListener("change", async () => {
      input.disabled = true; // turned again before its id is known, it would leave the trouble on
      await this.run(() => change(input.checked, input.dataset.id));
      input.disabled = false;
      input.focus();
    });
    return h("label", { class: "switch", title }, input, h("span", {}, label));
  }

  show(overview) {
    this.overview = overview;
    this.offset = overview.now - Date.now() / 1000;
    const on = new Map([
      ...overview.accidents.map((a) => [`accident:${a.what}`, a.id]),
      ...overview.faults.map((f) => [`fault:${f.provider}`, f.id]),
    ]);
    for (const [key, input] of this.switches) {
      input.checked = on.has(key);
      input.dataset.id = on.get(key) ?? "";
    }
    for (const [provider, select] of this.habits) select.value = overview.policies[provider] ?? "manual";
    this.tick();
    if (this.details.open) this.showWire();
  }

  tick() {
    if (this.offset === undefined) return;
    const now = new Date(Date.now() + this.offset * 1000);
    const format = (zone) => new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(now);
    this.clock.textContent = `${format("Africa/Nairobi")} Nairobi · ${format("Asia/Kolkata").slice(-5)} Nashik`;
    this.onClock(now.getTime() / 1000);
  }

  async showWire() {
    if (!this.details.open) return;
    const found = await tell(() => Promise.all([api.read("webhooks?limit=25"), api.read("calls?limit=25")]));
    if (!found) return;
    const [hooks, calls] = found;
    const rows = [
      ...hooks.map((d) => ({ id: d.id, text: `← ${d.provider} ${d.kind}`, state: d.state })),
      ...calls.map((c) => ({ id: `c${c.number}`, text: `→ ${c.provider} ${c.method} ${c.path}`, state: c.status || "cut" })),
    ];
    keyed(this.wire, rows.reverse(), (r) => r.id, (r) => h("li", {}, h("span", {}, r.text), h("span", { class: `state s-${r.state}` }, String(r.state))));
  }

  advance(minutes) {
    if (minutes > 0) this.run(() => api.send("POST", "clock", { advance_s: minutes * 60 }));
  }

  reset() {
    if (window.confirm("Forget all messages, payments and calls on these phones?")) this.run(() => api.send("POST", "reset"));
  }

  async run(work) {
    await tell(work);
    const overview = await tell(api.overview);
    if (overview) this.show(overview);
  }
}

// Does the work, and tells the person at the page if it could not be done; the sandbox may be going away.
async function tell(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), children);
