/** The sound of an alert, made on the spot: two or three soft strokes, higher and more of them the graver it is. */

const STROKES = { grave: [988, 784, 988, 784], major: [784, 988], minor: [659], notice: [523] };
const APART_S = 0.19;
const LASTS_S = 0.55;
const LOUDNESS = 0.28;
const KEY = "zaigang.muted";

/** Tells "change" whenever it becomes muted, audible, or is found to be waiting for a first click. */
class Chime extends EventTarget {
  #context = new AudioContext();
  #muted = localStorage.getItem(KEY) === "yes";

  constructor() {
    super();
    const unlock = () => this.#context.resume();
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, unlock, { capture: true });
    this.#context.addEventListener("statechange", () => this.dispatchEvent(new Event("change")));
  }

  /** "muted", "on", or "waiting": browsers keep a page silent until somebody has touched it. */
  get status() {
    if (this.#muted) return "muted";
    return this.#context.state === "running" ? "on" : "waiting";
  }

  /** Mute or unmute, and remember it. */
  toggle() {
    this.#muted = !this.#muted;
    localStorage.setItem(KEY, this.#muted ? "yes" : "no");
    this.dispatchEvent(new Event("change"));
  }

  /** Sound for an alert of `severity`. */
  play(severity) {
    if (this.status !== "on") return;
    const strokes = STROKES[severity] ?? STROKES.minor;
    strokes.forEach((pitch, index) => this.#stroke(pitch, this.#context.currentTime + index * APART_S));
  }

  #stroke(pitch, at) {
    const [tone, gain] = [this.#context.createOscillator(), this.#context.createGain()];
    tone.type = "sine";
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, at + LASTS_S);
    tone.connect(gain).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + LASTS_S);
  }
}

export const chime = new Chime();
