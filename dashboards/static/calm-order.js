/** The order of the wall: what needs a look first, and nothing that jumps to and fro. */

const RISE_AFTER_MS = 3000;
const SINK_AFTER_MS = 8000;

/**
 * Keeps each window in its rank until another has lasted: an alert rises at once, anything else after a little while,
 * and everything sinks slowly. Within a rank the hall's own order stays.
 */
export class CalmOrder {
  #ranks = new Map(); // id to { rank, wanted, since }

  /** The ids in order at `now` (milliseconds), from `[{ id, rank }]` in the hall's order. */
  arrange(windows, now) {
    for (const { id, rank } of windows) {
      const known = this.#ranks.get(id);
      if (!known) {
        this.#ranks.set(id, { rank, wanted: rank, since: now });
        continue;
      }
      if (rank !== known.wanted) Object.assign(known, { wanted: rank, since: now });
      const pause = rank === 0 ? 0 : rank < known.rank ? RISE_AFTER_MS : SINK_AFTER_MS;
      if (now - known.since >= pause) known.rank = rank;
    }
    const place = new Map(windows.map(({ id }, index) => [id, index]));
    const rankOf = (id) => this.#ranks.get(id).rank;
    return [...place.keys()].sort((a, b) => rankOf(a) - rankOf(b) || place.get(a) - place.get(b));
  }
}
