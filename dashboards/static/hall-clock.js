/** The hall's clock in the bar. */

import { write } from "./dom.js";
import { onTick, timeOfDay } from "./time.js";

class HallClock extends HTMLElement {
  connectedCallback() {
    onTick(() => write(this, timeOfDay()));
    write(this, timeOfDay());
  }
}

customElements.define("hall-clock", HallClock);
