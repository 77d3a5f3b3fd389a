/** A camera's newest picture with zones and boxes over it; where several windows share it, the part that shows one. */

import { draw, make } from "./dom.js";
import { boxOutline, corners, zoneOutline } from "./overlay.js";
import { follow } from "./pictures.js";
import { t } from "./texts.js";

const MARGIN = 0.45; // of the zones' extent, kept around them
const LEAST_SHARE = 0.42; // of the picture's width: closer than this a picture is only blur
const SLIGHT = 0.16; // a difference in proportions this small is cut off rather than framed by bars

class CameraView extends HTMLElement {
  #stage = make("div.stage");
  #image = make("img", { alt: "", draggable: false });
  #overlay = draw("svg", { preserveAspectRatio: "none" });
  #waiting = make("p.waiting");
  #stop = null;
  #shown = null;

  connectedCallback() {
    if (!this.firstChild) {
      this.#waiting.textContent = t("picture.waiting");
      this.#stage.append(this.#image, this.#overlay);
      this.append(this.#stage, this.#waiting);
      this.#image.hidden = true;
    }
    this.#sized.observe(this);
    if (this.#shown) this.#follow(this.#shown.camera.id);
  }

  disconnectedCallback() {
    this.#sized.disconnect();
    this.#stop?.();
    this.#stop = null;
  }

  #sized = new ResizeObserver(() => this.#shown && this.show(this.#shown));

  /** `window` is whose zones and boxes matter; `zones` its corners by kind; `whole`: never only a part; `named` boxes. */
  show({ camera, window, zones, whole = false, named = false }) {
    if (this.#shown?.camera.id !== camera.id) {
      this.#image.hidden = true;
      this.#waiting.hidden = false;
      if (this.isConnected) this.#follow(camera.id);
    }
    this.#shown = { camera, window, zones, whole, named };
    if (!camera.size || !this.clientWidth) return;
    const region = this.#region(camera, zones, whole);
    this.#place(region, camera.size);
    const unit = named ? region.width / this.clientWidth : 0;
    this.#overlay.setAttribute("viewBox", `0 0 ${camera.size.join(" ")}`);
    this.#overlay.replaceChildren(
      ...Object.entries(zones).map(([kind, points]) => zoneOutline(kind, points)),
      ...camera.boxes.map((box) => boxOutline(box, window, unit)),
    );
  }

  #follow(camera) {
    this.#stop?.();
    this.#stop = follow(camera, (address) => {
      this.#image.src = address;
      this.#image.hidden = false;
      this.#waiting.hidden = true;
    });
  }

  /** The part of the picture that is shown, in its pixels, with this element's proportions; it may reach beyond it. */
  #region(camera, zones, whole) {
    const [width, height] = camera.size;
    const proportion = this.clientWidth / this.clientHeight;
    const staff = [...(zones.staff ?? []), ...(zones.seat ?? [])];
    if (whole || camera.windows.length < 2 || !staff.length) return around(0, 0, width, height, proportion);
    const [xs, ys] = [staff.map(([x]) => x), staff.map(([, y]) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const pad = MARGIN * Math.max(right - left, bottom - top);
    const wide = Math.max(right - left + 2 * pad, (bottom - top + 2 * pad) * proportion, width * LEAST_SHARE);
    const [w, h] = [Math.min(wide, width), Math.min(wide / proportion, height)];
    const x = Math.min(Math.max(0, (left + right - w) / 2), width - w);
    const y = Math.min(Math.max(0, (top + bottom - h) / 2), height - h);
    return around(x, y, w, h, proportion);
  }

  #place(region, [width, height]) {
    const style = this.#stage.style;
    style.left = `${(-region.x / region.width) * 100}%`;
    style.top = `${(-region.y / region.height) * 100}%`;
    style.width = `${(width / region.width) * 100}%`;
    style.height = `${(height / region.height) * 100}%`;
  }
}

/** The rectangle brought to `proportion`: cut where it differs slightly, framed where it differs much. */
function around(x, y, width, height, proportion) {
  const ratio = width / height / proportion;
  const cut = Math.abs(ratio - 1) <= SLIGHT;
  if (ratio > 1 === cut) {
    const wide = height * proportion;
    return { x: x + (width - wide) / 2, y, width: wide, height };
  }
  const high = width / proportion;
  return { x, y: y + (height - high) / 2, width, height: high };
}

/** A window's zones as corners in pixels of the camera's picture, from what the API tells. */
export function zoneCorners({ zones, size }, camera) {
  const scale = size && camera.size ? [camera.size[0] / size[0], camera.size[1] / size[1]] : [1, 1];
  return Object.fromEntries(Object.entries(zones).map(([kind, numbers]) => [kind, corners(numbers, scale)]));
}

customElements.define("camera-view", CameraView);
