/** The picture on which zones are drawn: corners by click, dragging, and where the pointer is about to lead. */

import { draw, make } from "./dom.js";
import { follow } from "./pictures.js";

const NEAR = 11; // pixels of the screen within which a click means the first corner
const DOUBLE_MS = 400;
const NUDGE = 1;
const NUDGE_FAR = 10;

/**
 * Tells "corner" (a click on the picture), "close" (double-click, or a click on the first corner), "grab", "drag" and
 * "drop" of a corner, "insert" of one on an edge; every point in whole pixels of the camera's picture.
 */
class ZoneBoard extends HTMLElement {
  #image = make("img", { alt: "", draggable: false });
  #overlay = draw("svg", { preserveAspectRatio: "none" });
  #size = null;
  #drawn = null;
  #pointer = null;
  #held = null;
  #clicked = null;

  connectedCallback() {
    this.append(make("div.picture", {}, this.#image, this.#overlay));
    follow(this.dataset.camera, (address) => (this.#image.src = address));
    if (this.hasAttribute("fixed")) return;
    this.#overlay.addEventListener("pointerdown", (event) => this.#down(event));
    this.#overlay.addEventListener("pointermove", (event) => this.#move(event));
    this.#overlay.addEventListener("pointerup", (event) => this.#up(event));
    this.#overlay.addEventListener("pointerleave", () => this.#point(null));
    this.#overlay.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#drawn && this.show(this.#size, this.#drawn)).observe(this);
  }

  /** Show zones `{ kind: [[x, y], …] }`, the one being drawn (`{ kind, points }` or null), and which kind is chosen. */
  show(size, drawn) {
    [this.#size, this.#drawn] = [size, drawn];
    const { zones, draft, kind: chosen } = drawn;
    const focused = this.#overlay.querySelector("circle:focus")?.dataset;
    this.#overlay.setAttribute("viewBox", `0 0 ${size.join(" ")}`);
    this.firstChild.style.aspectRatio = `${size[0]} / ${size[1]}`;
    const unit = size[0] / (this.#overlay.clientWidth || size[0]);
    const shapes = Object.entries(zones).flatMap(([kind, points]) => {
      const outline = draw("polygon", { class: `area zone-${kind}${kind === chosen ? " chosen" : ""}`, points: listed(points) });
      return kind === chosen && !this.hasAttribute("fixed") ? [outline, ...this.#between(kind, points, unit), ...this.#corners(kind, points, unit)] : [outline];
    });
    this.#overlay.replaceChildren(...shapes, ...this.#draft(draft, unit));
    if (focused) this.#overlay.querySelector(`circle[data-kind="${focused.kind}"][data-index="${focused.index}"]`)?.focus();
  }

  #corners(kind, points, unit) {
    return points.map(([cx, cy], index) => this.#handle(`corner zone-${kind}`, cx, cy, 6 * unit, kind, index, { tabindex: 0 }));
  }

  #between(kind, points, unit) {
    return points.map(([x, y], index) => {
      const [nextX, nextY] = points[(index + 1) % points.length];
      return this.#handle(`between zone-${kind}`, (x + nextX) / 2, (y + nextY) / 2, 4 * unit, kind, index, {});
    });
  }

  #handle(name, cx, cy, r, kind, index, more) {
    return draw("circle", { class: name, cx, cy, r, "data-kind": kind, "data-index": index, ...more });
  }

  #draft(draft, unit) {
    if (!draft) return [];
    const points = this.#pointer ? [...draft.points, this.#pointer] : draft.points;
    return [
      draw("polyline", { class: `draft zone-${draft.kind}`, points: listed(points) }),
      ...draft.points.map(([cx, cy], index) => draw("circle", { class: `corner zone-${draft.kind}${index ? "" : " first"}`, cx, cy, r: (index ? 5 : 7) * unit })),
    ];
  }

  #at(event) {
    const { left, top, width, height } = this.#overlay.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    const [w, h] = this.#size;
    return [within(((event.clientX - left) / width) * w, w), within(((event.clientY - top) / height) * h, h)];
  }

  #down(event) {
    if (event.button !== 0 || !this.#drawn) return;
    const handle = event.target.closest("circle[data-kind]");
    if (!handle) return;
    event.preventDefault();
    const { kind, index } = handle.dataset;
    this.#held = { kind, index: Number(index) };
    this.#overlay.setPointerCapture(event.pointerId);
    this.#tell("grab");
    if (handle.classList.contains("between")) {
      this.#held.index += 1;
      this.#tell("insert", { ...this.#held, point: this.#at(event) });
    } else {
      handle.focus();
    }
  }

  #move(event) {
    if (!this.#drawn) return;
    if (this.#held) this.#tell("drag", { ...this.#held, point: this.#at(event) });
    else this.#point(this.#drawn.draft ? this.#at(event) : null);
  }

  #up(event) {
    if (event.button !== 0 || !this.#drawn) return;
    if (this.#held) {
      this.#held = null;
      this.#tell("drop");
      return;
    }
    const point = this.#at(event);
    const { draft } = this.#drawn;
    const [x, y] = draft?.points[0] ?? [];
    const near = (NEAR * this.#size[0]) / this.#overlay.clientWidth;
    const closes = draft?.points.length > 2 && Math.hypot(point[0] - x, point[1] - y) <= near;
    if (closes || this.#isSecond(point, near)) this.#tell("close");
    else this.#tell("corner", { point });
  }

  /** The browser's own double-click is not told here: what it began on has been drawn anew in between. */
  #isSecond(point, near) {
    const former = this.#clicked;
    this.#clicked = { at: performance.now(), point };
    if (!former || this.#clicked.at - former.at > DOUBLE_MS) return false;
    return Math.hypot(point[0] - former.point[0], point[1] - former.point[1]) <= near;
  }

  #point(point) {
    if (String(point) === String(this.#pointer)) return;
    this.#pointer = point;
    if (this.#drawn?.draft) this.show(this.#size, this.#drawn);
  }

  #key(event) {
    const handle = event.target.closest("circle[data-index]");
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!handle || !(dx || dy)) return;
    event.preventDefault();
    const by = event.shiftKey ? NUDGE_FAR : NUDGE;
    const { kind, index } = handle.dataset;
    const [x, y] = this.#drawn.zones[kind][index];
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    this.#tell("grab");
    this.#tell("drag", { kind, index: Number(index), point: [within(x + dx * by, this.#size[0]), within(y + dy * by, this.#size[1])] });
    this.#tell("drop");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function listed(points) {
  return points.map((point) => point.join()).join(" ");
}

customElements.define("zone-board", ZoneBoard);
