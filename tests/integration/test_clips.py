"""What a live event's clip holds: the seconds before the breach and after its close, from cameras as they are."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from service.settings import Settings
from tests.fixtures.http_camera import HttpCamera
from tests.fixtures.media import read_numbers, write_film
from tests.fixtures.scene import Scene
from tests.fixtures.toy_network import GREEN, write_networks
from tests.fixtures.waiting import until
from tests.fixtures.working import WorkerProcess
from vision.streamtime import SECOND

SIZE = (480, 270)
FPS = 10
ABSENT = (13, 20)
RULES = {"leave_post": {"after": "3s", "window": "2s", "clear_after": "2s"}}


def visits() -> Iterator[npt.NDArray[np.uint8]]:
    """An office without colours, but for a clerk who is away for some seconds."""
    scene = Scene()
    empty = scene.light.mean(axis=2, keepdims=True).repeat(3, axis=2)
    with_clerk = empty.copy()
    with_clerk[90:240, 180:300] = GREEN
    for number in itertools.count():
        away = ABSENT[0] <= number / FPS < ABSENT[1]
        yield scene.seen(empty if away else with_clerk)


def whole_evidence(data: Path) -> dict[str, dict[str, Any]]:
    """The manifest of each camera's first event, once it is complete; ``folder`` is where it lies."""
    found = {}
    for file in (data / "evidence").glob("*/*/manifest.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["complete"]:
            found[content["camera"]["id"]] = {**content, "folder": file.parent}
    return found


@pytest.mark.slow
def test_clip_of_an_event_holds_five_seconds_before_and_after(tmp_path: Path) -> None:
    films = [
        write_film(tmp_path / f"{codec}.mkv", 60, codec=codec, gop=gop, b_frames=2, size=SIZE, pictures=visits())
        for codec, gop in (("libx264", 4 * FPS), ("libx265", FPS))
    ]
    with HttpCamera(films[0]) as h264, HttpCamera(films[1]) as h265:
        cameras = [
            {"id": name, "source": source.address, "windows": [{"id": name, "zones": {"staff": [60, 20, 420, 260]}}]}
            for name, source in (("h264", h264), ("h265", h265))
        ]
        models = write_networks(tmp_path / "models")
        site: dict[str, Any] = {"models": models, "duty": {"always": True}, "rules": RULES, "cameras": cameras}
        with WorkerProcess(Settings(**site), tmp_path / "data"):
            until(lambda: len(whole_evidence(tmp_path / "data")) == 2, "the whole evidence of both events", 60)

    for camera, found in whole_evidence(tmp_path / "data").items():
        event, clip = found["event"], found["clip"]
        assert found["missing"] == []
        assert clip["start"] <= event["started_at"] - 5 * SECOND
        after_close = event["until"] + 7 * SECOND  # it takes two seconds to be sure of the close, and five more
        assert clip["end"] >= after_close
        played = read_numbers(found["folder"] / clip["play"])
        assert played[-1][0] >= (after_close - clip["start"]) / SECOND
        assert (clip["play"] != clip["file"]) == (camera == "h265")
