/** How long something that is not over has lasted, moving on. */

import { write } from "./dom.js";
import { duration } from "./texts.js";
import { onTick, since } from "./time.js";

class RunningTime extends HTMLElement {
  #stop = null;

  connectedCallback() {
    this.#stop = onTick(() => write(this, duration(Math.round(since(this.dataset.since)))));
  }

  disconnectedCallback() {
    this.#stop();
  }
}

customElements.define("running-time", RunningTime);
