// What takes over a phone's screen: the M-Pesa prompt, the UPI sheet, a call.

import { act } from "./api.js";
import { h, icon, keyed, money } from "./dom.js";

const RIGHT_PIN = "1234";
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export class Overlays {
  constructor() {
    this.hidden = new Set();
    this.element = h("div", { class: "overlays" });
  }

  show(person, data) {
    this.person = person;
    const calls = data.exotel.calls.filter((call) => !this.hidden.has(call.sid)).slice(-1);
    const prompts = calls.length ? [] : data.daraja.prompts.filter((prompt) => !this.hidden.has(prompt.id));
    const sheets = calls.length || prompts.length ? [] : data.upi.sheets.filter((sheet) => !this.hidden.has(sheet.id)).slice(-1);
    keyed(this.element, [
      ...calls.map((call) => ({ kind: "call", id: `${call.sid}/${call.phase === "ringing" ? "ring" : "talk"}`, call })),
      ...prompts.map((prompt) => ({ kind: "prompt", id: prompt.id, prompt })),
      ...sheets.map((sheet) => ({ kind: "upi", id: sheet.id, sheet })),
    ], (row) => row.id, (row) => this.build(row));
  }

  hide(id) {
    this.hidden.add(id);
    this.element.replaceChildren();
  }

  reopen() {
    this.hidden.clear();
  }

  build(row) {
    if (row.kind === "prompt") return this.prompt(row.prompt);
    return row.kind === "upi" ? this.upi(row.sheet) : this.call(row.call);
  }

  prompt(prompt) {
    const answer = (outcome) => act("daraja", "answer", { checkout_id: prompt.id, outcome });
    const pin = h("input", { type: "password", inputmode: "numeric", maxlength: "4", autocomplete: "off", "aria-label": "M-Pesa PIN", required: true });
    const form = h("form", { class: "stk" },
      h("p", {}, `Do you want to pay Ksh ${prompt.amount.toLocaleString("en-KE")}.00 to ${prompt.payee}, account ${prompt.reference}?`),
      h("label", {}, "Enter M-PESA PIN:", pin),
      h("div", { class: "pair" },
        h("button", { type: "button", onclick: () => answer("cancel") }, "Cancel"),
        h("button", { type: "submit" }, "Send")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(pin.value === RIGHT_PIN ? "pay" : "wrong_pin");
    });
    const aside = h("div", { class: "aside" },
      h("p", {}, `The right PIN is ${RIGHT_PIN}; any other is wrong.`),
      h("button", { type: "button", onclick: () => answer("insufficient") }, "Not enough money"),
      h("button", { type: "button", onclick: () => this.hide(prompt.id) }, "Ignore it"));
    return dialog("M-Pesa payment prompt", "dim", form, aside);
  }

  upi(sheet) {
    const settle = (outcome) => act("upi", "pay", { id: sheet.id, from: this.person.id, outcome });
    const card = h("div", { class: "upi" },
      h("p", { class: "small" }, "UPI payment request"),
      h("p", { class: "amount" }, money(sheet.amount / 100, "INR")),
      h("p", { dir: "auto" }, sheet.description || sheet.reference),
      h("button", { class: "primary", type: "button", onclick: () => settle("pay") }, "Pay with UPI PIN"),
      h("div", { class: "pair" },
        h("button", { type: "button", onclick: () => settle("fail") }, "Let it fail"),
        h("button", { type: "button", onclick: () => settle("expire") }, "Let it expire")),
      h("button", { class: "quiet", type: "button", onclick: () => this.hide(sheet.id) }, "Later"));
    return dialog("UPI payment", "dim bottom", card);
  }

  call(call) {
    return call.phase === "ringing" ? this.ringing(call) : this.talking(call);
  }

  ringing(call) {
    const on = (verb) => () => act("exotel", verb, { sid: call.sid });
    return dialog(`Incoming call from ${call.label}`, "call",
      h("p", { class: "who" }, call.label),
      h("p", { class: "small" }, `${call.from} · incoming call`),
      h("div", { class: "ring", "aria-hidden": "true" }, icon("phone")),
      h("div", { class: "keys two" },
        h("button", { class: "no", type: "button", onclick: on("reject"), "aria-label": "Decline" }, icon("phone-off")),
        h("button", { class: "yes", type: "button", onclick: on("answer"), "aria-label": "Answer" }, icon("phone"))),
      h("button", { class: "quiet", type: "button", onclick: () => this.hide(call.sid) }, "Let it ring"));
  }

  talking(call) {
    const over = call.phase === "ended";
    const lines = call.captions.map((line) => h("li", { class: line.typed ? "typed" : "", dir: "auto" }, line.typed ? `⌨ ${line.text}` : line.text));
    const words = over ? `Call ended · ${call.status ?? ""}` : call.phase === "talking" ? `Talking${call.with.length ? ` with ${call.with.join(", ")}` : ""}` : "On the line";
    const press = (digits) => act("exotel", "digits", { sid: call.sid, digits });
    const keys = KEYS.map((key) => h("button", { class: "key", type: "button", onclick: () => press(key), disabled: call.phase !== "gather" }, key));
    const end = over
      ? h("button", { class: "quiet", type: "button", onclick: () => this.hide(call.sid) }, "Close")
      : h("button", { class: "no wide", type: "button", "aria-label": "Hang up", onclick: () => act("exotel", "hangup", { sid: call.sid }) }, icon("phone-off"));
    return dialog(`Call with ${call.label}`, "call",
      h("p", { class: "who" }, call.label),
      h("p", { class: "small", role: "status" }, words),
      h("ol", { class: "captions", "aria-live": "polite", "aria-label": "What is spoken" }, lines),
      over ? null : h("div", { class: "keys", role: "group", "aria-label": "Keypad" }, keys),
      end);
  }
}

function dialog(label, kind, ...children) {
  return h("div", { class: `overlay ${kind}`, role: "dialog", "aria-label": label }, children);
}
