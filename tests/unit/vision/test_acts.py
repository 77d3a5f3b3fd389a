"""Acts over time: what begins them, what goes on with them, and when nobody can tell."""

import dataclasses

import numpy as np
import pytest

from tests.fixtures.sights import Box, conduct
from vision.acts import ActAnswer, ActWatch, at_ear
from vision.card import SHIPPED, read_card
from vision.conduct import Act, Conduct, Evidence, act_thresholds, conduct_of, things_of
from vision.detector import Detections
from vision.streamtime import SECOND, StreamTime

THRESHOLD = 0.6
SURE, FAINT, DOUBTFUL, NOTHING = 0.8, 0.2, 0.5, 0.01
CLERK: Box = (100, 50, 200, 250)
OTHER: Box = (320, 50, 420, 250)
HAND: Box = (140, 150, 155, 175)

Look = list[Conduct | None]


def doing(score: float, thing: Box | None = None, person: Box = CLERK, act: Act = "smoking") -> Conduct:
    return conduct(person, {act: Evidence(score, thing)})


def watched(act: Act, looks: list[Look], every: float = 0.4) -> list[ActAnswer]:
    watch = ActWatch(act, THRESHOLD)
    return [watch.look(StreamTime(round(index * every * SECOND)), look) for index, look in enumerate(looks)]


def answers(act: Act, looks: list[Look], every: float = 0.4) -> list[bool | None]:
    return [answer.doing for answer in watched(act, looks, every)]


@pytest.mark.parametrize("act", ["smoking", "eating"])
def test_one_sure_look_is_no_smoking_and_no_eating(act: Act) -> None:
    glitch = [[doing(SURE, HAND, act=act)]]
    nothing = [[doing(NOTHING, act=act)]] * 5

    assert answers(act, nothing + glitch + nothing) == [False] * 5 + [None] + [False] * 5


@pytest.mark.parametrize("act", ["smoking", "eating"])
@pytest.mark.parametrize(("between", "begun"), [(4, True), (9, True), (10, None)])
def test_a_second_sure_look_within_four_seconds_begins_it(act: Act, between: int, begun: bool | None) -> None:
    sure = [[doing(SURE, HAND, act=act)]]

    assert answers(act, sure + [[doing(NOTHING, act=act)]] * between + sure)[-1] is begun


def test_one_sure_look_is_a_phone_in_use() -> None:
    assert answers("phone", [[doing(SURE, HAND, act="phone")]]) == [True]


def test_one_sure_look_at_each_of_two_people_begins_nothing() -> None:
    one = [doing(SURE, HAND), doing(NOTHING, None, OTHER)]
    other = [doing(NOTHING), doing(SURE, (360, 150, 375, 175), OTHER)]

    assert answers("smoking", [one, other]) == [None, None]


def test_between_two_puffs_nobody_can_tell_for_four_seconds() -> None:
    found = answers("smoking", [[doing(SURE, HAND)]] * 2 + [[doing(NOTHING)]] * 20)

    assert found[2:12] == [None] * 10
    assert set(found[12:]) == {False}


def test_a_fainter_thing_at_the_same_place_goes_on_with_it() -> None:
    near: Box = (142, 152, 157, 177)

    assert answers("smoking", [[doing(SURE, HAND)]] * 2 + [[doing(FAINT, near)]] * 3)[1:] == [True] * 4


def test_a_fainter_thing_elsewhere_does_not() -> None:
    elsewhere: Box = (110, 200, 125, 225)

    assert answers("smoking", [[doing(SURE, HAND)]] * 2 + [[doing(FAINT, elsewhere)]])[-1] is None


def test_posture_alone_begins_it_and_goes_on_with_it_while_it_may_be_so() -> None:
    found = answers("phone", [[doing(SURE, act="phone")]] * 2 + [[doing(DOUBTFUL, act="phone")]] * 3)

    assert found == [True] * 5


def test_faint_posture_without_a_thing_goes_on_with_nothing() -> None:
    found = answers("phone", [[doing(SURE, act="phone")]] * 2 + [[doing(FAINT, act="phone")]])

    assert found[-1] is None


def test_posture_of_somebody_else_goes_on_with_nothing() -> None:
    found = answers("phone", [[doing(SURE, act="phone")]] * 2 + [[doing(DOUBTFUL, None, OTHER, "phone")]])

    assert found[-1] is None


def test_a_thing_that_is_seen_again_after_posture_alone_is_the_same_persons() -> None:
    looks = [[doing(SURE, act="phone")]] * 2 + [[doing(FAINT, HAND, act="phone")]]

    assert answers("phone", looks)[-1] is True


def test_what_goes_on_faintly_ends_five_seconds_after_the_last_sure_look() -> None:
    found = answers("phone", [[doing(SURE, HAND, act="phone")]] * 2 + [[doing(FAINT, HAND, act="phone")]] * 20)

    assert found[:14] == [True] * 14
    assert set(found[15:]) == {False}


def test_whether_it_may_be_so_nobody_can_tell() -> None:
    assert answers("eating", [[doing(DOUBTFUL, HAND, act="eating")]] * 3) == [None] * 3


def test_one_of_two_is_enough_for_yes_and_both_are_needed_for_no() -> None:
    one, other = doing(SURE, HAND, act="phone"), doing(NOTHING, None, OTHER, "phone")

    assert answers("phone", [[other, one]]) == [True]
    assert answers("phone", [[other, other]]) == [False]
    assert answers("phone", [[other, None]]) == [None]


def test_without_a_close_look_an_answer_holds_for_a_second() -> None:
    looks: list[Look] = [[doing(NOTHING, act="phone")], [None], [None], [None]]

    assert answers("phone", looks, every=0.5) == [False, False, False, None]


def test_without_staff_and_before_the_first_close_look_nobody_can_tell() -> None:
    assert answers("phone", [[], [None]]) == [None, None]


def test_after_a_gap_nothing_goes_on() -> None:
    watch = ActWatch("phone", THRESHOLD)
    for index in range(3):
        watch.look(StreamTime(index * SECOND // 4), [doing(SURE, HAND, act="phone")])

    watch.forget()

    assert watch.look(StreamTime(SECOND), [doing(FAINT, HAND, act="phone")]).doing is False


def test_an_answer_says_how_sure_it_is_and_what_it_rests_on() -> None:
    yes = watched("phone", [[doing(0.7, HAND, act="phone")]])[0]
    no = watched("phone", [[doing(0.1, HAND, act="phone")]])[0]

    assert (yes.confidence, yes.person, yes.thing) == (0.7, CLERK, HAND)
    assert (no.confidence, no.person, no.thing) == (0.9, None, None)


@pytest.mark.parametrize(
    ("score", "thing", "expected"),
    [
        (SURE, (180.0, 80.0, 195.0, 105.0), True),  # at the head
        (SURE, HAND, False),  # before the chest
        (SURE, None, None),  # posture alone
        (DOUBTFUL, HAND, None),
        (NOTHING, None, False),
    ],
)
def test_whether_a_phone_is_at_the_ear(score: float, thing: Box | None, expected: bool | None) -> None:
    assert at_ear(watched("phone", [[doing(score, thing, act="phone")]])[0]) is expected


@pytest.mark.parametrize("act", ["phone", "smoking", "eating"])
def test_empty_hands_are_a_no_by_the_network_that_ships(act: Act) -> None:
    card = read_card(SHIPPED / "objects")
    nothing = dataclasses.replace(Detections.none(card.classes), acts=dict.fromkeys(card.answers, 0.5))
    empty = conduct_of((0.0, 0.0, 100.0, 200.0), nothing, card)
    watch = ActWatch(act, act_thresholds(card)[act])

    assert watch.look(StreamTime(0), [empty]).doing is False


@pytest.mark.parametrize("act", ["phone", "smoking", "eating"])
def test_two_glitches_and_then_empty_hands_are_not_held_by_the_network_that_ships(act: Act) -> None:
    card = read_card(SHIPPED / "objects")
    thing = sorted(things_of(act) & set(card.classes))[0]
    said = dict.fromkeys(card.answers, 0.5)
    held = Detections(
        np.array([[40, 60, 60, 80]], np.float32),
        np.array([0.95], np.float32),
        np.array([card.classes.index(thing)], np.intp),
        card.classes,
        said,
    )
    none = dataclasses.replace(Detections.none(card.classes), acts=said)
    watch = ActWatch(act, act_thresholds(card)[act])
    seen = [conduct_of((0.0, 0.0, 100.0, 200.0), things, card) for things in (held, held, none)]

    assert watch.look(StreamTime(0), [seen[0]]).doing is not False
    assert watch.look(StreamTime(SECOND // 2), [seen[1]]).doing is True
    assert watch.look(StreamTime(SECOND), [seen[2]]).doing is None
    assert watch.look(StreamTime(6 * SECOND), [seen[2]]).doing is False
