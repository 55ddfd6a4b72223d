// One conversation on a phone: the thread, the composer, and what hangs on them.

import { act } from "./api.js";
import { bubble } from "./bubbles.js";
import { h, icon, keyed } from "./dom.js";
import { PLACES, samplesFor } from "./samples.js";

const EMOJI = ["👍", "❤️", "😂", "🙏"];

export class Chat {
  constructor(sheet, label) {
    this.sheet = sheet;
    this.reply = null;
    this.log = h("ol", { class: "log" });
    this.samples = h("div", { class: "samples", role: "group", "aria-label": "Examples to tap" });
    this.quick = h("div", { class: "quick", role: "group", "aria-label": "Quick replies" });
    const log = h("div", { role: "log", "aria-live": "polite", "aria-label": "Messages" }, this.log);
    this.scroll = h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `${label}: conversation` }, log, this.samples);
    this.title = h("span", { class: "title" });
    this.below = h("span", { class: "below" });
    const avatar = h("span", { class: "avatar", "aria-hidden": "true" }, icon("shop"));
    this.head = h("header", { class: "chat-head" }, avatar, h("span", { class: "names" }, this.title, this.below));
    this.element = h("div", { class: "chat" }, this.head, this.scroll, this.quick, this.composer());
  }

  composer() {
    this.input = h("textarea", { rows: "1", placeholder: "Message", "aria-label": "Message", dir: "auto" });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.replying = h("p", { class: "replying", hidden: true });
    const attach = h("button", { class: "round", type: "button", "aria-label": "Attach", onclick: () => this.attach() }, icon("plus"));
    const ideas = h("button", { class: "round", type: "button", "aria-label": "Examples", onclick: () => this.ideas() }, icon("spark"));
    const send = h("button", { class: "round send", type: "submit", "aria-label": "Send" }, icon("send"));
    this.form = h("form", { class: "composer" }, this.replying, attach, ideas, this.input, send);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write(this.input.value);
    });
    return this.form;
  }

  onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  show({ person, app, shop, thread, name }) {
    const moved = this.key !== `${person.id}/${app}/${shop}`;
    Object.assign(this, { person, app, shop, thread, key: `${person.id}/${app}/${shop}` });
    if (moved) this.answerTo(null);
    const atEnd = moved || this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60;
    this.title.textContent = name;
    this.below.textContent = thread.typing ? "typing…" : app === "instagram" ? "Instagram" : "Business account";
    this.below.classList.toggle("typing", thread.typing);
    const byId = new Map(thread.messages.map((message) => [message.id, message]));
    keyed(this.log, thread.messages, (m) => `${this.key}/${m.id}`, (m) =>
      bubble(m, { person, app, actions: this.actions(), quoted: byId.get(m.reply_to) }),
    );
    this.showSamples();
    this.showQuick();
    if (atEnd) requestAnimationFrame(() => (this.scroll.scrollTop = this.scroll.scrollHeight));
    this.markRead();
  }

  actions() {
    return {
      tap: (message, button) => this.do("tap", { message_id: message.id, button: button.id }),
      list: (message, rows) => this.chooseRow(message, rows),
      places: (message) => this.choosePlace(message.id),
      shareNumber: (message) => this.do("contact", { requested: true, reply_to: message.id }),
      menu: (message) => this.menu(message),
    };
  }

  do(verb, body = {}) {
    return act(this.app, verb, { from: this.person.id, to: this.shop, ...body });
  }

  async write(text) {
    const words = text.trim();
    if (!words) return;
    const body = { text: words, ...(this.reply ? { reply_to: this.reply } : {}) };
    this.input.value = "";
    this.answerTo(null);
    if (!(await this.do("text", body))) this.input.value = words;
  }

  markRead() {
    const fresh = this.thread.messages.some((m) => !m.mine && (m.status === "delivered" || (this.app === "instagram" && m.status === "sent")));
    if (fresh && !document.hidden && this.element.isConnected) this.do("read");
  }

  showSamples() {
    const samples = this.thread.messages.length ? [] : samplesFor(this.person);
    keyed(this.samples, samples, (s) => s[1], ([language, text]) => this.sample(language, text));
    this.samples.classList.toggle("shown", samples.length > 0);
    this.scroll.classList.toggle("empty", this.thread.messages.length === 0);
    if (!samples.length && !this.thread.messages.length) {
      const words = this.person.role === "customer" ? "Say hello to the shop." : "New orders will arrive here, or by a call.";
      keyed(this.samples, [words], (w) => w, (w) => h("p", { class: "quiet" }, w));
    }
  }

  sample(language, text) {
    const label = h("span", { class: "language" }, language);
    return h("button", { class: "sample", type: "button", dir: "auto", onclick: () => this.write(text) }, label, text);
  }

  showQuick() {
    const last = this.thread.messages.at(-1);
    const replies = this.app === "instagram" && last && !last.mine ? last.buttons.filter((b) => b.tap === "quick_reply") : [];
    keyed(this.quick, replies, (b) => `${last?.id}/${b.id}`, (b) =>
      h("button", { class: "chip", type: "button", onclick: () => this.actions().tap(last, b) }, b.title),
    );
  }

  chooseRow(message, rows) {
    const pick = (row) => () => this.actions().tap(message, row);
    const items = rows.map((row) => ({ label: row.title, below: row.description, act: pick(row) }));
    this.sheet.choose(message.content.interactive.action.button, items);
  }

  choosePlace(replyTo) {
    const body = (name, latitude, longitude) => ({ name, latitude, longitude, ...(replyTo ? { reply_to: replyTo } : {}) });
    const items = (PLACES[this.person.country] ?? PLACES.KE).map(([name, lat, lng]) => ({
      label: name,
      icon: "pin",
      act: () => (this.app === "whatsapp" ? this.do("location", body(name, lat, lng)) : this.write(name)),
    }));
    this.sheet.choose("Send a place", items);
  }

  attach() {
    const whatsapp = this.app === "whatsapp";
    const items = [
      { label: "Location", icon: "pin", act: () => this.choosePlace() },
      { label: "Photo", icon: "image", act: () => this.do("image", whatsapp ? { caption: this.input.value } : {}) },
      { label: "Voice note", icon: "mic", act: () => this.do("audio") },
    ];
    if (whatsapp) items.push({ label: "My contact", icon: "person", act: () => this.do("contact") });
    else items.push({ label: "Reply to the story", icon: "reply", act: () => this.do("story_reply", { text: "😍 How much is this?" }) });
    this.sheet.choose("Attach", items);
  }

  ideas() {
    const items = samplesFor(this.person).map(([language, text]) => ({ label: text, below: language, act: () => this.write(text) }));
    this.sheet.choose("Examples", items.length ? items : [{ label: "👍", act: () => this.write("👍") }]);
  }

  menu(message) {
    const react = EMOJI.map((emoji) => ({ label: emoji, small: true, act: () => this.do("reaction", { message_id: message.id, emoji }) }));
    const items = [...react, { label: "Reply", icon: "reply", act: () => this.answerTo(message) }];
    if (message.mine && !message.note) {
      items.push({ label: this.app === "instagram" ? "Unsend" : "Delete for everyone", icon: "close", act: () => this.do("revoke", { message_id: message.id }) });
    }
    this.sheet.choose("Message", items);
  }

  answerTo(message) {
    this.reply = message?.id ?? null;
    this.replying.hidden = !message;
    this.replying.textContent = message ? `Reply to: ${message.text || message.kind}` : "";
    if (message) this.input.focus();
  }
}
