/** The hall's time: the service's clock as this browser knows it, moments as text, and a tick every second. */

const zone = document.body.dataset.zone;
const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const days = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
const ticking = new Set();
let ahead = 0;

/** Learn the service's clock from a moment that it has just told. */
export function set(moment) {
  ahead = Date.parse(moment) - Date.now();
}

/** Now by the service's clock, in milliseconds. */
export function now() {
  return Date.now() + ahead;
}

/** Seconds since an ISO moment, never negative. */
export function since(moment) {
  return Math.max(0, (now() - Date.parse(moment)) / 1000);
}

/** The hall's time of day, `10:24:36`. */
export function timeOfDay(milliseconds = now()) {
  return clock.format(milliseconds);
}

/** The time of day of an ISO moment, which the service tells by the hall's clock: `10:19:24`. */
export function clockOf(moment) {
  return moment.slice(11, 19);
}

/** The time of day of an ISO moment, with its date unless that is today: `10:19:24`, `11-19 10:19`. */
export function whenOf(moment) {
  const today = days.format(now()) === moment.slice(0, 10);
  return today ? clockOf(moment) : `${moment.slice(5, 10)} ${moment.slice(11, 16)}`;
}

/** A running time: `05:12`, `1:24:07`. */
export function running(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60].map(String);
  return h === "0" ? `${m.padStart(2, "0")}:${s.padStart(2, "0")}` : `${h}:${m.padStart(2, "0")}:${s.padStart(2, "0")}`;
}

/** Call `told` at every tick until the returned function is called. */
export function onTick(told) {
  ticking.add(told);
  return () => ticking.delete(told);
}

// Nothing runs on while the service is lost: what is shown then is how it was.
setInterval(() => document.body.dataset.link !== "lost" && ticking.forEach((told) => told()), 500);
