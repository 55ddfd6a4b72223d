// A sheet that slides up inside a phone: choices, or a small form.

import { h, icon } from "./dom.js";

export class Sheet {
  constructor() {
    this.element = h("dialog", { class: "sheet" });
    this.element.addEventListener("click", (event) => {
      if (event.target === this.element) this.element.close();
    });
  }

  choose(title, items) {
    const rows = items.map((item) => {
      const pick = () => {
        this.element.close();
        item.act();
      };
      const below = item.below ? h("span", { class: "below" }, item.below) : null;
      const label = h("span", { dir: "auto" }, item.label, below);
      return h("button", { class: item.small ? "choice small" : "choice", type: "button", onclick: pick }, item.icon ? icon(item.icon) : null, label);
    });
    this.open(title, h("div", { class: "choices" }, rows));
  }

  form(title, fields, label, done) {
    const inputs = fields.map((field) => h("input", { name: field.name, required: true, value: field.value ?? "", inputmode: field.mode ?? "text" }));
    const rows = fields.map((field, index) => h("label", {}, field.label, inputs[index]));
    const form = h("form", { class: "fields" }, rows, h("button", { class: "primary", type: "submit" }, label));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.element.close();
      done(Object.fromEntries(new FormData(form)));
    });
    this.open(title, form);
  }

  open(title, body) {
    const close = h("button", { class: "round", type: "button", "aria-label": "Close", onclick: () => this.element.close() }, icon("close"));
    this.element.replaceChildren(h("header", {}, h("h3", {}, title), close), body);
    this.element.setAttribute("aria-label", title);
    this.element.close();
    this.element.show();
    this.element.querySelector(".choices button, input")?.focus();
  }
}
