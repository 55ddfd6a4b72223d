// How one message looks.

import { h, icon, timeOfDay } from "./dom.js";

const TICKS = { accepted: ["·", "being sent"], sent: ["✓", "sent"], delivered: ["✓✓", "delivered"], read: ["✓✓", "read"] };
const FILES = { image: ["image", "Photo"], audio: ["mic", "Voice note"], video: ["image", "Video"], document: ["doc", "Document"], sticker: ["image", "Sticker"] };

export function bubble(message, context) {
  const { person, actions, quoted } = context;
  const mine = message.mine;
  const body = [quote(quoted), content(message), h("span", { class: "text", dir: "auto" }, message.text || gone(message))];
  const foot = h("span", { class: "meta" }, timeOfDay(message.at, person.country), mine ? ticks(message) : null);
  const note = message.note && message.text ? h("span", { class: "note" }, message.note) : null;
  const said = h("div", { class: `bubble ${mine ? "mine" : "theirs"}`, tabindex: "0" }, body, note, foot, reactions(message));
  const who = mine ? "You" : "Shop";
  said.setAttribute("aria-label", `${who}: ${message.text || message.note || message.kind}`);
  const menu = h(
    "button",
    { class: "more", type: "button", "aria-label": "Message actions", onclick: () => actions.menu(message) },
    icon("more"),
  );
  return h("li", { class: `row ${mine ? "mine" : "theirs"}` }, h("div", { class: "said" }, said, menu), taps(message, context));
}

function gone(message) {
  return message.note && !message.text ? `This message was ${message.note}.` : "";
}

function quote(message) {
  return message ? h("span", { class: "quote", dir: "auto" }, message.text || message.kind) : null;
}

function ticks(message) {
  const [mark, words] = TICKS[message.status] ?? ["!", message.status];
  return h("span", { class: `ticks ${message.status}`, role: "img", "aria-label": words, title: words }, mark);
}

function reactions(message) {
  const shown = message.reactions.filter(Boolean);
  return shown.length ? h("span", { class: "reactions", "aria-label": "Reactions" }, shown.join(" ")) : null;
}

function content(message) {
  const wire = message.content;
  const header = wire.interactive?.header?.text;
  if (header) return h("strong", { class: "header", dir: "auto" }, header);
  if (message.kind === "location") return place(wire.location);
  if (message.kind === "contacts") return attachment("person", "Contact");
  if (message.kind === "order") return basket(wire.order);
  if (message.kind === "attachment") return attachment("image", (wire.attachments ?? [wire.attachment])[0].type.replace("_", " "));
  const file = FILES[message.kind];
  return file ? attachment(...file) : null;
}

const attachment = (name, label) => h("span", { class: "file" }, icon(name), label);

function place(location) {
  const label = location.name ?? `${location.latitude}, ${location.longitude}`;
  return h("span", { class: "place" }, h("span", { class: "map", "aria-hidden": "true" }, icon("pin")), label);
}

function basket(order) {
  const rows = order.product_items.map((item) => h("li", {}, `${item.quantity} × ${item.product_retailer_id}`));
  return h("span", { class: "file" }, icon("shop"), h("ul", { class: "basket" }, rows));
}

// What can be tapped below a message: reply buttons, a list, an address to open, a request for place or number.
// Instagram shows quick replies above the keyboard instead.
function taps(message, { actions, app }) {
  const interactive = message.content.interactive;
  const elsewhere = app === "instagram" ? "quick_reply" : "";
  const kind = interactive?.type;
  const rows = message.buttons.filter((button) => button.tap === "list");
  const buttons = message.buttons.filter((button) => !["list", "url", "web_url", elsewhere].includes(button.tap));
  const links = message.buttons.filter((button) => button.url);
  const made = buttons.map((button) => tap(button.title, () => actions.tap(message, button)));
  if (rows.length) made.push(tap(interactive.action.button, () => actions.list(message, rows), "list"));
  if (kind === "location_request_message") made.push(tap("Send location", () => actions.places(message), "pin"));
  if (kind === "request_contact_info") made.push(tap("Share my number", () => actions.shareNumber(message), "person"));
  if (kind === "cta_url") links.push({ title: interactive.action.parameters.display_text, url: interactive.action.parameters.url });
  made.push(...links.map(address));
  return made.length ? h("div", { class: "taps", role: "group", "aria-label": "Answers" }, made) : null;
}

function tap(label, onclick, name) {
  return h("button", { class: "tap", type: "button", onclick, dir: "auto" }, name ? icon(name) : null, label);
}

function address(link) {
  return h("a", { class: "tap", href: link.url, target: "_blank", rel: "noopener noreferrer" }, icon("link"), link.title);
}
