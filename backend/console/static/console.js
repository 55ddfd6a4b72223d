// Live updates and clocks; everything else is plain HTML.

const LONGEST_WAIT_MS = 5000;

class LiveLight extends HTMLElement {
  connectedCallback() {
    this.wait = 250;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/console/live`);
    socket.onopen = () => {
      this.wait = 250;
      this.show("live");
    };
    socket.onmessage = (event) => {
      const { version } = JSON.parse(event.data);
      if (this.version !== undefined && version !== this.version) {
        document.body.dispatchEvent(new CustomEvent("duka:changed"));
      }
      this.version = version;
    };
    socket.onclose = () => {
      this.show("reconnecting");
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    };
  }

  show(state) {
    this.textContent = state;
    this.dataset.state = state;
  }
}

// Times come from the shop's own clock: `now` is its instant when the page was rendered.
class Clock extends HTMLElement {
  connectedCallback() {
    this.render();
    this.timer = setInterval(() => this.render(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  static observedAttributes = ["now", "due", "since"];

  attributeChangedCallback() {
    this.seenAt = performance.now();
    if (this.isConnected) this.render();
  }

  get now() {
    return Date.parse(this.getAttribute("now")) + performance.now() - this.seenAt;
  }

  static words(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    const rest = String(seconds % 60).padStart(2, "0");
    return seconds >= 3600 ? `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min` : `${Math.floor(seconds / 60)}:${rest}`;
  }
}

class SlaClock extends Clock {
  render() {
    const left = Date.parse(this.getAttribute("due")) - this.now;
    this.textContent = left > 0 ? `in ${Clock.words(left)}` : "now";
    this.dataset.level = left > 60000 ? "calm" : left > 0 ? "soon" : "late";
  }
}

class SlaAge extends Clock {
  render() {
    const age = this.now - Date.parse(this.getAttribute("since"));
    this.textContent = Clock.words(age);
    this.dataset.level = age < 120000 ? "calm" : age < 300000 ? "soon" : "late";
  }
}

customElements.define("live-light", LiveLight);
customElements.define("sla-clock", SlaClock);
customElements.define("sla-age", SlaAge);

const messages = document.querySelector(".messages");
if (messages) messages.scrollTop = messages.scrollHeight;
