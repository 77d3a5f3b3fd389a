/** The bar under a clip: where it is, where the breach was, and a way to any second of it. */

import { make } from "./dom.js";
import { t } from "./texts.js";
import { running } from "./time.js";

class ClipTimeline extends HTMLElement {
  #breach = make("span.breach");
  #head = make("span.head");
  #length = 0;

  connectedCallback() {
    if (this.firstChild) return;
    this.append(make("span.rail", {}, this.#breach), this.#head);
    this.tabIndex = 0;
    this.setAttribute("role", "slider");
    this.setAttribute("aria-label", t("player.position"));
    this.addEventListener("pointerdown", (event) => {
      this.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    this.addEventListener("pointermove", (event) => this.hasPointerCapture(event.pointerId) && this.#point(event));
  }

  /** The clip's length and the breach's begin and end, in seconds of the clip. */
  show(length, begin, end) {
    this.#length = length;
    this.setAttribute("aria-valuemax", length.toFixed(1));
    const share = (second) => (length ? Math.min(Math.max(second / length, 0), 1) * 100 : 0);
    this.#breach.style.left = `${share(begin)}%`;
    this.#breach.style.width = `${Math.max(share(end) - share(begin), 0.4)}%`;
  }

  /** The clip is at this second. */
  move(second) {
    this.#head.style.left = `${this.#length ? Math.min(second / this.#length, 1) * 100 : 0}%`;
    this.setAttribute("aria-valuenow", second.toFixed(1));
    this.setAttribute("aria-valuetext", running(second));
  }

  #point(event) {
    const { left, width } = this.getBoundingClientRect();
    this.dispatchEvent(new CustomEvent("seek", { detail: ((event.clientX - left) / width) * this.#length }));
  }
}

customElements.define("clip-timeline", ClipTimeline);
