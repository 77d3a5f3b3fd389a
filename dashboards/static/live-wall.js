/** The wall of tiles: one a window, those that need a look first, as large as the room allows. */

import "./window-tile.js";
import "./window-view.js";
import { CalmOrder } from "./calm-order.js";
import { zoneCorners } from "./camera-view.js";
import { live } from "./live.js";
import { now, onTick } from "./time.js";

const GAP = 12;
const FOOT = 0.13; // height of a tile's foot as a share of its width, within FOOT_LIMITS
const FOOT_LIMITS = [40, 64];
const EDGES = 5; // a tile's own borders
const LEAST_WIDTH = 190;
const WIDEST = 2; // width to height of a picture that is cut to fit
const CLEARLY_LARGER = 1.3; // fewer columns have to be worth the room that they leave at the side

class LiveWall extends HTMLElement {
  #tiles = new Map();
  #zones = new Map(Object.entries(JSON.parse(document.getElementById("zones").textContent))); // as the API tells them
  #wasStarting = new Set();
  #order = new CalmOrder();
  #view = document.querySelector("window-view");

  connectedCallback() {
    live.addEventListener("state", () => this.#show(live.state));
    onTick(() => this.#tiles.forEach((tile) => tile.tick()));
    new ResizeObserver(() => this.#fit()).observe(this);
    this.addEventListener("click", (event) => this.#open(event.target.closest("window-tile")));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#show(live.state);
    const asked = decodeURIComponent(location.hash.slice(1));
    if (this.#tiles.has(asked)) this.#view.open(asked, (id) => this.#cornersOf(id));
  }

  #show(state) {
    const cameras = new Map(state.cameras.map((camera) => [camera.id, camera]));
    const ranked = [];
    for (const window of state.windows) {
      this.#askZones(window);
      const tile = this.#tile(window.id);
      const { rank } = tile.show(window, cameras.get(window.camera), this.#cornersOf(window.id));
      ranked.push({ id: window.id, rank });
    }
    const gone = [...this.#tiles.keys()].filter((id) => !state.windows.some((window) => window.id === id));
    for (const id of gone) {
      this.#tiles.get(id).remove();
      this.#tiles.delete(id);
    }
    this.#arrange(this.#order.arrange(ranked, now()));
    this.#view.show(state);
  }

  #tile(id) {
    if (!this.#tiles.has(id)) {
      const tile = document.createElement("window-tile");
      tile.id = `tile-${id}`;
      tile.dataset.window = id;
      this.#tiles.set(id, tile);
      this.append(tile);
      this.#fit();
    }
    return this.#tiles.get(id);
  }

  /** Moves as few tiles as needed: one that is moved would lose the focus. */
  #arrange(ids) {
    const focused = document.activeElement;
    let next = this.firstElementChild;
    for (const id of ids) {
      const tile = this.#tiles.get(id);
      if (tile === next) next = next.nextElementSibling;
      else this.insertBefore(tile, next);
    }
    if (focused !== document.activeElement && this.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** A window's zones are asked for again after its worker has begun anew: then they may have been redrawn. */
  #askZones(window) {
    const starting = window.reason === "starting" || window.reason === "no_worker";
    const renewed = this.#wasStarting.has(window.id) && !starting;
    if (starting) this.#wasStarting.add(window.id);
    else this.#wasStarting.delete(window.id);
    if (this.#zones.has(window.id) && !renewed) return;
    this.#zones.set(window.id, this.#zones.get(window.id) ?? { zones: {}, size: null });
    fetch(`/api/v1/windows/${window.id}/zones`)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
      .then((zones) => this.#zones.set(window.id, zones))
      .catch(() => this.#zones.delete(window.id)); // asked again with the next state
  }

  #cornersOf(id) {
    const window = live.state.windows.find((one) => one.id === id);
    const camera = live.state.cameras.find((one) => one.id === window?.camera);
    return camera ? zoneCorners(this.#zones.get(id) ?? { zones: {}, size: null }, camera) : {};
  }

  /** As many columns as make the pictures largest while all are seen; below a least width the wall scrolls. */
  #fit() {
    const count = this.#tiles.size;
    const style = getComputedStyle(this);
    const width = this.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = this.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    if (!count || width <= 0) return;
    const most = Math.max(1, Math.min(count, Math.floor((width + GAP) / (LEAST_WIDTH + GAP))));
    let best = fitted(count, most, width, height);
    for (let columns = most - 1; columns > 0; columns -= 1) {
      const other = fitted(count, columns, width, height);
      if (other.tile * other.picture > best.tile * best.picture * CLEARLY_LARGER) best = other;
    }
    if (best.tile < LEAST_WIDTH) best = fitted(count, most, width, Infinity);
    this.style.setProperty("--columns", best.columns);
    this.style.setProperty("--tile", `${Math.floor(best.tile)}px`);
    this.style.setProperty("--picture", `${Math.floor(best.picture)}px`);
    this.style.setProperty("--foot", `${Math.round(foot(best.tile))}px`);
  }

  #open(tile) {
    if (tile) this.#view.open(tile.dataset.window, (id) => this.#cornersOf(id));
  }

  #key(event) {
    const tile = event.target.closest("window-tile");
    if (!tile) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#open(tile);
    }
    const columns = Number(this.style.getPropertyValue("--columns"));
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const tiles = [...this.children];
    const next = step && tiles[tiles.indexOf(tile) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
}

/** Tiles in so many columns: as wide as a column, lower than 16:9 where rows are short, down to 2:1, then narrower. */
function fitted(count, columns, width, height) {
  const column = (width - GAP * (columns - 1)) / columns;
  const rows = Math.ceil(count / columns);
  const room = (height - GAP * (rows - 1)) / rows - foot(column) - EDGES;
  const tile = Math.min(column, Math.max(room, 0) * WIDEST);
  return { columns, tile, picture: Math.min(room, (tile * 9) / 16) };
}

function foot(width) {
  return Math.min(Math.max(width * FOOT, FOOT_LIMITS[0]), FOOT_LIMITS[1]);
}

customElements.define("live-wall", LiveWall);
