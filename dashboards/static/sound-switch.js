/** Sound on or off: the button beside the alerts, and the key M. */

import { chime } from "./chime.js";
import { isTyping, make, shape } from "./dom.js";
import { t } from "./texts.js";

class SoundSwitch extends HTMLElement {
  #button = make("button.tool", { type: "button" });

  connectedCallback() {
    this.append(this.#button);
    this.#button.addEventListener("click", () => chime.toggle());
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "m" && !isTyping(event)) chime.toggle();
    });
    chime.addEventListener("change", () => this.#show());
    this.#show();
  }

  #show() {
    const { status } = chime;
    this.dataset.sound = status;
    this.#button.setAttribute("aria-pressed", String(status === "muted"));
    this.#button.title = t("sound.title");
    this.#button.replaceChildren(shape(status === "on" ? "sound" : "mute"), t(`sound.${status}`), make("kbd", {}, "M"));
  }
}

customElements.define("sound-switch", SoundSwitch);
