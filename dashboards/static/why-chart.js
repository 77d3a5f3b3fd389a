/** Why an event was reported: the share of offending looks over time, with the rule's two thresholds and the breach. */

import { draw } from "./dom.js";
import { shares } from "./share.js";
import { t } from "./texts.js";
import { clockOf, timeOfDay } from "./time.js";

const HEIGHT = 172;
const MARGIN = { left: 46, right: 14, top: 14, bottom: 36 };
const STRIP = 7; // each look's own answer, under the curve
const LEAST_LABEL_APART = 150;
const LINE = 14; // the second label moves down by this where there is room for it neither beside nor beyond the first

class WhyChart extends HTMLElement {
  #svg = draw("svg", { class: "chart", role: "img", tabindex: "-1" });
  #head = draw("line", { class: "head" });
  #event = null;
  #points = [];
  #second = 0;
  #sized = new ResizeObserver(() => this.#draw());

  connectedCallback() {
    this.append(this.#svg);
    this.#sized.observe(this);
    this.#svg.addEventListener("click", ({ offsetX }) => this.dispatchEvent(new CustomEvent("seek", { detail: this.#secondAt(offsetX) })));
  }

  /** Take an event and its track; hidden where there is none. */
  show(event, track) {
    this.#event = event;
    this.#points = track ? shares(track.answers, event.condition) : [];
    this.hidden = this.#points.length < 2;
    this.#draw();
  }

  /** The clip is at this second. */
  mark(second) {
    this.#second = second;
    const x = this.#x(second);
    this.#head.setAttribute("x1", x);
    this.#head.setAttribute("x2", x);
    this.#head.style.display = this.#event && x >= MARGIN.left && x <= this.#width - MARGIN.right ? "" : "none";
  }

  get #width() {
    return Math.max(this.#svg.clientWidth, 320);
  }

  /** From the clip's begin (or a little before the breach) to its end, or the event's, whichever is later. */
  get #span() {
    const { evidence, started_at: started } = this.#event;
    const zero = this.#zero();
    const clip = evidence?.clip_end ? (Date.parse(evidence.clip_end) - zero) / 1000 : 0;
    const begin = Math.min(0, (Date.parse(started) - zero) / 1000 - 5);
    return [begin, Math.max(clip, this.#points.at(-1)?.t ?? 0, this.#until() + 1)];
  }

  /** Track times count from the clip's begin; without a clip from the first answer's place before the breach. */
  #zero() {
    const { evidence, started_at: started } = this.#event;
    return evidence?.clip_start ? Date.parse(evidence.clip_start) : Date.parse(started) - 10_000;
  }

  #until() {
    const { state, until } = this.#event;
    return state === "open" ? (this.#points.at(-1)?.t ?? 0) : (Date.parse(until) - this.#zero()) / 1000;
  }

  #x(second) {
    const [begin, end] = this.#event ? this.#span : [0, 1];
    return MARGIN.left + ((second - begin) / (end - begin)) * (this.#width - MARGIN.left - MARGIN.right);
  }

  #secondAt(x) {
    const [begin, end] = this.#span;
    return begin + ((x - MARGIN.left) / (this.#width - MARGIN.left - MARGIN.right)) * (end - begin);
  }

  #draw() {
    if (this.hidden || !this.#event || !this.#svg.clientWidth) return;
    const width = this.#width;
    const floor = HEIGHT - MARGIN.bottom;
    const y = (share) => floor - share * (floor - MARGIN.top);
    const { begin_share: begin, end_share: end } = this.#event.condition;
    const started = (Date.parse(this.#event.started_at) - this.#zero()) / 1000;
    const until = this.#until();
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.#svg.setAttribute("height", HEIGHT);
    this.#svg.setAttribute("aria-label", t("chart.label"));
    this.#svg.replaceChildren(
      draw("rect", { class: "breach", x: this.#x(started), width: Math.max(this.#x(until) - this.#x(started), 2), y: MARGIN.top, height: floor - MARGIN.top }),
      ...[0, 0.5, 1].flatMap((share) => [
        draw("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(share), y2: y(share) }),
        text("axis", MARGIN.left - 8, y(share) + 4, `${share * 100}%`, "end"),
      ]),
      ...this.#threshold("begin", begin, y, width),
      ...this.#threshold("end", end, y, width),
      ...this.#curve(y),
      this.#strip(floor + 5),
      ...this.#moments(started, until, floor + STRIP + 22),
      this.#head,
    );
    this.#head.setAttribute("y1", MARGIN.top);
    this.#head.setAttribute("y2", floor + 5 + STRIP);
    this.mark(this.#second);
  }

  #threshold(name, share, y, width) {
    return [
      draw("line", { class: `threshold ${name}`, x1: MARGIN.left, x2: width - MARGIN.right, y1: y(share), y2: y(share) }),
      text(`threshold ${name}`, MARGIN.left + 6, y(share) - 5, t(`chart.${name}`, { share: Math.round(share * 100) })),
    ];
  }

  /** Solid where the rule may judge; dotted where too little of its window was clear. */
  #curve(y) {
    const [begin] = this.#span;
    const paths = { enough: "", little: "" };
    let former = null;
    for (const point of this.#points) {
      if (point.t < begin || point.share === null) {
        former = point.share === null ? null : point;
        continue;
      }
      const kind = point.enough ? "enough" : "little";
      const from = former ?? point;
      const moved = former && former.kind === kind && former.t >= begin;
      paths[kind] += `${moved ? "" : `M${this.#x(Math.max(from.t, begin)).toFixed(1)} ${y(from.share).toFixed(1)}`}L${this.#x(point.t).toFixed(1)} ${y(point.share).toFixed(1)}`;
      former = { ...point, kind };
    }
    return Object.entries(paths).map(([kind, d]) => draw("path", { class: `curve ${kind}`, d }));
  }

  #strip(top) {
    const [begin, end] = this.#span;
    const group = draw("g", { class: "strip" });
    let run = null;
    const close = (until) => run && group.append(draw("rect", { class: run.kind, x: this.#x(run.t), width: Math.max(this.#x(until) - this.#x(run.t), 0.7), y: top, height: STRIP }));
    for (const { t: second, answer } of this.#points) {
      if (second < begin || second > end) continue;
      const kind = answer === null ? "unclear" : answer ? "offends" : "innocent";
      if (run?.kind === kind) continue;
      close(second);
      run = { t: second, kind };
    }
    close(this.#points.at(-1).t);
    return group;
  }

  #moments(started, until, y) {
    const { state, ended_at: ended, started_at: began, condition } = this.#event;
    const labels = [text("moment", this.#x(started), y, t("chart.began", { at: clockOf(began) }), "start")];
    if (state !== "open") {
      const word = state === "closed" && ["occupied", "late"].includes(condition.asks) ? "chart.back" : "chart.ended";
      const near = this.#x(until) - this.#x(started) < LEAST_LABEL_APART;
      const right = this.#x(until) > this.#width - LEAST_LABEL_APART;
      labels.push(text("moment", this.#x(until) + (near && !right ? LEAST_LABEL_APART / 2 : 0), near && right ? y + LINE : y, t(word, { at: clockOf(ended) }), right ? "end" : near ? "start" : "middle"));
    }
    const [begin, end] = this.#span;
    labels.push(draw("title"));
    labels.at(-1).textContent = `${timeOfDay(this.#zero() + begin * 1000)} – ${timeOfDay(this.#zero() + end * 1000)}`;
    return labels;
  }
}

function text(name, x, y, words, anchor = "start") {
  const element = draw("text", { class: name, x, y, "text-anchor": anchor });
  element.textContent = words;
  return element;
}

customElements.define("why-chart", WhyChart);
