"""What the manifest says where a piece of the evidence could not be made."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import av.error
import cv2
import pytest

import service.worker.keyframes as keyframes
import vision.clip
from service.rules import Event
from service.settings import RecorderSettings, Settings
from service.worker.evidence import EvidenceCutter, Scene
from tests.fixtures.media import write_film
from tests.fixtures.recording import NOW, record
from tests.fixtures.site import SETTINGS, an_event
from vision.errors import StorageFull
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

BOOK = Settings(**SETTINGS).books()[WindowId("w1")]
SCENE = Scene("cam1", "一号", {}, (320, 240), ())


def event() -> Event:
    begun = StreamTime(NOW + 11 * SECOND)
    return replace(an_event(BOOK), started_at=begun, satisfied_at=StreamTime(begun + SECOND), until=begun + 2 * SECOND)


def made(folder: Path) -> dict[str, Any]:
    """The manifest of evidence cut from twenty seconds of H.265."""
    record(write_film(folder / "film.mkv", 20, codec="libx265"), folder / "ring" / "cam1")
    cutter = EvidenceCutter(folder / "ring", folder / "looks", folder / "evidence", RecorderSettings())
    end = StreamTime(NOW + 13 * SECOND)
    return cutter.make(event(), SCENE, BOOK, end, end)[1]


def missing(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["what"], one["code"]) for one in manifest["missing"]]


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def encode(*_: object) -> list[StreamTime]:
        raise error

    monkeypatch.setattr(vision.clip, "_encode", encode)


def test_whole_evidence_misses_nothing(tmp_path: Path) -> None:
    manifest = made(tmp_path)

    assert missing(manifest) == []
    assert manifest["clip"]["play"] == "clip-h264.mp4"


@pytest.mark.parametrize("error", [av.error.ExternalError(1, "no encoder"), ValueError("unknown codec libx264")])
def test_copy_that_cannot_be_made_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    refuse(monkeypatch, error)

    manifest = made(tmp_path)

    assert missing(manifest) == [("clip", "no_copy")]
    assert manifest["clip"]["play"] == "clip.mp4"


def test_copy_for_which_the_disk_has_no_room_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, av.error.OSError(28, "No space left on device"))

    with pytest.raises(StorageFull):
        made(tmp_path)


def test_picture_that_cannot_be_encoded_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([(False, None), cv2.error("too large")])

    def encode(*_: object) -> object:
        answer = next(answers, (False, None))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(keyframes.cv2, "imencode", encode)

    manifest = made(tmp_path)

    assert missing(manifest) == [(f"{name}.jpg", "not_encoded") for name in ("begin", "satisfied", "end")]


def test_evidence_is_on_the_disk_before_it_is_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))

    made(tmp_path)

    (manifest,) = (tmp_path / "evidence").glob("*/*/manifest.json")
    folder = manifest.parent
    assert {file.stat().st_ino for file in folder.iterdir()} <= set(synced)
    assert {one.stat().st_ino for one in (folder.parent, folder.parent.parent)} <= set(synced)
    assert synced[-2:] == [manifest.stat().st_ino, folder.stat().st_ino]
