"""Recorded looks: what was written reads back the same, and a wrong line is named."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.looks import LooksError, look_entry, observation_of, read_looks, written_look
from vision.observation import COUNTS, REASONS, SIGNALS, Observation, WindowId
from vision.streamtime import SECOND, StreamTime

START = StreamTime(1_767_574_800 * SECOND)

observations = st.builds(
    Observation,
    st.sampled_from(["w1", "3号"]).map(WindowId),
    st.integers(0, 10**11).map(lambda since: StreamTime(START + since)),
    occupied=st.sampled_from([True, False, None]),
    phone_in_use=st.sampled_from([True, False, None]),
    smoking=st.sampled_from([True, False, None]),
    staff_count=st.none() | st.integers(0, 9),
    reason=st.none() | st.sampled_from(REASONS),
    confidence=st.dictionaries(st.sampled_from(["occupied", "phone_in_use"]), st.floats(0, 1)),
)


@given(observations)
def test_look_reads_back_as_it_was_written(look: Observation) -> None:
    assert observation_of(look_entry(look, START), START) == look


def test_order_of_lines_does_not_matter_and_unknown_keys_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "looks.jsonl"
    file.write_text(
        '{"t": 2, "window": "w1", "occupied": true, "mood": 3}\n\n{"t": 1, "window": "w1"}\n', encoding="utf-8"
    )

    recorded = read_looks(file, START)

    assert [(look.at - START) / SECOND for look in recorded.looks] == [1, 2]
    assert recorded.unknown_keys == ("mood",)


def test_only_the_end_of_a_line_ends_a_look(tmp_path: Path) -> None:
    file = tmp_path / "looks.jsonl"
    look = Observation(WindowId("3\u2028号"), START, occupied=True)
    file.write_bytes(b"\xef\xbb\xbf" + written_look(look, START).encode() + b'\r\n{"t": 1}\r\n')

    assert [found.window for found in read_looks(file, START).looks] == ["3\u2028号", "w1"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2 is no JSON object"),
        ("[1]", "line 2"),
        ('{"window": "w1"}', "line 2, t: field required"),
        ('{"t": "soon"}', "line 2, t"),
        ('{"t": 1, "at": "2026-11-26T09:00:00+08:00"}', "line 2, t: give t or at, not both"),
        ('{"at": "2026-11-26T09:00:00"}', "line 2, at: it has no UTC offset; write it as 2026-11-26T09"),
        ('{"at": "nine"}', "line 2, at: invalid isoformat"),
        ('{"at": 9}', "line 2, at"),
        ('{"t": NaN}', "line 2, t"),
        ('{"t": 1, "occupied": "yes"}', "line 2, occupied"),
        ('{"t": 1, "occupied": 1}', "line 2, occupied"),
        ('{"t": 1, "reason": "tired"}', "line 2, reason"),
        ('{"t": 1, "staff_count": -1}', "line 2, staff_count"),
        ('{"t": 1, "confidence": {"occupied": NaN}}', "line 2, confidence.occupied"),
        ('{"t": 1, "confidence": {"occupied": 7}}', "line 2, confidence.occupied"),
        ('{"t": ' + 5000 * "1" + "}", "line 2 cannot be read"),
        (100_000 * "[", "line 2 cannot be read"),
    ],
)
def test_wrong_line_is_named_with_its_key(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "looks.jsonl"
    file.write_text('{"t": 0}\n' + line + "\n", encoding="utf-8")

    with pytest.raises(LooksError, match=says):
        read_looks(file, START)


def test_looks_that_say_when_they_were_are_counted_from_the_first(tmp_path: Path) -> None:
    file = tmp_path / "looks.jsonl"
    lines = ("2026-11-26T09:00:01+08:00", "2026-11-26T01:00:00Z")
    file.write_text("".join(f'{{"at": "{at}", "occupied": true}}\n' for at in lines), encoding="utf-8")

    recorded, given = read_looks(file, START, given=False), read_looks(file, START)

    assert [(look.at - recorded.start) / SECOND for look in recorded.looks] == [0, 1]
    assert given.start == START


def test_time_of_day_and_seconds_may_stand_side_by_side(tmp_path: Path) -> None:
    file = tmp_path / "looks.jsonl"
    file.write_text('{"at": "2026-01-05T09:00:01+08:00"}\n{"t": 0.5}\n', encoding="utf-8")

    recorded = read_looks(file, START, given=False)

    assert [(look.at - START) / SECOND for look in recorded.looks] == [0.5, 1]
    assert recorded.start == START


@pytest.mark.parametrize("name", [*SIGNALS, *COUNTS])
def test_every_answer_of_an_observation_can_be_written_in_a_look(tmp_path: Path, name: str) -> None:
    file = tmp_path / "looks.jsonl"
    value = True if name in SIGNALS else 3
    file.write_text(json.dumps({"t": 0, name: value}) + "\n", encoding="utf-8")

    recorded = read_looks(file, START)

    assert getattr(recorded.looks[0], name) == value
    assert recorded.unknown_keys == ()
