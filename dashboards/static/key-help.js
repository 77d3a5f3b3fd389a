/** The dialog that shows the keys, opened by ? on every page, and the keys that lead from page to page. */

import { isTyping } from "./dom.js";

const PLACES = { l: "/", e: "/events", m: "/month", c: "/changes" };
const SECOND_KEY_WITHIN_MS = 1200;

class KeyHelp extends HTMLElement {
  #going = 0;

  connectedCallback() {
    const dialog = this.querySelector("dialog");
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-opens=keys]")) dialog.showModal();
      if (event.target === dialog) dialog.close();
    });
    document.addEventListener("keydown", (event) => {
      if (isTyping(event) || document.querySelector("dialog[open]")) return;
      if (event.key === "?") dialog.showModal();
      const key = event.key.toLowerCase();
      if (performance.now() < this.#going && PLACES[key]) location.assign(PLACES[key]);
      this.#going = key === "g" ? performance.now() + SECOND_KEY_WITHIN_MS : 0;
    });
  }
}

customElements.define("key-help", KeyHelp);
