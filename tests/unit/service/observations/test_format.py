"""Lines of the observation log: short where nothing changes, and refused where they are none."""

import json

import pytest

from service.observations import SecondsReader, SecondsWriter, Unreadable
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1, W2 = WindowId("w1"), WindowId("w2")
SECOND_0 = 1_767_574_800


def looks(second: int, *occupied: bool | None, window: WindowId = W1) -> dict[WindowId, list[Observation]]:
    step = SECOND // len(occupied)
    return {
        window: [
            Observation(window, StreamTime(second * SECOND + index * step), occupied=one)
            for index, one in enumerate(occupied)
        ]
    }


def test_second_in_which_nothing_changes_is_a_number() -> None:
    lines = SecondsWriter()

    first = lines.line(SECOND_0, looks(SECOND_0, True, True), whole=False)
    second = lines.line(SECOND_0 + 1, looks(SECOND_0 + 1, True, True, True), whole=False)

    assert json.loads(first) == {"v": 1, "s": SECOND_0, "n": 2, "w": {"w1": {"occupied": True}}}
    assert second == "3"


def test_change_within_a_second_is_told_look_by_look_and_its_last_answer_holds_on() -> None:
    lines, reader = SecondsWriter(), SecondsReader()
    reader.read(lines.line(SECOND_0, looks(SECOND_0, True), whole=False))

    line = lines.line(SECOND_0 + 1, looks(SECOND_0 + 1, True, False, None, False), whole=False)
    after = lines.line(SECOND_0 + 2, looks(SECOND_0 + 2, False), whole=False)

    assert json.loads(line) == {"n": 4, "w": {"w1": {"occupied": [True, False, None, False]}}}
    assert after == "1"
    assert [look.occupied for look in reader.read(line).windows[W1].looks()] == [True, False, None, False]
    assert reader.read(after).windows[W1].looks()[0].occupied is False


def test_looks_of_a_second_are_spread_evenly_over_it() -> None:
    reader = SecondsReader()

    read = reader.read('{"v":1,"s":7,"n":4,"w":{"w1":{"occupied":true}}}')

    assert [look.at for look in read.windows[W1].looks()] == [7_125_000, 7_375_000, 7_625_000, 7_875_000]


def test_window_that_is_not_looked_at_has_no_look_and_its_answers_stand() -> None:
    lines, reader = SecondsWriter(), SecondsReader()
    both = {**looks(SECOND_0, True), **looks(SECOND_0, False, window=W2)}
    reader.read(lines.line(SECOND_0, both, whole=False))

    alone = reader.read(lines.line(SECOND_0 + 1, looks(SECOND_0 + 1, True), whole=False))
    again = reader.read(lines.line(SECOND_0 + 2, {**looks(SECOND_0 + 2, True), **looks(0, False, window=W2)}, False))

    assert set(alone.windows) == {W1}
    assert again.windows[W2].looks()[0].occupied is False


def test_answer_of_a_signal_that_a_later_version_knows_is_passed_over() -> None:
    read = SecondsReader().read('{"v":1,"s":7,"n":1,"w":{"w1":{"occupied":true,"juggling":true}}}')

    assert read.windows[W1].looks() == [Observation(W1, StreamTime(7_500_000), occupied=True)]


@pytest.mark.parametrize(
    "line",
    [
        *("", "{", "[1]", "true", '"5"', "5", "-1", "null", 100_000 * "["),
        '{"n": 5}',
        '{"v": 2, "s": 7, "n": 1}',
        '{"v": 1, "s": 7}',
        '{"v": 1, "s": 7, "n": 0}',
        '{"v": 1, "s": 7, "n": 1000000000}',
        '{"v": 1, "s": 7.5, "n": 1}',
        '{"v": 1, "n": 1}',
        '{"v": 1, "s": 7, "n": 1, "w": []}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": 5}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"n": -1}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"occupied": "yes"}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"occupied": 1}}}',
        '{"v": 1, "s": 7, "n": 2, "w": {"w1": {"occupied": [true]}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"staff_count": -1}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"reason": "tired"}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"reason": []}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"sure": {"occupied": 7}}}}',
        '{"v": 1, "s": 7, "n": 1, "w": {"w1": {"sure": [1]}}}',
    ],
)
def test_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(Unreadable):
        SecondsReader().read(line)


def test_what_has_changed_since_a_line_that_cannot_be_read_waits_for_a_whole_one() -> None:
    reader = SecondsReader()
    reader.read('{"v":1,"s":7,"n":1,"w":{"w1":{"occupied":true}}}')

    with pytest.raises(Unreadable):
        reader.read('{"n":1,"w":{"w1":{"occ')
    with pytest.raises(Unreadable):
        reader.read("1")

    assert reader.read('{"v":1,"s":70,"n":1,"w":{"w1":{}}}').gap
