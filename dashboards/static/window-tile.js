/** One window on the wall: its picture, its name, how it stands and for how long. */

import "./camera-view.js";
import { draw, make, shape, write } from "./dom.js";
import { standing } from "./standing.js";
import { t } from "./texts.js";
import { running, since } from "./time.js";

class WindowTile extends HTMLElement {
  #view = document.createElement("camera-view");
  #name = make("span.name");
  #shape = make("span.sign");
  #word = make("span.word");
  #more = make("span.more");
  #for = make("span.for");
  #state = null;
  #kind = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.tabIndex = 0;
    this.setAttribute("role", "button");
    this.append(this.#view, make("div.foot", {}, this.#name, make("span.state", {}, this.#shape, this.#word, this.#more), this.#for));
  }

  /** Show `window` on `camera` with its zones; returns how it stands. */
  show(window, camera, zones) {
    this.#state = standing(window);
    const { kind, word, more } = this.#state;
    write(this.#name, window.name);
    this.#name.title = window.name;
    write(this.#word, word);
    write(this.#more, more ? `+${more}` : "");
    this.dataset.kind = kind;
    this.dataset.severity = this.#state.severity;
    this.dataset.reason = window.reason ?? "";
    if (kind !== this.#kind) {
      this.#kind = kind;
      this.#shape.replaceChildren(kind === "building" ? pie() : shape(kind));
      for (const element of [this.#shape.parentElement, this.#for]) element.className = element.className.replace(/ ?s-\w+|$/, ` s-${kind}`);
    }
    this.#view.show({ camera, window: window.id, zones });
    this.tick();
    return this.#state;
  }

  /** Move the running time on. */
  tick() {
    if (!this.#state) return;
    const { since: begun, progress, word } = this.#state;
    const lasted = begun ? running(since(begun)) : "";
    write(this.#for, lasted);
    this.setAttribute("aria-label", t("tile.label", { name: this.#name.textContent, word, lasted }));
    if (this.#kind === "building") this.#shape.querySelector(".part").setAttribute("stroke-dasharray", `${(progress ?? 0).toFixed(3)} 1`);
  }
}

/** A circle that fills as a breach grows into an event. */
function pie() {
  return draw(
    "svg",
    { class: "shape", viewBox: "0 0 16 16", "aria-hidden": "true" },
    draw("circle", { cx: 8, cy: 8, r: 6.4, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }),
    draw("circle", {
      class: "part", cx: 8, cy: 8, r: 2.8, fill: "none", stroke: "currentColor", "stroke-width": 5.6,
      pathLength: 1, "stroke-dasharray": "0 1", transform: "rotate(-90 8 8)",
    }),
  );
}

customElements.define("window-tile", WindowTile);
