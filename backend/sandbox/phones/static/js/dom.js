// Small helpers to build elements; text is always set as text, never as markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `static/icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

// Updates a parent's children by key; an element whose data did not change stays as it is, so that
// screen readers and the keyboard focus are not disturbed.
export function keyed(parent, rows, keyOf, build) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  rows.forEach((row, index) => {
    const key = String(keyOf(row));
    const version = JSON.stringify(row);
    let element = known.get(key);
    if (!element || element.dataset.version !== version) {
      const fresh = build(row);
      fresh.dataset.key = key;
      fresh.dataset.version = version;
      element?.replaceWith(fresh);
      element = fresh;
    }
    known.delete(key);
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
  for (const gone of known.values()) gone.remove();
}

export function toast(text, kind = "note") {
  const box = document.getElementById("toasts");
  const note = h("p", { class: `toast ${kind}` }, text);
  box.append(note);
  setTimeout(() => note.remove(), 5000);
}

export function timeOfDay(unix, country) {
  const zone = country === "IN" ? "Asia/Kolkata" : "Africa/Nairobi";
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(unix * 1000);
}

export function money(amount, currency) {
  return new Intl.NumberFormat("en-IN", { style: "currency", currency, maximumFractionDigits: 2 }).format(amount);
}
