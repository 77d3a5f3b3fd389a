/** How the machinery does, in the bar: cameras, looks, disk, model; opened, what needs a person. */

import { make, write } from "./dom.js";
import { live } from "./live.js";
import { counted, has, t } from "./texts.js";

const DISK_WARN = 0.8;
const DISK_BAD = 0.95;

class HallHealth extends HTMLElement {
  #figures = {};
  #sheet = make("div.sheet");

  connectedCallback() {
    const figure = (name, ...after) => {
      this.#figures[name] = make("b");
      return make("span", {}, `${t(`health.${name}`)} `, this.#figures[name], ...after);
    };
    this.#figures.all = make("span");
    const summary = make("summary", { title: t("health.title") });
    summary.append(
      figure("cameras", this.#figures.all),
      figure("looks", t("health.per_second")),
      figure("disk"),
      figure("model"),
      (this.#figures.needs = make("b.bad.needs", { hidden: true })),
    );
    this.append(make("details", {}, summary, this.#sheet));
    live.addEventListener("state", () => this.#show(live.state));
    this.#show(live.state);
    document.addEventListener("click", (event) => {
      if (!this.contains(event.target)) this.firstElementChild.open = false;
    });
  }

  #show({ health, cameras }) {
    const { cameras: all, looks, disk, model } = this.#figures;
    this.#write(all, health.cameras_ok, health.cameras_ok < health.cameras ? "warn" : "");
    write(this.#figures.all, `/${health.cameras}`);
    this.#write(looks, health.looks_per_s.toFixed(1), health.looks_per_s > 0 || !health.cameras ? "" : "warn");
    const used = health.disk_used_share;
    this.#write(disk, `${Math.round(used * 100)}%`, used >= DISK_BAD ? "bad" : used >= DISK_WARN ? "warn" : "");
    this.#write(model, health.model, "");
    this.#list(health, cameras);
  }

  #write(element, text, state) {
    write(element, String(text));
    element.className = state;
  }

  #list(health, cameras) {
    const lines = [];
    for (const camera of cameras.filter((one) => one.reason)) {
      const reason = has(`reason.${camera.reason}`) ? t(`reason.${camera.reason}`) : camera.reason;
      lines.push(this.#line(`${camera.name} · ${reason}`, camera.trouble));
    }
    for (const camera of cameras.filter((one) => one.recording_trouble)) {
      lines.push(this.#line(`${camera.name} · ${t("health.not_recording")}`, camera.recording_trouble));
    }
    for (const worker of health.workers.filter((one) => one.trouble || one.state !== "running")) {
      lines.push(this.#line(`${worker.id} · ${t(`worker.${worker.state}`)}`, worker.trouble));
    }
    for (const one of health.upkeep) {
      lines.push(this.#line(has(`upkeep.${one.code}`) ? t(`upkeep.${one.code}`, one.figures) : one.code, one.figures.place ?? one.figures.why));
    }
    if (health.disk_free_mb < 1000) lines.push(this.#line(t("health.disk_low", { mb: health.disk_free_mb }), null));
    this.#figures.needs.hidden = !lines.length;
    write(this.#figures.needs, counted("health.needs", lines.length));
    const said = lines.map((line) => line.textContent).join("\n");
    if (said === this.#sheet.dataset.said) return;
    this.#sheet.dataset.said = said;
    const list = make("ul", {}, ...(lines.length ? lines : [make("li", {}, t("health.well"))]));
    const rulebook = make("small.quiet", {}, t("health.rulebook", { version: health.rulebook }));
    this.#sheet.replaceChildren(make("h3", {}, t("health.title")), list, rulebook);
  }

  #line(text, why) {
    return make("li", {}, text, why ? make("small", {}, why) : null);
  }
}

customElements.define("hall-health", HallHealth);
