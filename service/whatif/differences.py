"""Events of two rulebooks on the same looks, paired by the time that they share, and what differs in each pair."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from service.overlaps import Overlaps
from service.rules.event import Event
from service.rules.rule import Severity
from service.rules.rulebook import Rulebook
from service.score import Interval, score
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

__all__ = ["KINDS", "Difference", "Kind", "differences", "paired"]

Kind: TypeAlias = Literal[
    "only_now", "only_then", "merged", "split", "longer", "shorter", "moved", "alert", "severity", "same"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_SHORTEST: Final = 0.001  # seconds: an event of a single look lasts too


@dataclass(frozen=True, slots=True)
class Difference:
    """One event as it is now, as it would be then, or both.

    kind: ``only_now`` would not be, ``only_then`` would be new; ``merged`` would be part of ``of``, an event that is
    told beside it, ``split`` is a part of what is one event now. Of pairs, the first that is so: it lasts ``longer`` or
    ``shorter``, it lasts as long at another time (``moved``), it is told earlier, later, or as a repeat, and so
    without an alert (``alert``), it weighs otherwise (``severity``), it is the ``same``.
    severities: now and then, None where there is no event.
    """

    kind: Kind
    window: WindowId
    rule: str
    now: Event | None
    then: Event | None
    severities: tuple[Severity | None, Severity | None]
    of: str | None = None

    @property
    def at(self) -> StreamTime:
        """The first onset of the two."""
        return min(event.started_at for event in (self.now, self.then) if event is not None)

    @property
    def longer_by_s(self) -> float:
        """By how much longer it would last, negative where shorter; an event that is not there lasts for nothing."""
        return lasted_s(self.then) - lasted_s(self.now)

    @property
    def alert_later_by_s(self) -> float | None:
        """By how much later its rule's duration would be reached; None where it is in one of the books alone."""
        if self.now is None or self.then is None:
            return None
        return (self.then.satisfied_at - self.now.satisfied_at) / SECOND


def lasted_s(event: Event | None) -> float:
    """From onset to last offending look; 0 for no event."""
    return 0.0 if event is None else (event.until - event.started_at) / SECOND


def differences(
    now: Sequence[Event],
    then: Sequence[Event],
    books_now: Mapping[WindowId, Rulebook],
    books_then: Mapping[WindowId, Rulebook],
) -> list[Difference]:
    """Every event of either book, pairs together, in order of onset.

    Two events of the same window and rule that share any time are a pair, the best overlap first.
    """
    pairs = paired(now, then)
    by_now = {before.id: after for before, after in pairs}
    by_then = {after.id: before for before, after in pairs}
    found = [
        _difference(_kind_of_pair(before, after, books_now, books_then), before, after, books_now, books_then)
        for before, after in pairs
    ]
    in_now, in_then = _sharing(now), _sharing(then)
    for event in now:
        if event.id not in by_now:
            other = in_then(event)
            kind: Kind = "only_now" if other is None else "merged"
            found.append(_difference(kind, event, None, books_now, books_then, other))
    for event in then:
        if event.id not in by_then:
            other = in_now(event)
            found.append(
                _difference("only_then" if other is None else "split", None, event, books_now, books_then, other)
            )
    return sorted(found, key=lambda one: (one.at, one.window, one.rule))


def paired(ones: Sequence[Event], others: Sequence[Event]) -> list[tuple[Event, Event]]:
    """Events of the same window and rule that share time, each in one pair at most."""
    start = min((event.started_at for event in (*ones, *others)), default=StreamTime(0))
    first, second = ({_interval(event, start): event for event in events} for events in (ones, others))
    matches = score(list(first), list(second), 0, least_tiou=0).matches
    return [(first[one], second[other]) for one, other in matches]


def _interval(event: Event, start: StreamTime) -> Interval:
    begins, ends = ((at - start) / SECOND for at in (event.started_at, event.until))
    return Interval(event.window, event.rule, begins, max(ends, begins + _SHORTEST))


def _sharing(events: Sequence[Event]) -> Callable[[Event], Event | None]:
    """Tells of an event which of ``events`` at its window and by its rule is the first that it shares time with."""
    alike: dict[tuple[WindowId, str], list[Event]] = {}
    for event in events:
        alike.setdefault((event.window, event.rule), []).append(event)
    overlaps = {key: Overlaps([(one.started_at, one.until) for one in own]) for key, own in alike.items()}

    def first(event: Event) -> Event | None:
        key = event.window, event.rule
        found = overlaps[key].of(event.started_at, event.until) if key in overlaps else ()
        return alike[key][found[0]] if found else None

    return first


def _kind_of_pair(
    now: Event, then: Event, books_now: Mapping[WindowId, Rulebook], books_then: Mapping[WindowId, Rulebook]
) -> Kind:
    if lasted_s(now) != lasted_s(then):
        return "longer" if lasted_s(then) > lasted_s(now) else "shorter"
    if now.started_at != then.started_at:
        return "moved"
    if now.satisfied_at != then.satisfied_at or (now.repeat_of is None) != (then.repeat_of is None):
        return "alert"
    return "same" if _severity(now, books_now) == _severity(then, books_then) else "severity"


def _difference(
    kind: Kind,
    now: Event | None,
    then: Event | None,
    books_now: Mapping[WindowId, Rulebook],
    books_then: Mapping[WindowId, Rulebook],
    of: Event | None = None,
) -> Difference:
    one = now if now is not None else then
    if one is None:
        raise ValueError("a difference is of one event at least")
    severities = (_severity(now, books_now), _severity(then, books_then))
    return Difference(kind, one.window, one.rule, now, then, severities, of.id if of is not None else None)


def _severity(event: Event | None, books: Mapping[WindowId, Rulebook]) -> Severity | None:
    return None if event is None else books[event.window].rules[event.rule].severity_after(lasted_s(event))
