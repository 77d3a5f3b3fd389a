"""Evidence of an event that lasts: its first minute, its end, a picture a minute, kept though the ring is trimmed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from service.evidence.manifest import verify
from service.rules import Event
from service.settings import RecorderSettings, Settings
from service.worker.evidence import EvidenceCutter, Scene, folder_of
from service.worker.looklog import LookLog
from tests.fixtures.media import number_of, read_numbers, write_film
from tests.fixtures.recording import NOW, record
from tests.fixtures.site import SETTINGS, an_event
from vision.anchor import Clock
from vision.observation import Observation, WindowId
from vision.observer import Seen
from vision.pipeline import Look
from vision.recorder import Recorder
from vision.streamtime import SECOND, StreamTime

BOOK = Settings(**SETTINGS).books()[WindowId("w1")]
FPS = 4
BEGINS_S, LASTS_S = 20, 260
SURE_S = 40
CLOCK = Clock(StreamTime(NOW), StreamTime(NOW - 60 * SECOND), 1500, 0, -250_000)
SCENE = Scene("cam1", "一号", {"staff": [40, 40, 200, 40, 200, 200, 40, 200]}, (320, 240), (), CLOCK)


def moment(second: float) -> StreamTime:
    """That many seconds after the event's begin."""
    return StreamTime(NOW + round((BEGINS_S + second) * SECOND))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mkv", BEGINS_S + LASTS_S + 20, fps=FPS, gop=10)


@pytest.fixture
def data(tmp_path: Path, film: Path) -> Path:
    """A worker's folder: everything recorded, and a look a second, the surest of which is that of SURE_S."""
    record(film, tmp_path / "ring" / "cam1")
    log = LookLog(tmp_path / "looks" / "cam1")
    for second in range(-BEGINS_S, LASTS_S + 15):
        at, gone = moment(second), 0 <= second <= LASTS_S
        sure = {"occupied": 0.95 if second == SURE_S else 0.7}
        seen = () if gone else (Seen("person", (60.0, 60.0, 180.0, 190.0), 0.9, 1, "w1"),)
        log.write(Look(at, (Observation(WindowId("w1"), at, occupied=not gone, confidence=sure),), seen))
    log.close()
    return tmp_path


def open_event() -> Event:
    until = moment(30)
    return replace(an_event(BOOK), state="open", started_at=moment(0), satisfied_at=until, until=until)


def made(data: Path, event: Event, now_s: float, closed_s: float | None = None) -> dict[str, Any]:
    """The manifest of what a worker makes at that moment; each time it is another one, as after a restart."""
    cutter = EvidenceCutter(data / "ring", data / "looks", data / "evidence", RecorderSettings())
    closed_at = None if closed_s is None else moment(closed_s)
    return cutter.make(event, SCENE, BOOK, moment(now_s), closed_at)[1]


def forget(data: Path, before_s: float) -> None:
    """The ring and the log reach back to that moment only."""
    Recorder(data / "ring" / "cam1").trim(moment(before_s))
    LookLog(data / "looks" / "cam1").trim(moment(before_s - 60))


def lasted(data: Path) -> dict[str, Any]:
    """The whole evidence of a long event whose recording of three minutes before the end was never kept."""
    event = open_event()
    made(data, event, 31)
    for minute in range(1, 5):
        made(data, event, 60 * minute + 2)
        forget(data, 60 * minute - 30)
    return made(data, replace(event, state="closed", until=moment(LASTS_S)), LASTS_S + 10, LASTS_S + 2)


def hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {file["name"]: file["sha256"] for file in manifest["files"]}


def test_long_event_has_its_first_minute_its_end_and_a_picture_a_minute(data: Path) -> None:
    manifest = lasted(data)
    folder = data / "evidence" / folder_of(open_event())

    assert manifest["missing"] == []
    assert verify(folder) == []
    clip, last = manifest["clip"], manifest["last_clip"]
    assert clip["start"] <= moment(-10)
    assert clip["end"] >= moment(59.5)
    assert last["start"] <= moment(LASTS_S - 30)
    assert last["end"] >= moment(LASTS_S + 7.5)
    for entry in (clip, last):
        numbers = read_numbers(folder / entry["play"])
        assert numbers[0][1] == (entry["start"] - NOW) * FPS // SECOND
        assert numbers[-1][1] == (entry["end"] - NOW) * FPS // SECOND
    minutes = [one for one in manifest["pictures"] if one["kind"] == "minute"]
    assert [one["at"] for one in minutes] == [moment(60 * minute) for minute in (1, 2, 3, 4)]
    for one in minutes:
        picture = np.asarray(cv2.imread(str(folder / one["name"])), np.uint8)
        assert number_of(picture) == (one["at"] - NOW) * FPS // SECOND


def test_answers_of_a_long_event_reach_over_all_of_it_though_the_log_was_trimmed(data: Path) -> None:
    manifest = lasted(data)
    track = json.loads((data / "evidence" / folder_of(open_event()) / "track.json").read_text())

    zero = (track["zero"] - moment(0)) / SECOND
    assert track["zero"] == manifest["clip"]["start"]
    found = {round(t + zero, 2): offends for t, offends in track["answers"]}
    assert [found[second] for second in range(LASTS_S + 1)] == [True] * (LASTS_S + 1)
    assert found[LASTS_S + 5] is False
    seen = [t + zero for t, _ in track["boxes"]]
    assert all(any(abs(at - second) < 0.6 for at in seen) for second in (-9, 0, 59, LASTS_S - 29, LASTS_S + 7))
    assert not any(70 < at < LASTS_S - 31 for at in seen)


def test_pieces_that_are_whole_are_not_touched_when_the_evidence_is_made_again(data: Path) -> None:
    event = open_event()
    before = made(data, event, 62)
    folder = data / "evidence" / folder_of(event)
    written = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    after = made(data, event, 122)

    kept = set(hashes(before)) - {"track.json"}
    assert kept >= {"clip.mp4", "begin.jpg", "begin-boxes.jpg", "strongest.jpg", "minute-001.jpg"}
    assert {name: hashes(after)[name] for name in kept} == {name: hashes(before)[name] for name in kept}
    assert {name: (folder / name).stat().st_mtime_ns for name in kept} == {name: written[name] for name in kept}
    assert verify(folder) == []


def test_picture_of_a_minute_that_could_not_be_taken_is_named(data: Path) -> None:
    forget(data, 150)

    manifest = made(data, open_event(), 185)

    assert [(one["what"], one["code"]) for one in manifest["missing"]][-2:] == [
        ("minute-001.jpg", "no_picture"),
        ("minute-002.jpg", "no_picture"),
    ]
    assert [one["name"] for one in manifest["pictures"]] == ["minute-003.jpg"]


def test_surest_look_has_a_picture_and_a_surer_one_takes_its_place(data: Path) -> None:
    event = open_event()
    (early,) = [one for one in made(data, event, 32)["pictures"] if one["kind"] == "strongest" and not one["boxes"]]
    (late,) = [one for one in made(data, event, 62)["pictures"] if one["kind"] == "strongest" and not one["boxes"]]
    (kept,) = [one for one in made(data, event, 122)["pictures"] if one["kind"] == "strongest" and not one["boxes"]]

    assert (early["at"], early["confidence"]) == (moment(0), 0.7)
    assert (late["at"], late["confidence"]) == (moment(SURE_S), 0.95)
    assert kept == late


def test_key_frames_come_with_and_without_what_was_seen(data: Path) -> None:
    event = replace(open_event(), state="closed", started_at=moment(-5))
    manifest = made(data, event, 50, 35)
    folder = data / "evidence" / folder_of(event)

    kinds = [(one["kind"], one["boxes"]) for one in manifest["pictures"]]
    assert sorted(kinds) == sorted(
        (kind, boxes) for kind in ("begin", "strongest", "satisfied", "end") for boxes in (False, True)
    )
    plain, boxed = (np.asarray(cv2.imread(str(folder / f"begin{more}.jpg")), np.int16) for more in ("", "-boxes"))
    green = boxed[100:180, 58:63].astype(int)  # the left side of the clerk's box
    assert (green[..., 1] - green[..., 2]).mean() > 20
    assert np.abs(plain - boxed)[210:, :].mean() < 3
    assert number_of(np.asarray(plain, np.uint8)) == (BEGINS_S - 5) * FPS


def test_sum_of_absences_says_that_each_has_a_clip_of_its_own(data: Path) -> None:
    event = replace(open_event(), rule="half_day_absence")

    manifest = made(data, event, 62)

    assert [(one["what"], one["code"]) for one in manifest["missing"]] == [("clip", "added_up")]
    assert (manifest["clip"], manifest["pictures"]) == (None, [])


def test_manifest_says_how_the_cameras_clock_stood(data: Path) -> None:
    clock = made(data, open_event(), 31)["clock"]

    assert (clock["camera_offset_s"], clock["why"], clock["shifted_ms"], clock["jumps"]) == (-0.25, None, 1.5, 0)
    assert clock["read_at"] - clock["anchored_at"] == 60 * SECOND
