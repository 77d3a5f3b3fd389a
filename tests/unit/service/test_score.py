"""The score against a second, plain implementation, and in the cases at its edges."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.score import Interval, score, tiou

spans = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (float(pair[0]), float(pair[0] + pair[1])))


def events(pairs: list[tuple[float, float]], rule: str = "leave_post") -> list[Interval]:
    return [Interval("w1", rule, start, end) for start, end in pairs]


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_every_event_is_counted_once(truth: list[tuple[float, float]], found: list[tuple[float, float]]) -> None:
    result = score(events(truth), events(found), 100)

    assert len(result.matches) + len(result.misses) == len(truth)
    assert len(result.matches) + len(result.false_alarms) == len(found)
    assert all(tiou(real, given_) >= 0.5 for real, given_ in result.matches)


@given(st.lists(spans, max_size=4), st.lists(spans, max_size=4))
def test_pairs_overlap_best_first(truth: list[tuple[float, float]], found: list[tuple[float, float]]) -> None:
    def plain(real: list[Interval], given_: list[Interval]) -> int:
        pairs = sorted(
            ((tiou(a, b), -i, -j) for (i, a), (j, b) in itertools.product(enumerate(real), enumerate(given_))),
            reverse=True,
        )
        used_real: set[int] = set()
        used_given: set[int] = set()
        for overlap, i, j in pairs:
            if overlap >= 0.5 and i not in used_real and j not in used_given:
                used_real.add(i)
                used_given.add(j)
        return len(used_real)

    assert len(score(events(truth), events(found), 100).matches) == plain(events(truth), events(found))


def test_measures_of_one_match_one_miss_and_one_false_alarm() -> None:
    measures = score(events([(0, 10), (50, 60)]), events([(1, 10), (30, 40)]), 1800).measures()

    assert measures["precision"] == 0.5
    assert measures["recall"] == 0.5
    assert measures["f1"] == 0.5
    assert (measures["matches"], measures["misses"], measures["false_alarms"]) == (1, 1, 1)
    assert measures["onset_error_s"] == {"p50": 1.0, "p95": 1.0}
    assert measures["false_alarms_per_hour"] == 2


def test_half_an_overlap_is_enough_in_parts_of_a_second_too() -> None:
    assert score(events([(0.1, 0.3)]), events([(0.1, 0.5)]), 10).matches
    assert not score(events([(0.1, 0.3)]), events([(0.1, 0.501)]), 10).matches


def test_other_window_or_rule_is_another_event() -> None:
    real = events([(0, 10)])

    assert not score(real, [Interval("w2", "leave_post", 0, 10)], 10).matches
    assert not score(real, [Interval("w1", "phone_use", 0, 10)], 10).matches


def test_nothing_true_and_nothing_found_is_perfect() -> None:
    measures = score([], [], 60).measures()

    assert (measures["precision"], measures["recall"], measures["f1"]) == (1, 1, 1)
    assert measures["onset_error_s"] == {"p50": None, "p95": None}


@pytest.mark.parametrize(
    ("a", "b", "expected"), [((0, 10), (0, 10), 1), ((0, 10), (5, 15), 1 / 3), ((0, 5), (5, 9), 0)]
)
def test_overlap_in_time(a: tuple[float, float], b: tuple[float, float], expected: float) -> None:
    assert tiou(events([a])[0], events([b])[0]) == pytest.approx(expected)
