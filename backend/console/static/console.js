// Live updates and clocks; everything else is plain HTML.

const LONGEST_WAIT_MS = 5000;
const NOT_LOGGED_IN = 4401;

// Regions fetch themselves again on `duka:changed`. The socket is our own, so a hidden tab is told like any other.
class LiveLight extends HTMLElement {
  connectedCallback() {
    this.mark = this.getAttribute("mark");
    this.wait = 250;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/console/live`);
    socket.onmessage = (event) => {
      this.wait = 250;
      this.show("live");
      const { mark } = JSON.parse(event.data);
      if (mark !== this.mark) document.body.dispatchEvent(new CustomEvent("duka:changed"));
      this.mark = mark;
    };
    socket.onclose = (event) => {
      if (event.code === NOT_LOGGED_IN) {
        location.reload();
        return;
      }
      this.show("reconnecting");
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    };
  }

  show(state) {
    if (this.dataset.state === state) return;
    this.textContent = state;
    this.dataset.state = state;
  }
}

// Times come from the shop's own clock: `now` is its instant when the page was rendered. One ticker moves all of them.
const clocks = new Set();
setInterval(() => clocks.forEach((clock) => clock.render()), 1000);

class Clock extends HTMLElement {
  static observedAttributes = ["now", "due", "since"];

  connectedCallback() {
    clocks.add(this);
    this.render();
  }

  disconnectedCallback() {
    clocks.delete(this);
  }

  attributeChangedCallback(name) {
    if (name === "now") this.seenAt = performance.now();
    if (this.isConnected) this.render();
  }

  get now() {
    return Date.parse(this.getAttribute("now")) + performance.now() - this.seenAt;
  }

  write(words, level) {
    if (this.textContent !== words) this.textContent = words;
    if (this.dataset.level !== level) this.dataset.level = level;
  }

  static words(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    const minutes = Math.floor(seconds / 60);
    if (seconds >= 172800) return `${Math.floor(seconds / 86400)} days`;
    if (seconds >= 3600) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

class SlaClock extends Clock {
  render() {
    const left = Date.parse(this.getAttribute("due")) - this.now;
    const after = this.getAttribute("after");
    if (left > 0) this.write(`${this.getAttribute("before") ?? "in"} ${Clock.words(left)}`, left > 60000 ? "calm" : "soon");
    else this.write(after ? `${after} ${Clock.words(-left)}` : "now", "late");
  }
}

class SlaAge extends Clock {
  render() {
    const age = this.now - Date.parse(this.getAttribute("since"));
    const limit = (name) => 1000 * (this.getAttribute(name) ?? Infinity);
    this.write(Clock.words(age), age >= limit("late") ? "late" : age >= limit("soon") ? "soon" : "calm");
  }
}

// Tells the composer how the thread stands. What is being typed keeps the version that its writer has seen, so that
// the backend can refuse it where somebody else has answered meanwhile.
class ThreadVersion extends HTMLElement {
  static observedAttributes = ["value"];

  attributeChangedCallback(_name, before, value) {
    const composer = document.querySelector(".composer");
    if (!composer || before === null) return;
    if (composer.elements.words.value.trim()) document.querySelector("#overtaken").hidden = false;
    else composer.elements.version.value = value;
  }
}

customElements.define("live-light", LiveLight);
customElements.define("sla-clock", SlaClock);
customElements.define("sla-age", SlaAge);
customElements.define("thread-version", ThreadVersion);

// The newest message stays in sight, unless somebody has scrolled up to read.
const thread = document.querySelector("#messages");
if (thread) {
  let atEnd = true;
  const box = () => thread.querySelector(".messages-scroll");
  const toEnd = () => { if (atEnd) box().scrollTop = box().scrollHeight; };
  box().addEventListener("scroll", () => { atEnd = box().scrollHeight - box().scrollTop - box().clientHeight < 40; });
  new MutationObserver(toEnd).observe(thread, { childList: true, subtree: true });
  toEnd();
}

// A form is sent once, however often its button is pressed; Enter sends a reply, Shift and Enter make a new line.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
document.querySelector(".composer textarea")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
