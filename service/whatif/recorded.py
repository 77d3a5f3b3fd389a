"""How what is judged again agrees with what the site recorded when it happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.rules.event import Event
from service.rules.rulebook import Rulebook
from service.whatif.differences import paired
from vision.observation import WindowId
from vision.streamtime import SECOND

__all__ = ["Recorded", "RecordedEvent", "compared"]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event of the site with the verdict that holds."""

    event: Event
    verdict: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recorded events of the rules that were judged again, beside what that found.

    events: those that the rulebook in force judged; ``by_other_books``: so many more, which are compared with nothing.
    found_again: of ``events``. not_recorded: found now and not then. apart_s: the most by which onset or end of a pair
    differ. verdicts: of what was found again, by the id that it has now.
    """

    events: int
    found_again: int
    missed: tuple[Event, ...]
    not_recorded: tuple[Event, ...]
    apart_s: float
    by_other_books: int
    verdicts: Mapping[str, str]


def compared(
    recorded: Sequence[RecordedEvent],
    now: Sequence[Event],
    books: Mapping[WindowId, Rulebook],
    rules: Mapping[WindowId, frozenset[str]],
) -> Recorded:
    """``recorded`` events beside those that ``books`` find ``now``, of the ``rules`` judged at each window."""
    meant = [one for one in recorded if one.event.rule in rules.get(one.event.window, ())]
    alike = {one.event.id: one for one in meant if one.event.rulebook == books[one.event.window].version}
    pairs = paired([one.event for one in alike.values()], now)
    met = {was.id for was, _ in pairs}
    again = {one.id for _, one in pairs}
    apart = [
        max(abs(was.started_at - one.started_at), abs(was.until - one.until)) / SECOND
        for was, one in pairs
        if was.state != "open"
    ]
    return Recorded(
        events=len(alike),
        found_again=len(pairs),
        missed=tuple(one.event for one in alike.values() if one.event.id not in met),
        not_recorded=tuple(event for event in now if event.id not in again),
        apart_s=round(max(apart, default=0.0), 3),
        by_other_books=len(meant) - len(alike),
        verdicts={one.id: alike[was.id].verdict for was, one in pairs},
    )
