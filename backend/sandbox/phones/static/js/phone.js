// One phone: whose it is, which app is open, and everything on its screen.

import * as api from "./api.js";
import { Chat } from "./chat.js";
import { h, icon, keyed, money, timeOfDay, toast } from "./dom.js";
import { Overlays } from "./overlays.js";
import { Sheet } from "./sheet.js";

const APPS = [["whatsapp", "WhatsApp"], ["instagram", "Instagram"], ["money", "Money"]];
const ROLES = [["customer", "Customers"], ["vendor", "Vendors"], ["rider", "Riders"]];

export class Phone {
  constructor(label, choice, remember) {
    this.choice = choice;
    this.remember = remember;
    this.sheet = new Sheet();
    this.chat = new Chat(this.sheet, label);
    this.overlays = new Overlays();
    this.who = h("select", { "aria-label": `${label}: whose phone`, onchange: () => this.pick({ person: this.who.value }) });
    this.shops = h("select", { "aria-label": `${label}: which shop`, onchange: () => this.pick({ shop: this.shops.value }) });
    this.tabs = h("div", { class: "tabs", role: "group", "aria-label": "Apps" }, APPS.map(([id, name]) => this.tab(id, name)));
    this.time = h("time", { class: "time" });
    this.signal = h("button", { class: "signal", type: "button", onclick: () => this.toggleReach() });
    this.money = h("section", { class: "money", "aria-label": `${label}: money and messages` });
    const bar = h("div", { class: "status" }, this.time, h("span", { class: "notch", "aria-hidden": "true" }), this.signal);
    this.screen = h("div", { class: "screen" }, bar, this.chat.element, this.money, this.overlays.element, this.sheet.element);
    this.element = h("article", { class: "phone-box", "aria-label": label },
      h("div", { class: "picker" }, this.who, this.shops),
      this.tabs,
      h("div", { class: "phone" }, this.screen));
  }

  tab(id, name) {
    return h("button", { class: "tab", type: "button", "data-app": id, onclick: () => this.pick({ app: id }) }, name);
  }

  pick(change) {
    Object.assign(this.choice, change);
    if (change.app) this.choice.shop = null;
    this.remember();
    this.overlays.reopen();
    this.refresh();
  }

  setOverview(overview) {
    this.overview = overview;
    if (!overview.people.some((p) => p.id === this.choice.person)) this.choice.person = overview.people[0]?.id;
    const groups = ROLES.map(([role, name]) => {
      const people = overview.people.filter((p) => p.role === role);
      const options = people.map((p) => h("option", { value: p.id, selected: p.id === this.choice.person }, `${p.name} · ${p.country}`));
      return options.length ? h("optgroup", { label: name }, options) : null;
    });
    this.who.replaceChildren(...groups.filter(Boolean));
  }

  async refresh() {
    const wanted = this.choice.person;
    try {
      const data = await api.phone(wanted);
      if (wanted === this.choice.person) this.show(data);
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  show(data) {
    this.data = data;
    const app = this.choice.app ?? "whatsapp";
    this.element.dataset.app = app;
    this.element.dataset.role = data.role;
    for (const tab of this.tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.app === app));
    this.showReach(data);
    this.tick(this.overview.now);
    this.chat.element.hidden = app === "money";
    this.money.hidden = app !== "money";
    this.shops.hidden = app === "money";
    if (app === "money") this.showMoney(data);
    else this.showChat(data, app);
    this.overlays.show(data, data);
  }

  showReach(data) {
    this.signal.textContent = data.reachable ? "▂▄▆" : "off";
    this.signal.setAttribute("aria-label", data.reachable ? "Phone is on; switch it off" : "Phone is off; switch it on");
    this.screen.classList.toggle("off", !data.reachable);
  }

  showChat(data, app) {
    const threads = data[app];
    const home = this.overview.shops.filter((s) => s.app === app);
    const own = home.find((s) => (app === "whatsapp" ? s.country === data.country : home.indexOf(s) === (data.country === "IN" ? 1 : 0)));
    const shop = threads[this.choice.shop] ? this.choice.shop : (own ?? home[0]).id;
    keyed(this.shops, home.map((s) => ({ ...s, selected: s.id === shop })), (s) => s.id, (s) =>
      h("option", { value: s.id, selected: s.selected }, s.name));
    this.shops.value = shop;
    this.chat.show({ person: data, app, shop, thread: threads[shop], name: threads[shop].name });
  }

  showMoney(data) {
    const kenyan = data.country === "KE";
    const balance = money(data.wallet, kenyan ? "KES" : "INR");
    const rows = data.daraja.sms.map((sms) => h("li", {},
      h("p", { dir: "auto" }, sms.text),
      h("button", { class: "chip", type: "button", onclick: () => this.paste(sms.text) }, "Paste into chat")));
    const calls = data.exotel.log.map((call) => h("li", { class: "missed" }, icon("phone"), `${call.from} · ${timeOfDay(call.at, data.country)} · ${call.status ?? "ringing"}`));
    const parts = [
      h("div", { class: "balance" }, h("span", {}, kenyan ? "M-Pesa balance" : "Bank balance"), h("strong", {}, balance)),
      kenyan ? h("button", { class: "primary", type: "button", onclick: () => this.payByHand() }, icon("cash"), "Pay by hand (paybill)") : null,
      h("h3", {}, "Messages"),
      rows.length ? h("ol", { class: "sms" }, rows) : h("p", { class: "quiet" }, "No messages yet."),
      calls.length ? h("h3", {}, "Calls") : null,
      calls.length ? h("ol", { class: "sms" }, calls) : null,
    ];
    this.money.replaceChildren(...parts.filter(Boolean));
  }

  payByHand() {
    const [first] = this.overview.paybills;
    this.sheet.form("Lipa na M-Pesa", [
      { name: "to", label: "Paybill or till", value: first?.shortcode, mode: "numeric" },
      { name: "reference", label: "Account (as you would type it)", value: "" },
      { name: "amount", label: "Amount", value: "", mode: "numeric" },
    ], "Pay", (fields) => api.act("daraja", "pay_by_hand", { from: this.choice.person, ...fields, amount: Number(fields.amount) }));
  }

  paste(text) {
    this.pick({ app: "whatsapp" });
    this.chat.input.value = text;
    this.chat.input.focus();
  }

  toggleReach() {
    api.act("whatsapp", "reach", { from: this.choice.person, reachable: !this.data.reachable });
  }

  tick(unix) {
    this.time.textContent = timeOfDay(unix, this.data?.country ?? "KE");
  }
}
