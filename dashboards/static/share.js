/** The share of offending looks over a rule's sliding window, as the rule itself takes it. */

/**
 * `[{ t, share, enough, answer }]` for the `answers` `[[second, offends], …]`: each look counts until the next, at most
 * `max_silence_s`; looks that could not tell count for nothing. `share` is null where nothing in the window was clear,
 * `enough` says whether as much was clear as the rule asks for.
 */
export function shares(answers, { window_s: span, max_silence_s: silence, clear_share: least }) {
  const longest = Math.max(silence, 2.5 * medianGap(answers)); // a long event's looks are thinned out before they are kept
  const runs = answers.map(([t, answer], index) => {
    const next = answers[index + 1]?.[0] ?? t;
    return { t, answer, lasts: Math.min(next - t, longest) };
  });
  let [first, clear, offending] = [0, 0, 0];
  return runs.map(({ t, answer }, index) => {
    const former = runs[index - 1];
    if (former && former.answer !== null) {
      clear += former.lasts;
      if (former.answer) offending += former.lasts;
    }
    while (first < index && runs[first].t + runs[first].lasts <= t - span) {
      if (runs[first].answer !== null) {
        clear -= runs[first].lasts;
        if (runs[first].answer) offending -= runs[first].lasts;
      }
      first += 1;
    }
    const cut = first < index ? Math.max(t - span - runs[first].t, 0) : 0; // of the look that reaches out of the window
    const within = clear - (cut && runs[first].answer !== null ? cut : 0);
    const broken = offending - (cut && runs[first].answer ? cut : 0);
    const share = within > 1e-6 ? Math.min(Math.max(broken / within, 0), 1) : null;
    return { t, share, enough: within >= least * span - 1e-6, answer };
  });
}

function medianGap(answers) {
  const gaps = answers.slice(1).map(([t], index) => t - answers[index][0]).sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? 0;
}
