"""There is a clip of every event: whatever the camera sends, whatever happened to line, worker or disk before."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.evidence.manifest import verify
from service.rules import Event
from service.settings import RecorderSettings, Settings
from service.worker.evidence import EvidenceCutter, Scene, folder_of
from tests.fixtures.media import read_numbers, write_film
from tests.fixtures.recording import NOW, record
from tests.fixtures.site import SETTINGS, an_event
from tests.fixtures.streams import recorded_streams
from vision.observation import WindowId
from vision.recorder import Recorder, segments
from vision.streamtime import SECOND, StreamTime

BOOK = Settings(**SETTINGS).books()[WindowId("w1")]
SCENE = Scene("cam1", "一号", {}, (320, 180), ())


def event(begins_s: float, lasts_s: float = 3.0) -> Event:
    begun = StreamTime(NOW + round(begins_s * SECOND))
    return replace(
        an_event(BOOK), started_at=begun, satisfied_at=StreamTime(begun + SECOND), until=begun + round(lasts_s * SECOND)
    )


def made(data: Path, of: Event, now_s: float) -> dict[str, Any]:
    """The manifest of ``of``, which is over unless it is open, made from the ring in ``data``; it is true."""
    cutter = EvidenceCutter(data / "ring", data / "looks", data / "evidence", RecorderSettings())
    now = StreamTime(NOW + round(now_s * SECOND))
    manifest = cutter.make(of, SCENE, BOOK, now, None if of.state == "open" else StreamTime(of.until + SECOND))[1]
    assert verify(data / "evidence" / folder_of(of)) == []
    return manifest


def lacks(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["what"], one["code"]) for one in manifest["missing"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("H.264 high, B-pyramid, open GOP 250", []),
        ("H.264, GOP 300", []),
        ("H.264, resolution changes within a connection", []),
        ("H.264, then H.265 after a reconnect", []),
        ("H.264, an outage of 9 s", [("clip", "gap")]),
    ],
)
def test_clip_covers_pre_and_post_roll_whatever_the_camera_sends(tmp_path: Path, name: str, lacking: list[Any]) -> None:
    (stream,) = recorded_streams(tmp_path, 34, only=name)
    (tmp_path / "data" / "ring").mkdir(parents=True)
    stream.ring.rename(tmp_path / "data" / "ring" / "cam1")
    of = event(15, 12)
    # The ring reaches back as far as the pre-roll, and no further than that takes.
    Recorder(tmp_path / "data" / "ring" / "cam1").trim(StreamTime(of.started_at - 10 * SECOND))

    manifest = made(tmp_path / "data", of, 60)

    clip = manifest["clip"]
    assert clip["start"] <= of.started_at - 10 * SECOND
    assert clip["end"] >= of.until + 6.5 * SECOND
    assert lacks(manifest) == lacking
    assert clip["play"] == "clip.mp4" or read_numbers(tmp_path / "data" / "evidence" / folder_of(of) / clip["play"])


def test_event_in_the_first_seconds_of_a_recording_has_a_clip_that_says_what_is_missing(tmp_path: Path) -> None:
    record(write_film(tmp_path / "film.mkv", 20), tmp_path / "ring" / "cam1")

    manifest = made(tmp_path, event(2), 30)

    assert manifest["clip"]["start"] == NOW
    assert lacks(manifest) == [("clip", "begins_late")]


def test_open_event_has_a_clip_that_grows(tmp_path: Path) -> None:
    record(write_film(tmp_path / "film.mkv", 40), tmp_path / "ring" / "cam1")
    of = replace(event(12), state="open")

    first, second = made(tmp_path, of, 20), made(tmp_path, of, 30)

    assert [one["clip"]["start"] for one in (first, second)] == [NOW + 2 * SECOND, NOW + 2 * SECOND]
    assert second["clip"]["end"] - first["clip"]["end"] == pytest.approx(10 * SECOND, abs=SECOND / 4)
    assert second["missing"] == []


def test_worker_that_is_killed_in_the_pre_roll_leaves_a_clip_with_a_gap(tmp_path: Path) -> None:
    ring = tmp_path / "ring" / "cam1"
    record(write_film(tmp_path / "before.mkv", 9), ring)
    cut_off = segments(ring)[-1].file
    cut_off.write_bytes(cut_off.read_bytes()[:-1500])
    record(write_film(tmp_path / "after.mkv", 20, first=120), ring, StreamTime(NOW + 12 * SECOND))

    manifest = made(tmp_path, event(14), 40)

    assert manifest["clip"]["start"] <= NOW + 4 * SECOND
    assert lacks(manifest) == [("clip", "gap")]


def test_evidence_for_which_the_disk_has_no_room_is_made_when_there_is(tmp_path: Path) -> None:
    record(write_film(tmp_path / "film.mkv", 30), tmp_path / "ring" / "cam1")
    of = replace(event(12), state="open")
    first = made(tmp_path, of, 24)
    folder = tmp_path / "evidence" / folder_of(of)
    in_the_way = folder / "track.json.part"
    in_the_way.mkdir()
    with pytest.raises(OSError, match="directory"):
        made(tmp_path, replace(of, state="closed"), 30)
    in_the_way.rmdir()

    manifest = made(tmp_path, replace(of, state="closed"), 30)

    assert manifest["complete"]
    assert manifest["missing"] == []
    assert manifest["clip"]["start"] == first["clip"]["start"]
