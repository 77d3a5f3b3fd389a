/** How a window stands, in the words, shape and order of the wall: from what the API tells to what a tile says. */

import { has, said, t } from "./texts.js";
import { since } from "./time.js";

const SEVERITIES = ["notice", "minor", "major", "grave"];
const RANKS = { alert: 0, back: 0, building: 1, unknown: 2, starting: 2, on: 3, off: 4 };
const NOTEWORTHY_S = 2; // a phone seen for a moment is not yet something to show

/** Whether one severity weighs more than another. */
export function isGraver(one, other) {
  return SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other);
}

/** A breach in one short word: that of what it asks, else the rule's own name. */
export function breachWord(breach) {
  const key = `breach.${breach.asks}`;
  return has(key) ? t(key) : said(breach.name);
}

/** Why nothing can be told, in words. */
export function reasonWord(reason) {
  return has(`reason.${reason}`) ? t(`reason.${reason}`) : reason;
}

/** `{ kind, word, since, progress, more, severity, rank }` of a window; `since` is null when nothing is known yet. */
export function standing(window) {
  const found = told(window);
  return { progress: null, more: 0, severity: "", ...found, rank: RANKS[found.kind] };
}

function told(window) {
  const bySeverity = (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.since.localeCompare(b.since);
  const reported = window.breaches.filter((breach) => breach.event).sort(bySeverity);
  if (reported.length) return { ...alerting(window, reported[0]), more: reported.length - 1 };
  if (window.status === "unknown") {
    const kind = window.reason === "starting" ? "starting" : "unknown";
    return { kind, word: reasonWord(window.reason), since: window.since };
  }
  if (window.status === "unsure" || window.status === "no_calendar") {
    return { kind: "unknown", word: t(`status.${window.status}`), since: window.since };
  }
  if (window.status === "off_duty") return { kind: "off", word: t("status.off_duty"), since: null };
  if (window.status === "closed") return { kind: "off", word: t("status.closed"), since: null };
  if (window.status === "exempt") return { kind: "off", word: t("status.exempt"), since: window.since };
  const building = window.breaches.filter((one) => one.signal === "occupied" || since(one.since) >= NOTEWORTHY_S).sort(bySeverity);
  if (building.length) {
    const [first] = building;
    const word = first.signal === "occupied" ? t("status.empty") : breachWord(first);
    return { kind: "building", word, since: first.since, progress: Math.min(1, since(first.since) / first.after_s), more: building.length - 1 };
  }
  if (window.status === "empty") return { kind: "building", word: t("status.empty"), since: window.since };
  return { kind: "on", word: t("status.on_post"), since: window.since };
}

/** An event is open until it has been over for a while: whoever is back meanwhile is shown as back. */
function alerting(window, breach) {
  if (breach.signal === "occupied" && window.status === "on_post") {
    return { kind: "back", word: t("status.back"), since: window.since };
  }
  return { kind: "alert", word: breachWord(breach), since: breach.since, severity: breach.severity };
}
