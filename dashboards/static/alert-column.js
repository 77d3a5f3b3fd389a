/** The alerts beside the wall: those that are open, newest first, then the last that are over, quiet. */

import "./sound-switch.js";
import { chime } from "./chime.js";
import { make, shape, write } from "./dom.js";
import { live } from "./live.js";
import { done, why } from "./event-words.js";
import { said, t } from "./texts.js";
import { isGraver } from "./standing.js";
import { onTick, since, whenOf } from "./time.js";

const OVER_SHOWN = 8;
const NEWS_FOR_S = 900; // as the service has it: whoever left early is known when all is over
const NAME = document.title;

class AlertColumn extends HTMLElement {
  #events = new Map();
  #cards = new Map();
  #count = this.querySelector(".count");
  #list = this.querySelector(".list");
  #blank = this.querySelector(".blank");

  connectedCallback() {
    for (const event of JSON.parse(document.getElementById("events").textContent)) this.#events.set(event.id, event);
    live.addEventListener("state", () => this.#takeState());
    live.addEventListener("event", ({ detail }) => this.#take(detail.event, detail.alert));
    live.addEventListener("back", () => this.#catchUp());
    onTick(() => this.#events.forEach((event) => event.state === "open" && this.#tell(event)));
    this.#show();
    this.#tellCalm();
  }

  #takeState() {
    this.#tellCalm();
    for (const { event, severity } of live.state.windows.flatMap((window) => window.breaches)) {
      const known = this.#events.get(event);
      if (known?.state === "open" && isGraver(severity, known.severity)) this.#raise(known, severity);
    }
  }

  /** An event that has lasted so long that it weighs more sounds once more. */
  #raise(event, severity) {
    const at = event.escalation.findIndex((step) => step.severity === severity);
    const escalation = event.escalation.map((step, index) => ({ ...step, reached: step.reached || index <= at }));
    this.#events.set(event.id, { ...event, severity, escalation });
    this.#tell(this.#events.get(event.id));
    if (!event.repeat_of) chime.play(severity);
  }

  /** What no alert means: calm only where every window is judged. */
  #tellCalm() {
    const all = live.state.windows.map(({ status }) => status);
    const off = all.length > 0 && all.every((status) => ["off_duty", "closed"].includes(status));
    const calm = all.every((status) => !["unknown", "no_calendar"].includes(status));
    const [sign, words] = off ? ["off", t("alerts.none_off")] : calm ? ["on", t("alerts.none")] : ["unknown", t("alerts.none_unknown")];
    write(this.#blank.querySelector("p"), words);
    if (this.#blank.dataset.sign === sign) return;
    this.#blank.dataset.sign = sign;
    this.#blank.querySelector(".sign").replaceChildren(shape(sign));
  }

  #take(event, isAlert) {
    const isNew = !this.#events.has(event.id);
    this.#events.set(event.id, event);
    this.#show();
    if (!isAlert) return;
    if (isNew) this.#cards.get(event.id)?.classList.add("arrives");
    chime.play(event.severity);
  }

  /** What opened or closed while the service could not be heard. */
  async #catchUp() {
    try {
      for (const query of ["state=open&limit=200", "limit=40"]) {
        const answer = await fetch(`/api/v1/events?${query}`);
        if (!answer.ok) return;
        for (const event of (await answer.json()).events) {
          const isNews = event.state === "open" || (event.condition.asks === "early" && since(event.until) < NEWS_FOR_S);
          const missed = !this.#events.has(event.id) && isNews && !event.repeat_of;
          this.#take(event, missed);
        }
      }
    } catch {
      // Lost again: the next return asks again.
    }
  }

  #show() {
    const all = [...this.#events.values()];
    const open = all.filter((event) => event.state === "open").sort((a, b) => b.started_at.localeCompare(a.started_at));
    const over = all.filter((event) => event.state !== "open").sort((a, b) => b.until.localeCompare(a.until)).slice(0, OVER_SHOWN);
    const shown = [...open, ...over];
    for (const [id, card] of this.#cards) {
      if (shown.some((event) => event.id === id)) continue;
      card.remove();
      this.#cards.delete(id);
      this.#events.delete(id);
    }
    let next = this.#list.firstElementChild;
    for (const event of shown) {
      const card = this.#card(event);
      if (card === next) next = next.nextElementSibling;
      else this.#list.insertBefore(card, next);
      this.#tell(event);
    }
    write(this.#count, String(open.length));
    this.#blank.hidden = shown.length > 0;
    document.title = open.length ? `(${open.length}) ${NAME}` : NAME;
  }

  #card(event) {
    if (!this.#cards.has(event.id)) {
      const card = make(
        "a.alert",
        { href: `/events/${event.id}` },
        make("span.what", {}, make("span.who", {}, make("b.window"), make("i", {}, "·"), make("span.rule")), make("time")),
        make("span.why"),
      );
      card.dataset.event = event.id;
      this.#cards.set(event.id, card);
    }
    return this.#cards.get(event.id);
  }

  #tell(event) {
    const card = this.#cards.get(event.id);
    if (!card) return;
    card.dataset.severity = event.severity;
    card.dataset.state = event.state;
    write(card.querySelector(".window"), event.window_name);
    write(card.querySelector(".rule"), `${said(event.name)}${event.repeat_of ? t("alert.repeat") : ""}`);
    write(card.querySelector("time"), whenOf(event.started_at));
    write(card.querySelector(".why"), event.state === "open" ? why(event) : done(event));
    const sign = event.state === "open" ? "alert" : "off";
    if (card.dataset.sign !== sign) {
      card.dataset.sign = sign;
      card.querySelector(".shape")?.remove();
      card.querySelector(".what").prepend(shape(sign));
    }
  }
}

customElements.define("alert-column", AlertColumn);
