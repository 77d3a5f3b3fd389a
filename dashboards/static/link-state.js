/** Says that the service is lost and since when what is shown is old. */

import { make, shape } from "./dom.js";
import { live } from "./live.js";
import { t } from "./texts.js";
import { clockOf } from "./time.js";

class LinkState extends HTMLElement {
  connectedCallback() {
    live.addEventListener("lost", () => {
      this.replaceChildren(shape("lost"), make("b", {}, t("link.lost")), t("link.since", { at: clockOf(live.state.at) }));
    });
    live.addEventListener("back", () => {
      this.replaceChildren();
      this.#keepUp();
    });
  }

  /** Another version of the service serves its files elsewhere: a wall that nobody reloads has to do so itself. */
  async #keepUp() {
    const answer = await fetch(import.meta.url, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.status === 404) location.reload();
  }
}

customElements.define("link-state", LinkState);
