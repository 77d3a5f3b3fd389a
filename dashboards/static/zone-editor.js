/** Draws a window's zones and brings them to the service: kinds, corners, undo, and what is wrong in words. */

import "./zone-board.js";
import { isTyping, make } from "./dom.js";
import { live } from "./live.js";
import { corners } from "./overlay.js";
import { faultOf } from "./polygon.js";
import { counted, t } from "./texts.js";

class ZoneEditor extends HTMLElement {
  #given = JSON.parse(document.getElementById("zones").textContent);
  #fixed = "given" in this.dataset;
  #board = document.createElement("zone-board");
  #kinds = [...this.querySelectorAll(".kind")];
  #save = this.querySelector(".save");
  #undo = this.querySelector(".undo");
  #size = null;
  #zones = null;
  #draft = null; // { kind, points } of the zone that is being drawn
  #past = [];
  #changed = false;
  #faults = {};

  connectedCallback() {
    this.#board.dataset.camera = this.dataset.camera;
    this.#board.toggleAttribute("fixed", this.#fixed);
    live.addEventListener("state", () => this.#begin());
    this.#begin();
    if (this.#fixed) return;
    this.addEventListener("change", (event) => event.target.name === "kind" && this.#choose(event.target.value));
    this.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("beforeunload", (event) => this.#changed && event.preventDefault());
    this.#board.addEventListener("corner", ({ detail }) => this.#corner(detail.point));
    this.#board.addEventListener("close", () => this.#close());
    this.#board.addEventListener("grab", () => this.#remember());
    this.#board.addEventListener("insert", ({ detail }) => this.#change(() => this.#zones[detail.kind].splice(detail.index, 0, detail.point)));
    this.#board.addEventListener("drag", ({ detail }) => this.#change(() => (this.#zones[detail.kind][detail.index] = detail.point)));
    this.#board.addEventListener("drop", () => this.#forgetUnchanged());
  }

  get #kind() {
    return this.querySelector("input[name=kind]:checked").value;
  }

  /** Drawing begins when the camera's picture is there: corners are pixels of it. */
  #begin() {
    const camera = live.state.cameras.find((one) => one.id === this.dataset.camera);
    if (this.#size || !camera?.size || !camera.picture_at) return;
    this.#size = camera.size;
    const from = this.#given.size ?? camera.size;
    const scale = [camera.size[0] / from[0], camera.size[1] / from[1]];
    const whole = ([x, y]) => [Math.round(x), Math.round(y)];
    this.#zones = Object.fromEntries(Object.entries(this.#given.zones).map(([kind, numbers]) => [kind, corners(numbers, scale).map(whole)]));
    this.querySelector(".board").replaceChildren(this.#board);
    const drawn = this.#kinds.find(({ dataset }) => dataset.kind in this.#zones);
    if (drawn) drawn.querySelector("input").checked = true;
    this.#show();
  }

  #choose(kind) {
    if (this.#draft) this.#draft = this.#draft.kind === kind ? this.#draft : null;
    this.querySelector(`input[value=${kind}]`).checked = true;
    this.#show();
  }

  #corner(point) {
    const kind = this.#kind;
    if (this.#zones[kind]) return; // it is drawn: its corners are dragged, or it is dropped first
    this.#remember();
    this.#draft = { kind, points: [...(this.#draft?.points ?? []), point] };
    this.#show();
  }

  #close() {
    if (!this.#draft) return;
    const { kind, points } = this.#draft;
    if (points.length < 3) return this.#fault(kind, t("zones.too_few"));
    this.#remember();
    this.#draft = null;
    this.#change(() => (this.#zones[kind] = points));
  }

  #drop(kind) {
    if (!this.#zones[kind]) return;
    this.#remember();
    this.#change(() => delete this.#zones[kind]);
  }

  #back() {
    if (!this.#draft) return;
    this.#remember();
    const points = this.#draft.points.slice(0, -1);
    this.#draft = points.length ? { ...this.#draft, points } : null;
    this.#show();
  }

  #remember() {
    this.#past.push(JSON.stringify([this.#zones, this.#draft]));
  }

  #forgetUnchanged() {
    if (this.#past.at(-1) === JSON.stringify([this.#zones, this.#draft])) this.#past.pop();
    this.#show();
  }

  #takeBack() {
    if (!this.#past.length) return;
    [this.#zones, this.#draft] = JSON.parse(this.#past.pop());
    this.#change(() => {});
  }

  #change(act) {
    act();
    this.#changed = true;
    this.#faults = {};
    for (const [kind, points] of Object.entries(this.#zones)) {
      const key = faultOf(points);
      if (key) this.#faults[kind] = t(key);
    }
    this.querySelector(".saved").textContent = "";
    this.#show();
  }

  #fault(kind, text) {
    this.#faults = { ...this.#faults, [kind]: text };
    this.#show();
  }

  #show() {
    if (!this.#zones) return;
    this.#board.show(this.#size, { zones: this.#zones, draft: this.#draft, kind: this.#kind });
    for (const row of this.#kinds) {
      const { kind } = row.dataset;
      const drawing = this.#draft?.kind === kind;
      const points = drawing ? this.#draft.points : this.#zones[kind];
      const text = drawing ? "zones.drawing" : "zones.corners";
      row.querySelector(".corners").textContent = points ? counted(text, points.length) : t("zones.none");
      row.querySelector(".drop").hidden = this.#fixed || !this.#zones[kind];
      row.querySelector(".fault").textContent = this.#faults[kind] ?? "";
      row.classList.toggle("drawn", kind in this.#zones);
    }
    this.querySelector(".fault.all").textContent = this.#faults.all ?? "";
    if (this.#fixed) return;
    this.#undo.disabled = !this.#past.length;
    const faulty = Object.keys(this.#faults).some((kind) => kind !== "all"); // what is said of all may be tried again
    this.#save.disabled = !this.#changed || Boolean(this.#draft) || faulty;
    this.#save.title = this.#draft ? t("zones.finish_first") : "";
  }

  async #keep() {
    if (!Object.keys(this.#zones).length) return this.#fault("all", t("zones.at_least_one"));
    this.#save.disabled = true;
    delete this.#faults.all;
    const zones = Object.fromEntries(Object.entries(this.#zones).map(([kind, points]) => [kind, points.flat()]));
    const answer = await fetch(`/api/v1/windows/${this.dataset.window}/zones`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ size: this.#size, zones }),
    }).catch(() => null);
    if (!answer) return this.#fault("all", t("zones.lost"));
    const said = await answer.json();
    if (!answer.ok) return this.#refused(said.error);
    this.#changed = false;
    this.#past = [];
    this.querySelector(".saved").replaceChildren(make("b", {}, t("zones.saved", { version: said.version })), ` ${t("zones.restarts")}`);
    this.#show();
  }

  /** The service's own words, at the zone that they are about. */
  #refused({ field, message }) {
    const kind = field?.startsWith("zones.") ? field.slice("zones.".length) : "all";
    this.#fault(this.#kinds.some(({ dataset }) => dataset.kind === kind) ? kind : "all", t("zones.refused", { message }));
  }

  #click(event) {
    if (event.target.closest(".drop")) this.#drop(event.target.closest(".kind").dataset.kind);
    if (event.target.closest(".save")) this.#keep();
    if (event.target.closest(".undo")) this.#takeBack();
  }

  #key(event) {
    if (!this.#zones || document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      return this.#takeBack();
    }
    if (isTyping(event) && event.target.type !== "radio") return;
    const kind = this.#kinds[Number(event.key) - 1]?.dataset.kind;
    if (kind) return this.#choose(kind);
    if (event.key === "Enter" && event.target.closest("button, a")) return;
    const act = { Enter: () => this.#close(), Backspace: () => this.#back(), Delete: () => this.#drop(this.#kind), Escape: () => this.#cancel() }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }

  #cancel() {
    if (!this.#draft) return;
    this.#remember();
    this.#draft = null;
    this.#show();
  }
}

customElements.define("zone-editor", ZoneEditor);
