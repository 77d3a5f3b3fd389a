/** The words of the page in its language: the same texts and the same ways to say a duration as the server has. */

const entries = JSON.parse(document.getElementById("texts").textContent);

/** The text of `key` with its `{values}` filled in. */
export function t(key, values = {}) {
  return entries[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Whether there is a text of this key: rules, reasons and labels may be newer than the pages. */
export function has(key) {
  return key in entries;
}

/** The text for so many: `key.one` or `key.other`. */
export function counted(key, count) {
  return t(`${key}.${count === 1 ? "one" : "other"}`, { count });
}

/** A text that the API gives in both languages. */
export function said(text) {
  return text[document.documentElement.lang] ?? text.zh;
}

/** `5 分钟`, `6 分 38 秒`, `2.5 秒`: two units at most, tenths only under ten seconds. */
export function duration(seconds) {
  if (seconds < 10 && Math.round(seconds * 10) % 10) return t("duration.s", { s: seconds.toFixed(1) });
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h) return m ? t("duration.h_m", { h, m }) : t("duration.h", { h });
  if (m) return s ? t("duration.m_s", { m, s }) : t("duration.m", { m });
  return t("duration.s", { s });
}
