/** The live state of the hall: one WebSocket that comes back by itself, and the moment it is lost. */

import * as time from "./time.js";

const LOST_AFTER_MS = 2900; // the service speaks at least every 1.4 s, and 3 s is how long a page may look alive when it is not
const PAUSES_MS = [300, 1000, 2000, 3000];

class LiveLink extends EventTarget {
  state = JSON.parse(document.getElementById("live").textContent);
  status = "waiting";
  #heard = Date.now();
  #failures = 0;
  #socket = null;

  constructor() {
    super();
    time.set(this.state.at);
    this.#connect();
    setInterval(() => this.#watch(), 250);
  }

  #connect() {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/v1/live`);
    this.#socket = socket;
    socket.addEventListener("message", (message) => {
      if (socket === this.#socket) this.#hear(JSON.parse(message.data));
    });
    socket.addEventListener("close", () => {
      if (socket !== this.#socket) return;
      this.#become("lost");
      setTimeout(() => this.#connect(), PAUSES_MS[Math.min(this.#failures++, PAUSES_MS.length - 1)]);
    });
  }

  #hear(message) {
    this.#heard = Date.now();
    this.#failures = 0;
    if (message.type === "state") {
      this.state = message;
      time.set(message.at);
      this.#become("live");
      this.dispatchEvent(new CustomEvent("state", { detail: message }));
    } else {
      this.dispatchEvent(new CustomEvent("event", { detail: message }));
    }
  }

  #watch() {
    if (Date.now() - this.#heard > LOST_AFTER_MS) this.#become("lost");
  }

  /** "live" after "lost" is told as "back": what happened in between has to be asked for. */
  #become(status) {
    const before = this.status;
    if (status === before) return;
    this.status = status;
    document.body.dataset.link = status;
    this.dispatchEvent(new Event(status === "live" && before === "lost" ? "back" : status));
  }
}

export const live = new LiveLink();
