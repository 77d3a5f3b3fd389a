"""Rule state that another version kept, or that a disk has spoilt: it ends what was open and is in nobody's way."""

import json
from dataclasses import fields
from typing import Any

import pytest

from service.rules import Event, Judge, load_rulebook, overridden
from service.rules.breach import STATE_VERSION, BreachState, Stretch
from service.rules.duty import always_on
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
BOOK = load_rulebook()
RULE = "leave_post"
START = StreamTime(1_767_574_800 * SECOND)


def kept() -> dict[str, Any]:
    """What is kept while the post has been left for so long that an event is open."""
    judge = Judge({W1: BOOK}, always_on)
    after = BOOK.rules[RULE].policy().after
    for at in range(START, START + 3 * after, SECOND):
        judge.observe(Observation(W1, StreamTime(at), occupied=at < START + after // 2))
    values: dict[str, Any] = json.loads(json.dumps(judge.snapshot([W1])))
    assert values[W1][RULE]["event"]["state"] == "open"
    return values


def test_state_of_another_version_ends_its_open_event_as_interrupted() -> None:
    values = kept()
    event = dict(values[W1][RULE]["event"])
    values[W1][RULE] = {"version": STATE_VERSION + 1, "event": {**event, "later": 1}, "over": False}
    judge = Judge({W1: BOOK}, always_on)

    restored = judge.restore(values)

    assert restored.ended == [Event(**{**event, "state": "interrupted"})]
    assert restored.unreadable == [(W1, RULE)]
    assert judge.judged_until([W1]) is not None  # of the rules that could be read
    judge.observe(Observation(W1, StreamTime(START + 3600 * SECOND), occupied=False))


@pytest.mark.parametrize(
    "spoilt",
    [
        None,
        [],
        "text",
        {},
        {"version": STATE_VERSION},
        {"event": {"id": "e"}},
        {"version": STATE_VERSION, "event": 5, "over": False},
    ],
)
def test_state_that_cannot_be_read_is_passed_over(spoilt: object) -> None:
    judge = Judge({W1: BOOK}, always_on)

    restored = judge.restore({W1: {RULE: spoilt}})

    assert (restored.ended, restored.unreadable) == ([], [(W1, RULE)])
    assert judge.judged_until([W1]) is None


def test_state_with_a_value_of_the_wrong_kind_ends_its_open_event() -> None:
    values = kept()
    values[W1][RULE]["runs"] = [["a", 1]]

    restored = Judge({W1: BOOK}, always_on).restore(values)

    assert [(event.rule, event.state) for event in restored.ended] == [(RULE, "interrupted")]


def test_window_whose_state_cannot_be_read_at_all_is_passed_over() -> None:
    restored = Judge({W1: BOOK}, always_on).restore({W1: None})

    assert (restored.ended, restored.unreadable) == ([], [(W1, None)])


def test_state_has_a_new_version_whenever_its_fields_change() -> None:
    """Whoever changes a field raises STATE_VERSION, and then this."""
    names = {kind.__name__: " ".join(one.name for one in fields(kind)) for kind in (BreachState, Stretch, Event)}

    assert (names, STATE_VERSION) == (
        {
            "BreachState": "last_at offends sure clear_at runs stretch event over former",
            "Stretch": "onset last lead clear offending sure looks begun ending after_end offending_after_end "
            "after_turn offending_after_turn innocent_looks",
            "Event": "id window rule rulebook state started_at satisfied_at until confidence repeat_of",
        },
        1,
    )


@pytest.mark.parametrize("spoilt", [False, True])
def test_an_early_leaving_that_nobody_has_heard_of_is_not_told_when_it_cannot_go_on(spoilt: bool) -> None:
    shift = (START, StreamTime(START + 3600 * SECOND))
    first = Judge({W1: BOOK}, always_on, lambda _window, _at: shift)
    for at in range(START, START + 1200 * SECOND, SECOND):
        first.observe(Observation(W1, StreamTime(at), occupied=at < START + 60 * SECOND))
    values: dict[str, Any] = json.loads(json.dumps(first.snapshot([W1])))
    assert values[W1]["early_leave"]["event"]["state"] == "open"
    other = overridden(BOOK, {"phone_use": {"after": "11s"}}, "test")
    if spoilt:
        values[W1]["early_leave"]["version"] = STATE_VERSION + 1

    restored = Judge({W1: other}, always_on, lambda _window, _at: shift).restore(values)

    assert {event.rule for event in restored.ended} == {"leave_post"}
