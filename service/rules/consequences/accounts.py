"""What a month's upheld events lead to, for a window or a rostered person: always computed, never stored.

What counts, beside the figures of the rulebook (`consequences:`):

- Only an upheld event, in the month in which it began by the hall's clock. A verdict that changes changes all of this.
- A notice never counts: it is addressed to the hall.
- Of a breach and its repeats (those that began within its cool-down) one counts.
- Of events at one window by rules that see the same thing (`one_act`: an absence, the lateness it is, the two hours it
  adds up to) as many count as do not overlap, whichever ended first. So among events that repeat none, one more that is
  upheld never lessens the count, and one that is dismissed after all never adds to it.
- A half-day's absence is no further breach. What one was made of makes no second one.
- A person is named only where she alone is on the roster, at the event's begin and at its end; else it counts for the
  window, and says why.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from service.rules.consequences.ladder import Consequences, HalfDay, Rung
from service.rules.event import Event, VerdictWord
from service.rules.rule import Rule, Severity
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

__all__ = [
    "Account",
    "HalfDayMissed",
    "Judged",
    "Line",
    "PeopleAt",
    "Uncounted",
    "Unnamed",
    "Whose",
    "accounts",
    "waiting",
]


PeopleAt: TypeAlias = Callable[[WindowId, StreamTime], tuple[str, ...]]
"""Who is on the roster for a window at a moment."""

Uncounted = Literal["notice", "repeat", "same_act"]
"""Why an upheld event is no further breach."""

Unnamed = Literal["nobody_rostered", "several_rostered", "handed_over"]
"""Why an event counts for the window and for nobody."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An event, the rule as the book that judged it says, and the verdict that holds."""

    event: Event
    rule: Rule
    verdict: VerdictWord

    @property
    def lasted(self) -> float:
        """Seconds from its first offending look to its last."""
        return (self.event.until - self.event.started_at) / SECOND

    @property
    def severity(self) -> Severity:
        """What it weighs, having lasted so long."""
        return self.rule.severity_after(self.lasted)

    def overlaps(self, other: "Judged") -> bool:
        """Whether both were at the same window at the same time."""
        mine, its = self.event, other.event
        return mine.window == its.window and mine.started_at <= its.until and its.started_at <= mine.until


@dataclass(frozen=True, slots=True, order=True)
class Whose:
    """For whom events count: a window by its id, or a person by the name on the roster."""

    kind: Literal["person", "window"]
    id: str


@dataclass(frozen=True, slots=True)
class Line:
    """One upheld event in an account.

    breaches: those of the month up to and with this one. rung: what it leads to, where it counts. uncounted: why it
    does not, ``of`` the event that counts for it. unnamed: why it counts for the window, where people are asked for.
    """

    judged: Judged
    breaches: int
    rung: Rung | None = None
    uncounted: Uncounted | None = None
    of: Judged | None = None
    unnamed: Unnamed | None = None


@dataclass(frozen=True, slots=True)
class HalfDayMissed:
    """What half a day's absence was made of; ``nth`` of the month, None while events are lacking to it."""

    entry: HalfDay
    events: tuple[Judged, ...]
    nth: int | None


@dataclass(frozen=True, slots=True)
class Account:
    """All that a month has brought one window or person, in order of time."""

    whose: Whose
    lines: tuple[Line, ...]
    half_days: tuple[HalfDayMissed, ...]

    @property
    def breaches(self) -> int:
        return self.lines[-1].breaches if self.lines else 0

    @property
    def rung(self) -> Rung | None:
        """How far up the ladder the month has led."""
        return next((line.rung for line in reversed(self.lines) if line.rung is not None), None)

    @property
    def missed(self) -> int:
        """Half days of absence."""
        return sum(one.nth is not None for one in self.half_days)

    @property
    def late(self) -> int:
        """How often somebody came late: upheld events of rules that judge a shift's begin, as half days count them."""
        return self._of_shift("begin")

    @property
    def early(self) -> int:
        """How often somebody left early: upheld events of rules that judge a shift's end."""
        return self._of_shift("end")

    def _of_shift(self, part: Literal["begin", "end"]) -> int:
        return sum(line.judged.rule.shift == part for line in self.lines)


def waiting(pending: Iterable[Event], people_at: PeopleAt | None = None) -> Counter[Whose]:
    """For whom how many events would count that still wait for a verdict."""
    return Counter(_whose(event, people_at)[0] for event in pending)


def accounts(
    judged: Iterable[Judged],
    month: tuple[StreamTime, StreamTime],
    scheme: Consequences,
    people_at: PeopleAt | None = None,
) -> list[Account]:
    """The accounts of everybody for whom an event of ``month`` (from, before) was upheld: people first, then windows.

    ``judged``: every upheld event of the month, the events that they repeat, and those of any verdict that
    ``unless`` asks for; others change nothing. Without ``people_at`` everything counts for windows.
    """
    known = {one.event.id: one for one in judged}
    upheld = [one for one in known.values() if one.verdict == "upheld" and month[0] <= one.event.started_at < month[1]]
    named = {one.event.id: _whose(one.event, people_at) for one in known.values()}
    of: dict[Whose, list[Judged]] = {}
    for one in sorted(upheld, key=lambda one: (one.event.started_at, one.event.until, one.event.id)):
        of.setdefault(named[one.event.id][0], []).append(one)
    found = []
    for whose, mine in sorted(of.items(), key=lambda item: item[0]):
        repeats = {one.event.id: former for one in mine if (former := _counted_before(one, known, named)) is not None}
        lines = _lines(mine, scheme, repeats, {id_: why for id_, (_, why) in named.items()})
        found.append(Account(whose, lines, _half_days(mine, scheme, list(known.values()))))
    return found


def _whose(event: Event, people_at: PeopleAt | None) -> tuple[Whose, Unnamed | None]:
    window = Whose("window", event.window)
    if people_at is None:
        return window, None
    at_begin, at_end = (people_at(event.window, at) for at in (event.started_at, event.until))
    if len(at_begin) > 1:
        return window, "several_rostered"
    if not at_begin:
        return window, "nobody_rostered"
    return (Whose("person", at_begin[0]), None) if at_begin == at_end else (window, "handed_over")


def _counted_before(
    one: Judged, known: Mapping[str, Judged], named: Mapping[str, tuple[Whose, Unnamed | None]]
) -> Judged | None:
    """The upheld event of the same account that ``one`` repeats, or the one before that; None where there is none."""
    seen = {one.event.id}
    former = known.get(one.event.repeat_of or "")
    while former is not None and former.event.id not in seen:
        if former.verdict == "upheld" and named[former.event.id][0] == named[one.event.id][0]:
            return former
        seen.add(former.event.id)
        former = known.get(former.event.repeat_of or "")
    return None


def _lines(
    mine: Sequence[Judged],
    scheme: Consequences,
    repeats: Mapping[str, Judged],
    unnamed: Mapping[str, Unnamed | None],
) -> tuple[Line, ...]:
    same = _same_acts([one for one in mine if one.rule.severity != "notice"], scheme, repeats)
    lines: list[Line] = []
    breaches = 0
    for one in mine:
        id_ = one.event.id
        why: Uncounted | None = None
        if one.rule.severity == "notice":
            why = "notice"
        elif id_ in repeats:
            why = "repeat"
        elif id_ in same:
            why = "same_act"
        breaches += why is None
        rung = scheme.rung(breaches) if why is None else None
        lines.append(Line(one, breaches, rung, why, repeats.get(id_) or same.get(id_), unnamed[id_]))
    return tuple(lines)


def _same_acts(mine: Sequence[Judged], scheme: Consequences, repeats: Mapping[str, Judged]) -> dict[str, Judged]:
    """Of the events of each act those that do not count, with the one that does: the largest number without overlaps.

    Whichever ends first leaves the most room to the others (interval scheduling, Kleinberg and Tardos 2005, 4.1).
    """
    found: dict[str, Judged] = {}
    for act in scheme.one_act:
        rank = {rule: place for place, rule in enumerate(act)}
        of_act = [one for one in mine if one.event.rule in rank]
        kept = [one for one in of_act if one.event.id in repeats]
        for one in sorted(of_act, key=lambda one: (one.event.until, rank[one.event.rule], one.event.started_at)):
            if one.event.id in repeats:
                continue
            counted = next((other for other in kept if one.overlaps(other)), None)
            if counted is None:
                kept.append(one)
            else:
                found[one.event.id] = counted
    return found


def _half_days(mine: Sequence[Judged], scheme: Consequences, known: Sequence[Judged]) -> tuple[HalfDayMissed, ...]:
    whole: list[tuple[HalfDay, tuple[Judged, ...]]] = []
    lacking: list[HalfDayMissed] = []
    settled: list[Judged] = []
    for entry in scheme.half_days:
        deciding = [*settled, *(one for one in known if one.event.rule in entry.unless)]
        pool = [
            one
            for one in mine
            if one.event.rule in entry.rules and one.lasted >= entry.lasts
            if not any(one.overlaps(other) for other in deciding)
        ]
        until = len(pool) // entry.times * entry.times
        whole += [(entry, tuple(pool[at : at + entry.times])) for at in range(0, until, entry.times)]
        settled += pool[:until]
        if pool[until:]:
            lacking.append(HalfDayMissed(entry, tuple(pool[until:]), None))
    whole.sort(key=lambda one: one[1][-1].event.started_at)
    return (*(HalfDayMissed(entry, events, nth) for nth, (entry, events) in enumerate(whole, 1)), *lacking)
