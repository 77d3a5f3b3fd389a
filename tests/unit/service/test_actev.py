"""NIST's measures against a second, plain implementation: events as sets of seconds, the curve walked as there."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.actev import Point, false_alarm_time, mislocated, miss_at_rate, sweep
from service.score import Interval, all_measures, score

DURATION = 60
RULES = ("leave_post", "phone_use")
WINDOWS = ("w1", "w2", "w3")

spans = st.tuples(st.integers(0, 50), st.integers(0, 10)).map(lambda pair: (pair[0], pair[0] + pair[1]))
events = st.lists(
    st.builds(
        lambda window, rule, span, sure: Interval(window, rule, *map(float, span), None, sure / 10),
        st.sampled_from(WINDOWS),
        st.sampled_from(RULES),
        spans,
        st.integers(0, 10),
    ),
    max_size=8,
)


def seconds(one: Interval) -> set[int]:
    return set(range(int(one.start_s), int(one.end_s)))


def plain_tfa(truth: list[Interval], found: list[Interval], places: int) -> float | None:
    true = Counter((one.window, one.rule, at) for one in truth for at in seconds(one))
    given_ = Counter((one.window, one.rule, at) for one in found for at in seconds(one))
    free = places * DURATION - len(true)
    return sum((given_ - true).values()) / free if free else None


def plain_n_mide(pairs: list[tuple[Interval, Interval]]) -> float | None:
    film, errors = set(range(DURATION)), []
    for real, found in pairs:
        true, own = seconds(real), seconds(found)
        if true and film - true:
            errors.append(len(true - own) / len(true) + len(own - true) / len(film - true))
    return sum(errors) / len(errors) if errors else None


def plain_miss(right: list[float], wrong: list[float], true: int, hours: float, rate: float) -> float:
    """As ActEV_Scorer walks the curve, from the surest events on."""
    last: tuple[float, float] | None = None
    for confidence in sorted(set(right) | set(wrong), reverse=True):
        x = len([one for one in wrong if one >= confidence]) / hours
        y = (true - len([one for one in right if one >= confidence])) / true
        if x > rate and not abs(x - rate) < 1e-10:
            if last is None:
                return 1.0
            return (
                last[1] if abs(last[0] - rate) < 1e-10 else last[1] + (y - last[1]) * (rate - last[0]) / (x - last[0])
            )
        last = x, y
    return 1.0 if last is None else last[1]


@given(events, events)
def test_time_falsely_reported(truth: list[Interval], found: list[Interval]) -> None:
    places = len(WINDOWS) * len(RULES)

    assert false_alarm_time(truth, found, DURATION, places) == pytest.approx(plain_tfa(truth, found, places), abs=1e-9)


@given(events, events)
def test_times_of_the_pairs(truth: list[Interval], found: list[Interval]) -> None:
    pairs = list(score(truth, found, DURATION, 0.2).matches)

    measured, plain = mislocated(pairs, DURATION), plain_n_mide(pairs)
    assert measured == (None if plain is None else pytest.approx(plain, abs=1e-9))


@given(events, events, st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0, 7.0]), st.sampled_from([0.5, 1.0, 3.0]))
def test_misses_at_a_rate_of_false_alarms(
    truth: list[Interval], found: list[Interval], rate: float, hours: float
) -> None:
    result = score(truth, found, DURATION)
    if not truth:
        return
    right, wrong = [two.confidence for _, two in result.matches], [one.confidence for one in result.false_alarms]

    measured = miss_at_rate(sweep(right, wrong, len(truth), hours), rate)

    assert measured == pytest.approx(plain_miss(right, wrong, len(truth), hours, rate), abs=1e-9)
    assert 0 <= measured <= 1


def test_the_curve_is_followed_between_its_points() -> None:
    points = [Point(0.9, 0.0, 0.8), Point(0.5, 1.0, 0.4), Point(0.1, 3.0, 0.2)]

    assert [miss_at_rate(points, rate) for rate in (0.0, 0.5, 1.0, 2.0, 3.0, 9.0)] == pytest.approx(
        [0.8, 0.6, 0.4, 0.3, 0.2, 0.2]
    )
    assert miss_at_rate([Point(0.9, 2.0, 0.1)], 1.0) == 1
    assert miss_at_rate([], 1.0) == 1


def test_two_reports_of_one_absence_are_one_time_falsely_reported() -> None:
    truth, found = [Interval("w1", "leave_post", 0, 10)], [Interval("w1", "leave_post", 0, 10)] * 2

    assert false_alarm_time(truth, found, 60, 1) == pytest.approx(10 / 50)


def test_all_measures_of_a_hall() -> None:
    truth = [
        Interval("w1", "leave_post", 0, 100, 50.0),
        Interval("w2", "leave_post", 0, 100),
        Interval("w2", "leave_post", 300, 400),
    ]
    found = [
        Interval("w1", "leave_post", 0, 100, 53.0, 0.9),
        Interval("w2", "leave_post", 0, 45, None, 0.8),
        Interval("w2", "leave_post", 55, 100, None, 0.7),
        Interval("w3", "leave_post", 10, 20, None, 0.2),
    ]

    measures = all_measures(truth, found, 3600, ["w1", "w2", "w3", "w4"])

    assert measures["tiou"]["0.5"]["recall"] == pytest.approx(1 / 3)
    assert measures["tiou"]["0.2"]["recall"] == pytest.approx(2 / 3)
    assert measures["alert_delay_s"] == {"p50": 3.0, "p95": 3.0}
    assert measures["fragmentation"] == pytest.approx(1.5)
    assert measures["false_alarms_per_day"] == pytest.approx(3 * 7 / 4)
    assert measures["windows"] == 4
    low, high = measures["ci95"]["recall"]
    assert 0 <= low <= measures["recall"] <= high <= 1


def test_one_window_has_no_interval() -> None:
    assert all_measures([Interval("w1", "leave_post", 0, 10)], [], 60)["ci95"] is None


def test_nothing_watched_has_no_rates() -> None:
    measures = all_measures([], [], 0)

    assert [measures[name] for name in ("false_alarms_per_day", "p_miss_at_0.1", "n_mide", "tfa")] == [None] * 4
