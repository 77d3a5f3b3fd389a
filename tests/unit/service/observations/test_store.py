"""Files of observation logs: small once their hour is over, gone when their days are, and in the way of nobody."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from service.observations import ObservationLog, ObservationReader, compress, give_way, hours, trim
from tests.fixtures.observed import EVER, answers, logged, read_back
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime, from_datetime

W1 = WindowId("w1")
NINE = from_datetime(datetime.fromisoformat("2026-01-05T09:00:00+00:00"))
HOUR = 3600 * SECOND


def at_post(begin: int, minutes: int) -> list[Observation]:
    return [Observation(W1, StreamTime(begin + second * SECOND), occupied=True) for second in range(60 * minutes)]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_each_hour_has_a_file_that_is_made_small_a_minute_after_it_is_over(tmp_path: Path) -> None:
    looks = at_post(NINE, 61)
    logged(tmp_path, looks)
    assert names(tmp_path / "cam") == ["20260105T09.jsonl", "20260105T10.jsonl"]

    early = compress(tmp_path / "cam", StreamTime(NINE + HOUR + 30 * SECOND))
    done = compress(tmp_path / "cam", StreamTime(NINE + HOUR + 61 * SECOND))

    assert (early, done) == (0, 1)
    assert names(tmp_path / "cam") == ["20260105T09.jsonl.gz", "20260105T10.jsonl"]
    assert answers(read_back(tmp_path)) == answers(looks)


def test_hour_that_is_written_again_after_it_was_closed_keeps_both_parts(tmp_path: Path) -> None:
    logged(tmp_path, at_post(NINE, 1))
    compress(tmp_path / "cam", EVER)
    logged(tmp_path, at_post(NINE + 120 * SECOND, 1))
    half = read_back(tmp_path)
    compress(tmp_path / "cam", EVER)

    assert answers(read_back(tmp_path)) == answers(half)
    assert len(half) == 120
    assert names(tmp_path / "cam") == ["20260105T09.jsonl.gz"]


def test_kill_between_the_small_file_and_the_end_of_the_other_costs_and_doubles_nothing(tmp_path: Path) -> None:
    looks = at_post(NINE, 2)
    logged(tmp_path, looks)
    (file,) = (tmp_path / "cam").iterdir()
    plain = file.read_bytes()
    compress(tmp_path / "cam", EVER)
    small = (tmp_path / "cam" / "20260105T09.jsonl.gz").read_bytes()
    file.write_bytes(plain)
    (tmp_path / "cam" / "20260105T09.jsonl.gz.part").write_bytes(b"half")

    assert answers(read_back(tmp_path)) == answers(looks)
    compress(tmp_path / "cam", EVER)

    assert (tmp_path / "cam" / "20260105T09.jsonl.gz").read_bytes() == small
    assert not file.exists()


def test_kill_while_an_hour_is_made_small_costs_nothing(tmp_path: Path) -> None:
    looks = at_post(NINE, 2)
    logged(tmp_path, looks)
    (tmp_path / "cam" / "20260105T09.jsonl.gz.part").write_bytes(b"half")

    before = answers(read_back(tmp_path))
    compress(tmp_path / "cam", EVER)

    assert before == answers(read_back(tmp_path)) == answers(looks)
    assert names(tmp_path / "cam") == ["20260105T09.jsonl.gz"]


def test_hour_that_is_given_up_before_it_is_made_small_is_left_out(tmp_path: Path) -> None:
    logged(tmp_path, at_post(NINE, 1))
    (tmp_path / "cam" / "20260105T08.jsonl").symlink_to(tmp_path / "gone")  # listed, and not there when it is opened

    compress(tmp_path / "cam", EVER)

    assert names(tmp_path / "cam") == ["20260105T08.jsonl", "20260105T09.jsonl.gz"]


def test_hour_that_is_closed_while_it_is_read_is_read_all_the_same(tmp_path: Path) -> None:
    looks = at_post(NINE, 121)
    logged(tmp_path, looks)
    reading = ObservationReader(tmp_path).looks("cam", StreamTime(0), EVER)
    first = next(reading)

    compress(tmp_path / "cam", EVER)

    assert answers([first, *reading]) == answers(looks)


def test_small_file_that_is_spoilt_gives_what_is_before_the_fault_and_says_so(tmp_path: Path) -> None:
    logged(tmp_path, at_post(NINE, 60))
    compress(tmp_path / "cam", EVER)
    (file,) = (tmp_path / "cam").iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    reader = ObservationReader(tmp_path)

    found = list(reader.looks("cam", StreamTime(0), EVER))

    assert 0 < len(found) <= 3600
    assert reader.coverage.unreadable == 1


@pytest.mark.parametrize("age_h", [0, 5])
def test_hours_go_with_time_of_every_camera(tmp_path: Path, age_h: int) -> None:
    for camera in ("cam", "former"):
        logged(tmp_path, at_post(NINE, 121), camera)
    compress(tmp_path / "cam", EVER)
    (tmp_path / "cam" / "notes.txt").touch()

    gone = trim(tmp_path, StreamTime(NINE + age_h * HOUR))

    assert gone == (6 if age_h else 0)
    assert len(hours(tmp_path / "former")) == (0 if age_h else 3)
    assert (tmp_path / "cam" / "notes.txt").exists()


def test_files_of_other_names_stay_and_keep_none_from_going(tmp_path: Path) -> None:
    logged(tmp_path, at_post(NINE, 1))
    strange = ("00000000T00.jsonl", "00.txt", "20260105T09.jsonl.bak")
    for name in strange:
        (tmp_path / "cam" / name).touch()

    assert compress(tmp_path / "cam", EVER) == 1
    assert trim(tmp_path, EVER) == 1
    assert names(tmp_path / "cam") == sorted(strange)


def test_oldest_hours_of_all_cameras_give_way_and_the_latest_of_each_stays(tmp_path: Path) -> None:
    logged(tmp_path, at_post(NINE, 121), "a")
    logged(tmp_path, at_post(NINE - HOUR, 121), "b")

    freed = give_way(tmp_path, 1)
    first_left = hours(tmp_path / "b")[0].begins
    all_of_it = give_way(tmp_path, 10**9)

    assert freed > 0
    assert first_left == NINE
    assert all_of_it > freed
    assert [len(hours(tmp_path / camera)) for camera in "ab"] == [1, 1]
    assert give_way(tmp_path / "nowhere", 1) == 0


def test_thinned_log_tells_of_a_steady_second_by_its_last_look_and_of_a_change_in_full(tmp_path: Path) -> None:
    fifth = SECOND // 5
    looks = [
        Observation(W1, StreamTime(NINE + step * fifth), occupied=step < 52 or step >= 53) for step in range(61 * 5)
    ]
    logged(tmp_path, looks)

    found = read_back(tmp_path, thinned=True)

    by_second = [[look for look in found if look.at // SECOND == NINE // SECOND + second] for second in range(20)]
    assert [len(one) for one in by_second] == [5, 5, 5, *7 * [1], 5, 5, 5, *7 * [1]]
    assert len([look for look in found if look.at // SECOND == NINE // SECOND + 60]) == 5
    assert [look.occupied for look in by_second[10]] == [True, True, False, True, True]
    assert by_second[5][0].at == NINE + 5 * SECOND + 900_000


def test_look_that_is_not_later_than_the_last_is_left_out(tmp_path: Path) -> None:
    log = ObservationLog(tmp_path / "cam")
    for second, occupied in ((0, True), (3, True), (1, False), (3, False), (4, True)):
        log.write([Observation(W1, StreamTime(NINE + second * SECOND), occupied=occupied)])
    log.close()

    assert [(look.at // SECOND - NINE // SECOND, look.occupied) for look in read_back(tmp_path)] == [
        *((0, True), (3, True), (4, True))
    ]


def test_compressed_hour_is_readable_by_anybody(tmp_path: Path) -> None:
    logged(tmp_path, at_post(NINE, 1))
    compress(tmp_path / "cam", EVER)

    text = gzip.open(tmp_path / "cam" / "20260105T09.jsonl.gz", "rt", encoding="utf-8").read()

    assert text.splitlines()[1:4] == ["1", "1", "1"]
