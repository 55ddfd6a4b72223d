// What the page asks of the sandbox: the state of a phone, and what a person does with it.

import { toast } from "./dom.js";

const SIM = new URL("../__sim/", document.baseURI);

async function ask(url, options) {
  const answer = await fetch(url, options).catch(() => {
    throw new Error("The sandbox does not answer. Is it still running?");
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? `The sandbox answered ${answer.status}.`);
  return body;
}

export const overview = () => ask(new URL("api/state", document.baseURI));
export const phone = (person) => ask(new URL(`api/phone/${encodeURIComponent(person)}`, document.baseURI));
export const read = (path) => ask(new URL(path, SIM));

export function send(method, path, body = {}) {
  return ask(new URL(path, SIM), {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

// Carries out a verb and tells the person at the page if it could not be done.
export async function act(provider, verb, body) {
  try {
    return await send("POST", `actor/${provider}/${verb}`, body);
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

// Listens for changes, comes back by itself after a break, and then has everything fetched again.
export function listen({ changed, state }) {
  const url = new URL("ws", document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let wait = 300;
  const open = () => {
    const socket = new WebSocket(url);
    socket.onopen = () => {
      wait = 300;
      state(true);
      changed(null);
    };
    socket.onmessage = (event) => {
      const note = JSON.parse(event.data);
      if (note.people) changed(note);
    };
    socket.onclose = () => {
      state(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  open();
}
