"""A network's class for a hall's uniform answers as those that were enrolled do, and the better of the two is told."""

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.toy_network import RED, write_red_network
from tests.fixtures.toy_torso import PLAIN, painted
from vision.detector import load_detector
from vision.errors import BadInput, ModelError
from vision.geometry import Boxes
from vision.torso import torso_of
from vision.uniform import Wears
from vision.uniform_choice import Seen, better_of_two, judged
from vision.uniform_class import UniformClass

WHOLE: Boxes = np.array([[0, 0, 80, 120]], np.float32)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> UniformClass:
    return UniformClass(load_detector(write_red_network(tmp_path_factory.mktemp("models") / "own", "uniform")))


def test_uniform_is_seen_and_plain_clothes_are_not(judge: UniformClass) -> None:
    (worn,) = judge.look(painted(RED, 1), WHOLE)
    (plain,) = judge.look(painted(PLAIN[0], 1), WHOLE)

    assert (worn.wears, worn.score) == (True, pytest.approx(0.9, abs=0.01))
    assert (plain.wears, plain.score) == (False, 0)


@pytest.mark.parametrize(("share", "wears"), [(1.0, True), (0.6, True), (0.45, None), (0.2, None), (0.0, False)])
def test_a_uniform_of_which_something_hides_a_part_accuses_nobody(
    judge: UniformClass, share: float, wears: bool | None
) -> None:
    x1, y1, x2, y2 = torso_of((100, 40, 300, 440))
    picture = np.full((480, 480, 3), 200, np.uint8)
    picture[round(y1) : round(y1 + share * (y2 - y1)), round(x1) : round(x2)] = RED
    picture[::2, ::2] //= 2  # some texture, lest it is called blurred

    (seen,) = judge.look(picture, np.array([[100, 40, 300, 440]], np.float32))

    assert seen.wears is wears


def test_a_neighbours_uniform_is_not_hers(judge: UniformClass) -> None:
    picture = np.full((120, 240, 3), 200, np.uint8)
    picture[:, :80] = painted(RED, 1)
    picture[:, 160:] = painted(PLAIN[0], 1)
    people: Boxes = np.array([[0, 0, 80, 120], [160, 0, 240, 120]], np.float32)

    assert [one.wears for one in judge.look(picture, people)] == [True, False]


def test_no_uniform_on_a_torso_that_does_not_show_is_no_answer(judge: UniformClass) -> None:
    people: Boxes = np.array([[0, 0, 12, 20], [60, 0, 140, 120]], np.float32)

    answers = judge.look(painted(PLAIN[0], 1), people)

    assert [(one.wears, one.why) for one in answers] == [(None, "small"), (None, "outside")]


def test_nobody_is_nobody(judge: UniformClass) -> None:
    assert judge.look(painted(RED, 1), np.empty((0, 4), np.float32)) == []


def test_network_without_the_class_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'model "other" .* has no class uniform'):
        UniformClass(load_detector(write_red_network(tmp_path / "other", "badge")))


def seen(worn: bool, enrolled: float, detector: float) -> Seen:
    return Seen(worn, *(Wears(score >= 0.5, score, "winter") for score in (enrolled, detector)))


def test_the_better_of_two_judges() -> None:
    better = better_of_two([seen(True, 0.9, 0.9), seen(True, 0.1, 0.6), seen(False, 0.2, 0.4), seen(False, 0.6, 0.1)])

    assert better.judge == "detector"
    assert (better.detector.auc, better.detector.accused, better.detector.passed) == (1, 0, 0)
    assert (better.enrolled.auc, better.enrolled.accused, better.enrolled.passed) == (0.5, 1, 1)


def test_the_enrolment_judges_where_both_are_even() -> None:
    assert better_of_two([seen(True, 0.9, 0.9), seen(False, 0.1, 0.1)]).judge == "enrolled"


def test_whoever_accuses_those_in_uniform_judges_nobody_however_well_it_ranks() -> None:
    people = [*[seen(True, 0.6, 0.4)] * 9, seen(True, 0.6, 0.4), *[seen(False, 0.5, 0.1)] * 5, seen(False, 0.7, 0.1)]

    better = better_of_two(people)

    assert better.detector.auc == 1
    assert better.detector.accused == 10
    assert better.judge == "enrolled"
    assert better_of_two([seen(True, 0.1, 0.4), seen(False, 0.9, 0.1)]).judge == "neither"


def test_one_side_alone_compares_nothing() -> None:
    with pytest.raises(BadInput, match="pictures without it"):
        better_of_two([seen(True, 1, 1)])


def test_both_answer_of_the_same_person(judge: UniformClass) -> None:
    people = [(True, painted(RED, 1), WHOLE[0].tolist()), (False, painted(PLAIN[1], 1), WHOLE[0].tolist())]

    answers = list(judged(people, judge, judge))

    assert [(one.worn, one.enrolled.wears, one.detector.wears) for one in answers] == [
        (True, True, True),
        (False, False, False),
    ]
