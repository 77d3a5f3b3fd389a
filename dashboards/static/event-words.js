/** An event in one line: why it was reported, or how it ended. */

import { duration, has, said, t } from "./texts.js";
import { clockOf, since } from "./time.js";

/** Why an open event is one, with its running duration, and what it weighs now where it has lasted so long. */
export function why(event) {
  const { asks, after_s: after, over } = event.condition;
  const key = has(`why.${asks}`) ? `why.${asks}` : "why.other";
  const words = t(key, { lasted: duration(Math.round(since(event.started_at))), after: duration(after), over, rule: said(event.name) });
  const step = event.escalation.findLast((one) => one.reached);
  return step ? t("alert.raised", { why: words, after: duration(step.after_s), severity: t(`severity.${step.severity}`) }) : words;
}

/** How an event ended: `10:03 已回岗，共 6 分 20 秒`. */
export function done(event) {
  const how = event.state === "interrupted" ? "interrupted" : ["occupied", "late"].includes(event.condition.asks) ? "back" : "over";
  return t(`done.${how}`, { at: clockOf(event.until), lasted: duration(event.duration_s) });
}
