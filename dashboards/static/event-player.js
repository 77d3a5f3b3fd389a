/** Plays an event's clip: the breach on the timeline, what was seen drawn over each picture, every control by key. */

import "./clip-timeline.js";
import { draw, isTyping, make, shape, write } from "./dom.js";
import { boxOutline, corners, zoneOutline } from "./overlay.js";
import { t } from "./texts.js";
import { running, timeOfDay } from "./time.js";

const SPEEDS = [1, 2, 4, 0.5];
const LEAP_S = 5;
const FAR_LOOK_S = 0.8; // a look further from the picture than this says nothing about it
const FIRST_STEP_S = 0.04;
const LONGEST_STEP_S = 1.2;
const SAME_PICTURE_MS = 150;
const FAR_THING_S = 0.45; // things are seen on close looks only, which not every look is: their boxes would flicker
const KEY = "zaigang.boxes";
const PARTS = ["player.part_first", "player.part_last"];

class EventPlayer extends HTMLElement {
  #video = null;
  #overlay = draw("svg", { class: "over", preserveAspectRatio: "xMidYMid meet" });
  #zones = draw("g");
  #boxes = draw("g", { class: "boxes" });
  #caption = make("time.caption");
  #timeline = document.createElement("clip-timeline");
  #play = button("player.play", "Space");
  #time = make("output.time");
  #speed = button("player.speed", "S");
  #toggle = button("player.boxes", "B");
  #full = button("player.full", "F");
  #choice = make("span.parts", { role: "group", ariaLabel: t("player.parts"), hidden: true });
  #clips = []; // of a long event two: where each begins (milliseconds) and its address
  #part = 0;
  #awaited = 0; // where to go once the browser knows the clip
  #zero = 0; // second 0 of the track: where the first clip begins
  #event = null;
  #looks = [];
  #withThings = [];
  #at = 0;
  #apart = FIRST_STEP_S; // seconds from one picture to the next, as far as they have been seen
  #steps = 0;
  #stepped = Promise.resolve();

  connectedCallback() {
    if (this.#toggle.isConnected) return;
    this.#speed.textContent = "1×";
    this.#toggle.append(t("player.boxes_word"), make("kbd", {}, "B"));
    this.#full.append(shape("full"));
    this.#play.append(shape("play"));
    this.#overlay.append(this.#zones, this.#boxes);
    this.#choice.append(...PARTS.map((text) => button(text, "C")));
    [...this.#choice.children].forEach((choice, part) => {
      choice.textContent = t(PARTS[part]);
      choice.addEventListener("click", () => this.#choose(part));
    });
    this.append(make("div.controls", {}, this.#play, this.#choice, this.#timeline, this.#time, this.#speed, this.#toggle, this.#full));
    this.#play.addEventListener("click", () => this.#playOrPause());
    this.#speed.addEventListener("click", () => this.#nextSpeed());
    this.#toggle.addEventListener("click", () => this.#setBoxes(!this.#drawn));
    this.#full.addEventListener("click", () => this.#fullScreen());
    this.#timeline.addEventListener("seek", ({ detail }) => this.#seek(detail));
    document.addEventListener("keydown", (event) => this.#key(event));
    this.#drawBoxes(localStorage.getItem(KEY) !== "no");
  }

  /** Take an event and its track (null where there is none); called again when its evidence has grown. */
  show(event, track) {
    this.#event = event;
    this.#looks = track?.boxes ?? [];
    this.#zero = track?.zero ? track.zero / 1000 : Date.parse(event.evidence?.clip_start ?? event.started_at);
    this.#withThings = this.#looks.filter(([, boxes]) => boxes.some(isThing));
    const size = track?.size ?? event.size;
    if (size) this.#overlay.setAttribute("viewBox", `0 0 ${size.join(" ")}`);
    const zones = Object.entries(event.zones).filter(() => size);
    this.#zones.replaceChildren(...zones.map(([kind, numbers]) => zoneOutline(kind, corners(numbers))));
    this.#take(this.querySelector("video"));
    this.#timed();
    this.#picture(this.#at);
  }

  /** Go to a second of the track, in the clip that holds it; else as near as this clip can. */
  seek(second) {
    if (!this.#video || this.#goTo(this.#zero + second * 1000)) return;
    this.#seek(second - this.#offset);
  }

  /** Go to a moment; returns whether a clip holds it. */
  seekTo(moment) {
    return Boolean(this.#video) && this.#goTo(Date.parse(moment));
  }

  #goTo(moment) {
    const holds = (clip) => clip && moment >= clip.start && moment <= clip.end + 500;
    const part = holds(this.#clips[this.#part]) ? this.#part : this.#clips.findIndex(holds);
    if (part < 0) return false;
    this.#choose(part);
    this.#seek((moment - this.#start) / 1000);
    return true;
  }

  /** Show the clip of the beginning or that of the end, from its begin on. */
  #choose(part) {
    if (!this.#clips[part] || part === this.#part) return;
    const video = this.#video;
    const { paused, playbackRate } = video;
    this.#part = part;
    this.#at = this.#awaited = 0;
    video.src = this.#clips[part].address;
    video.playbackRate = playbackRate;
    if (!paused) video.play().catch(() => this.#timed());
    this.#mark();
  }

  #mark() {
    this.#choice.hidden = this.#clips.length < 2;
    [...this.#choice.children].forEach((choice, part) => choice.setAttribute("aria-pressed", String(part === this.#part)));
  }

  /** Go to a second of this clip: at once, or when the browser knows the clip. */
  #seek(second) {
    if (!this.#video) return;
    if (this.#video.readyState === 0) this.#awaited = second;
    else this.#video.currentTime = Math.min(Math.max(second, 0), this.#length);
  }

  /** When this clip begins, in milliseconds. */
  get #start() {
    return this.#clips[this.#part]?.start ?? this.#zero;
  }

  /** Where in the track this clip begins. */
  get #offset() {
    return (this.#start - this.#zero) / 1000;
  }

  get #length() {
    return this.#video && Number.isFinite(this.#video.duration) ? this.#video.duration : 0;
  }

  get #drawn() {
    return this.#boxes.style.display !== "none";
  }

  #secondOf(moment) {
    return (Date.parse(moment) - this.#start) / 1000;
  }

  #clipsOf(video) {
    const { clip_end: end, last_clip: last } = this.#event.evidence;
    const { start, last: address, lastStart } = video.dataset;
    const clips = [{ start: Date.parse(start), end: Date.parse(end ?? last?.end), address: video.getAttribute("src") }];
    if (address) clips.push({ start: Date.parse(lastStart), end: Date.parse(last.end), address });
    return clips;
  }

  /** A renewed part may have brought another video: it goes on where the former one was. */
  #take(video) {
    this.classList.toggle("without-clip", !video);
    this.querySelector(".controls").hidden = !video;
    if (video === this.#video) return;
    const former = this.#video;
    this.#video = video;
    if (!video) return;
    this.#clips = this.#clipsOf(video);
    if (this.#part && this.#clips[this.#part]) video.src = this.#clips[this.#part].address;
    else this.#part = 0;
    this.#mark();
    video.controls = false;
    video.parentElement.append(this.#overlay, this.#caption);
    for (const name of ["loadedmetadata", "durationchange", "play", "pause", "ended"]) video.addEventListener(name, () => this.#timed());
    video.addEventListener("loadedmetadata", () => this.#awaited && this.#seek(this.#awaited));
    video.addEventListener("click", () => this.#playOrPause());
    if (video.error) this.#failed(); // it may have failed before this module was there to hear it
    else video.addEventListener("error", () => this.#failed(), { once: true });
    if (former) {
      this.#seek(former.currentTime);
      if (!former.paused) video.play();
      former.removeAttribute("src");
      former.load();
    }
    this.#watch(video);
  }

  /** Each picture that is shown brings its own time where the browser tells it; else the time that plays. */
  #watch(video) {
    if (!video.requestVideoFrameCallback) {
      for (const name of ["timeupdate", "seeked", "loadeddata"]) video.addEventListener(name, () => this.#picture(video.currentTime));
      return;
    }
    const shown = (_, { mediaTime }) => {
      if (video !== this.#video) return;
      const apart = mediaTime - this.#at;
      if (apart > 0.001 && apart < 0.5 && !video.paused && video.playbackRate === 1) this.#apart = Math.max(apart, 0.01);
      this.#picture(mediaTime);
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
    // Of two pictures in one turn (a clip's first and the one that was sought) Chromium at times tells the former alone.
    video.addEventListener("seeked", async () => {
      await this.#shown();
      const isElsewhere = Math.abs(video.currentTime - this.#at) > LONGEST_STEP_S;
      if (video === this.#video && video.paused && !video.seeking && isElsewhere) this.#picture(video.currentTime);
    });
  }

  #failed() {
    const fault = make("div.no-clip", {}, make("b", {}, t("player.failed")), make("p", {}, t("player.failed_how")));
    this.#video.parentElement.append(fault);
  }

  /** Draw what was seen nearest to the picture at this second, and say when it was. */
  #picture(second) {
    this.#at = second;
    const place = second + this.#offset;
    const look = nearest(this.#looks, place);
    const seen = look && Math.abs(look[0] - place) <= FAR_LOOK_S ? [...look[1]] : [];
    if (!seen.some(isThing)) {
      const other = nearest(this.#withThings, place);
      if (other && Math.abs(other[0] - place) <= FAR_THING_S) seen.push(...other[1].filter(isThing));
    }
    const unit = this.#unit();
    const boxes = seen.map(([label, x1, y1, x2, y2, score, window]) => ({ label, box: [x1, y1, x2, y2], score, window }));
    this.#boxes.replaceChildren(...boxes.map((box) => boxOutline(box, this.#event.window, unit)));
    this.#boxes.dataset.second = second.toFixed(3);
    if (this.#video) write(this.#caption, timeOfDay(this.#start + second * 1000));
    write(this.#time, `${running(second)} / ${running(this.#length)}`);
    this.#timeline.move(second);
    this.dispatchEvent(new CustomEvent("position", { detail: place }));
  }

  #unit() {
    const { width, height } = this.#overlay.viewBox.baseVal ?? { width: 0, height: 0 };
    const { clientWidth, clientHeight } = this.#overlay;
    return clientWidth ? Math.max(width / clientWidth, height / clientHeight) : 0;
  }

  #timed() {
    const video = this.#video;
    if (!video) return;
    const open = this.#event.state === "open";
    this.#timeline.show(this.#length, this.#secondOf(this.#event.started_at), open ? this.#length : this.#secondOf(this.#event.until));
    this.#play.replaceChildren(shape(video.paused ? "play" : "pause"));
    this.#play.setAttribute("aria-label", t(video.paused ? "player.play" : "player.pause"));
    write(this.#time, `${running(this.#at)} / ${running(this.#length)}`);
  }

  #playOrPause() {
    if (!this.#video) return;
    if (this.#video.paused) this.#video.play().catch(() => this.#timed());
    else this.#video.pause();
  }

  #nextSpeed() {
    const speed = SPEEDS[(SPEEDS.indexOf(this.#video.playbackRate) + 1) % SPEEDS.length];
    this.#video.playbackRate = speed;
    write(this.#speed, `${speed}×`);
  }

  #drawBoxes(drawn) {
    this.#boxes.style.display = drawn ? "" : "none";
    this.#toggle.setAttribute("aria-pressed", String(drawn));
  }

  #setBoxes(drawn) {
    this.#drawBoxes(drawn);
    localStorage.setItem(KEY, drawn ? "yes" : "no");
    this.dispatchEvent(new CustomEvent("boxes", { detail: drawn }));
  }

  /** Whether somebody asked for boxes: the key frames have none until then. */
  get wantsBoxes() {
    return localStorage.getItem(KEY) === "yes";
  }

  #fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.requestFullscreen();
  }

  /** Steps are made one after the other: a held key asks for the next before this one has been shown. */
  #stepBy(direction) {
    if (this.#steps > 1) return;
    this.#steps += 1;
    this.#stepped = this.#stepped.then(() => this.#step(direction)).finally(() => (this.#steps -= 1));
  }

  /** One picture on or back: back is just before this one; on is tried until another picture is shown. */
  async #step(direction) {
    const video = this.#video;
    video.pause();
    const from = this.#at;
    if (direction < 0) {
      this.#seek(from - 0.002);
      return this.#settled(video);
    }
    for (let ahead = this.#apart; ahead <= LONGEST_STEP_S && this.#at <= from + 0.0005; ahead += this.#apart) {
      this.#seek(from + ahead + 0.001);
      await this.#settled(video);
      if (video.currentTime >= this.#length) break;
    }
    if (this.#at > from) this.#apart = Math.min(this.#at - from, LONGEST_STEP_S);
  }

  /** Until a seek has shown its picture; one within the same picture shows none, so it ends after a moment. */
  #settled(video) {
    return new Promise((done) => video.addEventListener("seeked", () => this.#shown().then(done), { once: true }));
  }

  /** Until another picture is told of, or a moment has gone by without one. */
  #shown() {
    return new Promise((done) => {
      this.addEventListener("position", done, { once: true });
      setTimeout(done, SAME_PICTURE_MS);
    });
  }

  #key(event) {
    if (isTyping(event) || document.querySelector("dialog[open]") || !this.#video) return;
    const act = {
      " ": () => event.target.closest("button") || this.#playOrPause(),
      ",": () => this.#stepBy(-1),
      ".": () => this.#stepBy(1),
      ArrowLeft: () => (event.shiftKey ? this.#seek(this.#video.currentTime - LEAP_S) : this.#stepBy(-1)),
      ArrowRight: () => (event.shiftKey ? this.#seek(this.#video.currentTime + LEAP_S) : this.#stepBy(1)),
      Home: () => this.#seek(0),
      End: () => this.#seek(this.#length),
      c: () => this.#choose(1 - this.#part),
      b: () => this.#setBoxes(!this.#drawn),
      s: () => this.#nextSpeed(),
      f: () => this.#fullScreen(),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    if (!(event.key === " " && event.target.closest("button"))) event.preventDefault();
    act();
  }
}

function isThing([label]) {
  return label !== "person";
}

/** The look nearest to a second, from `[[second, boxes], …]` in order of time. */
function nearest(looks, second) {
  let [low, high] = [0, looks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (looks[middle][0] < second) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [looks[low - 1], looks[low]];
  if (!before || !after) return before ?? after;
  return second - before[0] <= after[0] - second ? before : after;
}

function button(text, key) {
  return make("button.tool", { type: "button", title: `${t(text)} (${key})`, ariaLabel: t(text) });
}

customElements.define("event-player", EventPlayer);
