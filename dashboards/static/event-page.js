/** The page of one event: hands the evidence to player and chart, renews what grows, and leads to its neighbours. */

import "./event-player.js";
import "./running-time.js";
import "./why-chart.js";
import { isTyping } from "./dom.js";
import { live } from "./live.js";
import { renewParts } from "./parts.js";

class EventPage extends HTMLElement {
  #player = this.querySelector("event-player");
  #chart = this.querySelector("why-chart");
  #dialog = this.querySelector(".enlarged");
  #asked = null;

  connectedCallback() {
    live.addEventListener("event", ({ detail }) => detail.event.id === this.#event().id && this.#renew());
    live.addEventListener("state", () => this.#heedSeverity());
    live.addEventListener("back", () => this.#renew());
    document.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#click(event));
    this.#chart.addEventListener("seek", ({ detail }) => this.#player.seek(detail));
    this.#player.addEventListener("boxes", () => this.#dress());
    this.#player.addEventListener("position", ({ detail }) => this.#chart.mark(detail));
    this.#hand();
  }

  #event() {
    return JSON.parse(document.getElementById("event").textContent);
  }

  /** While it goes on it may come to weigh more. */
  #heedSeverity() {
    const { id, severity } = this.#event();
    const told = live.state.windows.flatMap((window) => window.breaches).find((breach) => breach.event === id);
    if (told && told.severity !== severity && told.severity !== this.#asked) this.#renew();
    this.#asked = told?.severity;
  }

  async #renew() {
    if (await renewParts()) this.#hand();
  }

  async #hand() {
    const event = this.#event();
    const track = event.evidence?.track ? await this.#track(event) : null;
    this.#dress();
    this.#player.show(event, track);
    this.#chart.show(event, track);
  }

  /** Key frames with or without what was seen drawn on them. */
  #dress() {
    const key = this.#player.wantsBoxes ? "boxed" : "plain";
    for (const image of this.querySelectorAll(".frames img[data-boxed]")) {
      const address = image.dataset[key];
      if (image.getAttribute("src") === address) continue;
      image.src = address;
      const figure = image.closest("figure");
      figure.querySelector("[data-enlarges]").href = figure.querySelector(".frame").dataset.picture = address;
    }
  }

  async #track(event) {
    const hash = event.evidence.files.find((file) => file.url === event.evidence.track)?.sha256 ?? "";
    const answer = await fetch(`${event.evidence.track}?${hash.slice(0, 8)}`).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  #click(event) {
    const enlarges = event.target.closest("[data-enlarges]");
    if (enlarges) {
      event.preventDefault();
      this.#enlarge(enlarges.href);
    }
    const frame = event.target.closest(".frame");
    if (frame?.dataset.at && this.#player.seekTo(frame.dataset.at)) this.#player.scrollIntoView({ block: "nearest" });
    else if (frame) this.#enlarge(frame.dataset.picture);
    if (event.target === this.#dialog) this.#dialog.close();
  }

  #enlarge(address) {
    this.#dialog.querySelector("img").src = address;
    this.#dialog.showModal();
  }

  #key(event) {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const rel = { j: "next", k: "prev" }[key];
    if (rel) this.querySelector(`a[rel=${rel}]`)?.click();
    if (/^[123]$/.test(key)) this.querySelector(`.verdict [data-key="${key}"]`)?.click();
    if (key === "z") this.querySelector('.verdict [value="pending"]')?.click();
  }
}

customElements.define("event-page", EventPage);
