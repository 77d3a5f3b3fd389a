/** The list of events as it lives: rows that change, a quiet word about new ones, and a way through it by keys. */

import "./running-time.js";
import { isTyping } from "./dom.js";
import { live } from "./live.js";
import { renewParts } from "./parts.js";
import { counted } from "./texts.js";

class EventList extends HTMLElement {
  #new = new Set();
  #news = this.querySelector(".news");
  #filter = new URLSearchParams(this.dataset.first.split("?")[1] ?? "");

  connectedCallback() {
    live.addEventListener("event", ({ detail }) => this.#hear(detail.event, detail.alert));
    live.addEventListener("back", () => renewParts());
    document.addEventListener("keydown", (event) => this.#key(event));
    const form = document.querySelector(".filter");
    form.addEventListener("change", () => form.requestSubmit());
    // A form sends its untouched fields too; the address is better without them.
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) if (!value) formData.delete(name);
    });
  }

  #hear(event, isAlert) {
    if (this.querySelector(`[data-event="${event.id}"]`)) {
      renewParts();
    } else if (this.#isWanted(event) && (isAlert || this.#wouldStandHere(event))) {
      this.#new.add(event.id);
      this.#news.textContent = counted("list.news", this.#new.size);
      this.#news.hidden = false;
    }
  }

  /** What is not listed and not an alert is news on the first page only, and there unless a later page lists it. */
  #wouldStandHere(event) {
    if (!("newest" in this.dataset)) return false;
    const begins = [...this.querySelectorAll(".when time:first-child")].map((time) => time.dateTime);
    return !document.querySelector("a[rel=next]") || event.started_at > begins.at(-1);
  }

  #isWanted(event) {
    const wanted = { ...event, day: event.started_at.slice(0, 10), month: event.started_at.slice(0, 7) };
    return [...this.#filter].every(([name, value]) => wanted[name] === value);
  }

  #key(event) {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "r") location.assign(this.dataset.first);
    const step = { j: 1, k: -1 }[key];
    if (!step) return;
    const links = [...this.querySelectorAll(".what > a")];
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
    next?.focus();
    next?.closest("tr").scrollIntoView({ block: "nearest" });
  }
}

customElements.define("event-list", EventList);
