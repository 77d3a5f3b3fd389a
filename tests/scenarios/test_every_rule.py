"""What holds for every rule that judges looks, whatever it asks: begins, holds, merges, ends, and what prevents it."""

import json
from collections.abc import Callable, Sequence

import pytest

from service.rules.duty import Duty, always_on, no_shifts
from service.rules.duty.leave import Leave, exempt_by, nobody
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rule import Rule
from service.rules.rulebook import load_rulebook, overridden
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime, seconds

W1 = WindowId("w1")
BOOK = load_rulebook()
JUDGED = [name for name, rule in BOOK.rules.items() if rule.shift is None]

Part = tuple[str, float]
"""``offends``, ``innocent``, ``unknown`` or ``restart``, and for how many seconds."""


class Played:
    """One rule at one window: looks once a second from 0 on."""

    def __init__(
        self,
        name: str,
        duty: Callable[[str, StreamTime], Duty] = always_on,
        leave: Sequence[Leave] = (),
        **changes: object,
    ) -> None:
        book = overridden(BOOK, {name: changes}, "test")
        self.rule: Rule = book.rules[name]
        self._only = {W1: book.model_copy(update={"rules": {name: self.rule}})}
        self._duty, self._leave = duty, leave
        self._judge = self._fresh()
        self._at = 0
        self._events: dict[str, Event] = {}

    def _fresh(self) -> Judge:
        return Judge(self._only, self._duty, no_shifts, exempt_by(self._leave) if self._leave else nobody)

    def __call__(self, *parts: Part) -> list[Event]:
        for what, lasts in parts:
            if what == "restart":
                kept = json.loads(json.dumps(self._judge.snapshot([W1])))
                self._judge = self._fresh()
                self._judge.restore(kept)
            for _ in range(round(lasts)):
                look = Observation(W1, StreamTime(self._at * SECOND), **self._answers(what))
                self._events.update((event.id, event) for event in self._judge.observe(look))
                self._at += 1
        self._events.update((event.id, event) for event in self._judge.unreported())
        return sorted(self._events.values(), key=lambda event: event.started_at)

    def _answers(self, what: str) -> dict[str, bool | int]:
        rule = self.rule
        if what == "unknown":
            return {}
        around = {rule.during.count: rule.during.over + 1} if rule.during is not None else {}
        if rule.over is not None:
            return {rule.signal: rule.over + (what == "offends"), **around}
        return {rule.signal: rule.answer is (what == "offends"), **around}

    @property
    def long(self) -> float:
        """Seconds of offence that are enough for an event."""
        return max(self.rule.after, self.rule.window or 0, self.rule.spread) + 30

    @property
    def over(self) -> float:
        """Seconds of innocence after which it is over."""
        return self.rule.clear_after + 2


def spans(events: Sequence[Event]) -> list[tuple[float, float, str]]:
    return [(event.started_at / SECOND, event.until / SECOND, event.state) for event in events]


def everywhere(name: str) -> list[Leave]:
    return [Leave(StreamTime(0), StreamTime(10**6 * SECOND), frozenset(), frozenset((name,)), 1, "li", "")]


@pytest.mark.parametrize("name", JUDGED)
def test_it_begins_at_its_first_look_and_ends_at_its_last(name: str) -> None:
    play = Played(name)
    calm, lasts = play.over + 10, play.long

    (event,) = play(("innocent", calm), ("offends", lasts), ("innocent", play.over))

    assert spans([event]) == [(calm, calm + lasts - 1, "closed")]
    assert event.started_at + seconds(play.rule.after) <= event.satisfied_at <= event.until


@pytest.mark.parametrize("name", JUDGED)
def test_shorter_than_its_time_it_is_none(name: str) -> None:
    play = Played(name)

    assert play(("innocent", 60), ("offends", play.rule.after - 1), ("innocent", play.over + 60)) == []


@pytest.mark.parametrize("name", JUDGED)
def test_it_is_held_while_nobody_can_tell_and_interrupted_when_that_lasts(name: str) -> None:
    held, lost = Played(name), Played(name)
    lasts = held.long

    once = held(("offends", lasts), ("unknown", 60), ("offends", 30), ("innocent", held.over))
    gone = lost(("offends", lasts), ("unknown", lost.rule.hold + 5))

    assert spans(once) == [(0, lasts + 89, "closed")]
    assert spans(gone) == [(0, lasts - 1, "interrupted")]


@pytest.mark.parametrize("name", JUDGED)
def test_two_close_ones_are_one_within_the_merge_gap_and_a_repeat_within_the_cool_down(name: str) -> None:
    plain = Played(name)
    gap = plain.over
    parts = ("offends", plain.long), ("innocent", gap), ("offends", plain.long), ("innocent", gap)

    merged = Played(name, merge_gap=gap + 5)(*parts, ("innocent", gap + 10))
    first, second = Played(name, merge_gap=0, cool_down=gap + 5)(*parts)
    one, other = Played(name, merge_gap=0, cool_down=0)(*parts)

    assert len(merged) == 1
    assert second.repeat_of == first.id
    assert (one.repeat_of, other.repeat_of) == (None, None)


@pytest.mark.parametrize("name", JUDGED)
def test_unknown_is_never_a_vote(name: str) -> None:
    assert Played(name)(("unknown", 1000)) == []


@pytest.mark.parametrize("name", JUDGED)
def test_whoever_is_exempt_breaks_nothing(name: str) -> None:
    play = Played(name, leave=everywhere(name))

    assert play(("offends", play.long), ("innocent", play.over)) == []


@pytest.mark.parametrize("name", JUDGED)
def test_duty_that_ends_closes_it_and_off_duty_nothing_begins(name: str) -> None:
    ends = round(Played(name).long)
    play = Played(name, duty=lambda _window, at: "on" if at < ends * SECOND else "off")

    assert spans(play(("offends", ends + 600))) == [(0, ends - 1, "closed")]


@pytest.mark.parametrize("name", JUDGED)
def test_a_restart_in_the_middle_changes_nothing(name: str) -> None:
    plain, killed = Played(name), Played(name)
    before, after = ("offends", plain.long // 2), ("offends", plain.long)

    assert killed(("innocent", 5), ("restart", 0), before, ("restart", 0), after, ("innocent", killed.over)) == plain(
        ("innocent", 5), before, after, ("innocent", plain.over)
    )
