"""The figures by which answers over time become a breach, and a breach an event."""

from dataclasses import dataclass

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in microseconds of on-duty stream time; shares are of clear time (looks that could tell).

    after: how long a breach must have lasted, in clear time, to be an event.
    window: the sliding window over which the share of offending time is taken.
    begin_share: from this share on a breach has begun.
    end_share: at or under this share since the offence was last seen, it is ending.
    clear_share: share of the window that must be clear for a breach to begin.
    clear_after: how long, in clear time, it must have been ending to be over.
    clear_looks: where set, so many innocent looks in a row end it too, however short.
    merge_gap: a new breach that begins closer than this to the end of an event belongs to it.
    cool_down: a new event that begins closer than this to the end of the last one is its repeat and does not alert.
    min_looks: clear looks that a breach must rest on.
    spread: time over which those looks must stretch.
    max_silence: how long a look counts when no other follows; the rest of a gap is unknown.
    hold: how long an open event survives when nothing can be judged.
    """

    after: int
    window: int
    begin_share: float
    end_share: float
    clear_share: float
    clear_after: int
    clear_looks: int | None
    merge_gap: int
    cool_down: int
    min_looks: int
    spread: int
    max_silence: int
    hold: int
