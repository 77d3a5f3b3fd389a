"""What must hold for every stream of looks, whatever happens in it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.rules.duty import Duty, Span, always_on
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import load_rulebook, overridden
from vision.observation import REASONS, Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
START = StreamTime(1_767_574_800 * SECOND)
BOOK = overridden(
    load_rulebook(),
    {
        "leave_post": {"after": "5s", "cool_down": "4s"},
        "late_on_post": {"after": "5s"},
        "early_leave": {"after": "5s"},
        "half_day_absence": {"after": "20s"},
        "phone_use": {"after": "3s", "merge_gap": "6s"},
    },
    "test",
)
SHIFT, BREAK = 150 * SECOND, 50 * SECOND

answers = st.sampled_from([True, False, None])
gaps = st.sampled_from([200_000, 500_000, SECOND, SECOND, 2 * SECOND, 3 * SECOND, 30 * SECOND, 400 * SECOND])


@st.composite
def streams(draw: st.DrawFn) -> list[Observation]:
    """Looks in order, in runs of one answer, since single random answers hardly ever make an event."""
    at = START
    looks = []
    for _ in range(draw(st.integers(1, 12))):
        occupied, phone = draw(answers), draw(answers)
        reason = draw(st.sampled_from([None, None, None, *REASONS]))
        gap = draw(gaps)
        for _ in range(draw(st.integers(1, 15))):
            looks.append(
                Observation(W1, at, occupied=occupied, phone_in_use=phone, reason=reason)
                if reason is None
                else Observation(W1, at, reason=reason)
            )
            at = StreamTime(at + gap)
    return looks


def shift_at(_window: str, at: StreamTime) -> Span | None:
    """A shift and a break in turn, over and over."""
    begins = at - (at - START) % (SHIFT + BREAK)
    return (StreamTime(begins), StreamTime(begins + SHIFT)) if at < begins + SHIFT else None


def in_shifts() -> Judge:
    return Judge({W1: BOOK}, lambda window, at: "on" if shift_at(window, at) else "off", shift_at)


def judged(looks: Sequence[Observation], duty: Duty = "on") -> dict[str, Event]:
    judge = Judge({W1: BOOK}, lambda _window, _at: duty)
    return concluded(judge, looks, {})


def concluded(judge: Judge, looks: Sequence[Observation], events: dict[str, Event]) -> dict[str, Event]:
    for look in looks:
        events.update((event.id, event) for event in judge.observe(look))
    events.update((event.id, event) for event in judge.unreported())
    return events


@given(streams())
def test_event_begins_is_satisfied_and_ends_in_that_order(looks: list[Observation]) -> None:
    for event in judged(looks).values():
        assert event.started_at <= event.satisfied_at <= event.until
        assert 0 <= event.confidence <= 1
        after = BOOK.rules[event.rule].policy().after
        assert event.until - event.started_at >= after


@given(streams(), st.data())
def test_restart_anywhere_changes_nothing(looks: list[Observation], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(looks)))
    first = Judge({W1: BOOK}, always_on)
    events = concluded(first, looks[:cut], {})
    second = Judge({W1: BOOK}, always_on)
    second.restore(json.loads(json.dumps(first.snapshot([W1]))))

    assert concluded(second, looks[cut:], events) == judged(looks)


@given(streams(), st.data())
def test_restart_anywhere_changes_nothing_of_a_shift(looks: list[Observation], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(looks)))
    first, second = in_shifts(), in_shifts()
    events = concluded(first, looks[:cut], {})
    second.restore(json.loads(json.dumps(first.snapshot([W1]))))

    assert concluded(second, looks[cut:], events) == concluded(in_shifts(), looks, {})


@given(streams())
def test_every_event_lies_in_its_shift_and_whoever_is_late_was_late_from_its_begin(looks: list[Observation]) -> None:
    for event in concluded(in_shifts(), looks, {}).values():
        span = shift_at(W1, event.started_at)
        assert span is not None
        assert event.started_at <= event.satisfied_at <= event.until < span[1]
        if event.rule == "late_on_post":
            before = [look for look in looks if span[0] <= look.at <= event.started_at]
            there = sum(
                min(following.at - look.at, 2 * SECOND) for look, following in pairwise(before) if look.occupied is True
            )
            assert there < BOOK.rules["late_on_post"].policy().clear_after


@given(streams())
def test_whoever_left_early_was_away_until_the_end(looks: list[Observation]) -> None:
    for event in concluded(in_shifts(), looks, {}).values():
        if event.rule == "early_leave":
            span = shift_at(W1, event.started_at)
            assert event.state == "closed"
            assert span is not None
            assert span[1] - event.until <= 2 * SECOND
            assert not any(event.until < look.at < span[1] and look.occupied for look in looks)


@given(streams())
def test_half_a_day_is_made_of_absences(looks: list[Observation]) -> None:
    events = list(concluded(in_shifts(), looks, {}).values())
    absences = [event for event in events if event.rule == "leave_post"]

    for event in events:
        if event.rule == "half_day_absence":
            own = [one for one in absences if shift_at(W1, one.started_at) == shift_at(W1, event.started_at)]
            assert event.started_at == min(one.started_at for one in own)
            assert sum(one.until - one.started_at for one in own) >= BOOK.rules[event.rule].policy().after


@given(streams(), st.integers(0, 200))
def test_more_offence_never_means_less_time_in_breach(looks: list[Observation], which: int) -> None:
    """Of one rule by itself; a look that offends instead of being innocent or unclear."""
    more = [replace(look, occupied=False, reason=None) if index == which else look for index, look in enumerate(looks)]

    assert in_breach(more) >= in_breach(looks)


def in_breach(looks: Sequence[Observation]) -> int:
    return sum(event.until - event.started_at for event in judged(looks).values() if event.rule == "leave_post")


@given(streams())
def test_nothing_begins_while_unknown(looks: list[Observation]) -> None:
    unknown = [Observation(look.window, look.at, reason="covered") for look in looks]

    assert judged(unknown) == {}


@given(streams())
def test_nothing_begins_off_duty(looks: list[Observation]) -> None:
    for duty in ("off", "exempt", "no_calendar"):
        assert judged(looks, duty) == {}


@given(streams())
def test_event_opens_on_an_offending_look(looks: list[Observation]) -> None:
    judge = Judge({W1: BOOK}, always_on)
    for look in looks:
        for event in judge.observe(look):
            if event.state == "open":
                assert BOOK.rules[event.rule].offends(look) is True


@given(streams(), st.randoms(use_true_random=False))
def test_doubled_and_late_looks_change_nothing(looks: list[Observation], random: "st.RandomLike") -> None:  # type: ignore[name-defined]
    disordered: list[Observation] = []
    for index, look in enumerate(looks):
        disordered.append(look)
        if random.random() < 0.3:
            disordered.append(looks[random.randrange(index + 1)])

    assert judged(disordered) == judged(looks)


@given(streams())
def test_same_looks_give_the_same_events(looks: list[Observation]) -> None:
    assert judged(looks) == judged(looks)


@given(streams(), st.integers(1, 10**9))
def test_moving_a_stream_in_time_moves_its_events(looks: list[Observation], shift: int) -> None:
    moved = [
        Observation(look.window, StreamTime(look.at + shift), look.occupied, look.phone_in_use, reason=look.reason)
        for look in looks
    ]

    def spans(events: dict[str, Event], by: int) -> list[tuple[int, ...]]:
        return sorted((event.started_at - by, event.satisfied_at - by, event.until - by) for event in events.values())

    assert spans(judged(moved), shift) == spans(judged(looks), 0)
