/** One window large: its picture with named boxes, how it stands, what is being broken, its last events. */

import "./camera-view.js";
import { make, shape, write } from "./dom.js";
import { done, why } from "./event-words.js";
import { live } from "./live.js";
import { breachWord, standing } from "./standing.js";
import { duration, has, said, t } from "./texts.js";
import { clockOf, onTick, running, since, whenOf } from "./time.js";

const EVENTS = 4;

class WindowView extends HTMLElement {
  #dialog = this.querySelector("dialog");
  #view = this.querySelector("camera-view");
  #id = null;
  #cornersOf = null;
  #events = [];

  connectedCallback() {
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog || event.target.closest("[data-closes]")) this.#dialog.close();
    });
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    live.addEventListener("event", ({ detail }) => detail.event.window === this.#id && this.#askEvents());
    onTick(() => this.#id && this.show(live.state));
  }

  /** Open on window `id`; `cornersOf` gives a window's zones. */
  open(id, cornersOf) {
    this.#cornersOf = cornersOf;
    this.#turnTo(id);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Take a new state of the hall. */
  show(state) {
    const window = state.windows.find((one) => one.id === this.#id);
    const camera = state.cameras.find((one) => one.id === window?.camera);
    if (!camera) return;
    const how = standing(window);
    this.#view.show({ camera, window: window.id, zones: this.#cornersOf(window.id), whole: true, named: true });
    this.#write("name", window.name);
    this.#part("state").className = `state s-${how.kind}`;
    if (this.dataset.kind !== how.kind) this.#part("sign").replaceChildren(shape(how.kind === "building" ? "starting" : how.kind));
    this.dataset.kind = how.kind;
    this.#write("word", how.word);
    this.#write("for", how.since ? running(since(how.since)) : "");
    this.#write("since", how.since ? t("view.since", { at: clockOf(how.since) }) : "");
    this.#write("advice", advice(window));
    this.#breaches(window);
    this.#write("camera", camera.name);
    this.#write("source", this.#figures(camera));
    this.#write("trouble", camera.trouble ?? "");
    this.#tellEvents();
  }

  #turnTo(id) {
    this.#id = id;
    this.#events = [];
    this.#part("events").replaceChildren();
    history.replaceState(null, "", `#${encodeURIComponent(id)}`);
    this.#part("zones").href = `/zones/${id}`;
    this.#part("all").href = `/events?window=${id}`;
    this.show(live.state);
    this.#askEvents();
  }

  #closed() {
    const tile = document.getElementById(`tile-${this.#id}`);
    this.#id = null;
    history.replaceState(null, "", location.pathname);
    tile?.focus();
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const ids = live.state.windows.map((window) => window.id);
    this.#turnTo(ids[(ids.indexOf(this.#id) + step + ids.length) % ids.length]);
  }

  #figures(camera) {
    const size = camera.size ? camera.size.join("×") : "–";
    const rate = camera.fps ? camera.fps.toFixed(0) : "–";
    return t("view.figures", { codec: (camera.codec ?? "–").toUpperCase(), size, rate, looks: (camera.looks_per_s ?? 0).toFixed(1), latency: Math.round(camera.latency_ms ?? 0) });
  }

  #breaches(window) {
    const lines = window.breaches.map((breach) => {
      const text = t(breach.event ? "view.breach_reported" : "view.breach_building", {
        what: breach.event ? said(breach.name) : breachWord(breach),
        lasted: duration(Math.floor(since(breach.since))),
        after: duration(breach.after_s),
      });
      const line = breach.event ? make("a", { href: `/events/${breach.event}` }, text) : make("span", {}, text);
      return make(`li.s-${breach.event ? "alert" : "building"}`, {}, line);
    });
    const list = this.#part("breaches");
    if (lines.map((line) => line.textContent).join() !== [...list.children].map((line) => line.textContent).join()) list.replaceChildren(...lines);
    list.hidden = !lines.length;
  }

  async #askEvents() {
    const id = this.#id;
    const answer = await fetch(`/api/v1/events?window=${id}&limit=${EVENTS}`).catch(() => null);
    if (!answer?.ok || id !== this.#id) return;
    this.#events = (await answer.json()).events;
    const rows = this.#events.map((event) => {
      const link = make("a", { href: `/events/${event.id}` }, make("time", {}, whenOf(event.started_at)), make("b", {}, said(event.name)), make("small"));
      return make(`li.${event.state}`, {}, link);
    });
    this.#part("events").replaceChildren(...(rows.length ? rows : [make("li.quiet", {}, t("view.no_events"))]));
    this.#tellEvents();
  }

  #tellEvents() {
    const rows = this.#part("events").querySelectorAll("small");
    this.#events.forEach((event, index) => rows[index] && write(rows[index], event.state === "open" ? why(event) : done(event)));
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #write(name, text) {
    write(this.#part(name), text);
  }
}

/** What to do about it, or, of a window out of service, why it is. */
function advice({ status, reason }) {
  if (status === "closed") return reason;
  const key = `advice.${status === "unknown" ? reason : status}`;
  return has(key) ? t(key) : "";
}

customElements.define("window-view", WindowView);
