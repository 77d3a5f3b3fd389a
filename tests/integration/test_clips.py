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
ABSENT = (16, 22)
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


def closed_event(data: Path) -> dict[str, Any] | None:
    """The manifest of the one event, once it is complete."""
    for file in (data / "evidence").glob("*/*/manifest.json"):
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if content["complete"]:
            return {**content, "folder": file.parent}
    return None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("codec", "gop_s", "b_frames"), [("libx264", 4, 2), ("libx265", 1, 2)], ids=["h264 GOP 4 s", "h265 GOP 1 s"]
)
def test_clip_of_an_event_holds_five_seconds_before_and_after(
    tmp_path: Path, codec: str, gop_s: int, b_frames: int
) -> None:
    film = write_film(
        tmp_path / "film.mkv", 50, codec=codec, gop=gop_s * FPS, b_frames=b_frames, size=SIZE, pictures=visits()
    )
    with HttpCamera(film) as camera:
        window = {"id": "w1", "zones": {"staff": [60, 20, 420, 260]}}
        settings = Settings(
            models=write_networks(tmp_path / "models"),  # type: ignore[arg-type]
            duty={"always": True},  # type: ignore[arg-type]
            rules=RULES,
            cameras=[{"id": "cam1", "source": camera.address, "windows": [window]}],  # type: ignore[arg-type]
        )
        with WorkerProcess(settings, tmp_path / "data"):
            found = until(lambda: closed_event(tmp_path / "data"), "the event's whole evidence", 60)
    assert found is not None

    event, clip = found["event"], found["clip"]
    assert found["missing"] == []
    assert clip["start"] <= event["started_at"] - 5 * SECOND
    after_close = event["until"] + 7 * SECOND  # it takes two seconds to be sure of the close, and five more
    assert clip["end"] >= after_close
    played = read_numbers(found["folder"] / clip["play"])
    assert played[-1][0] >= (after_close - clip["start"]) / SECOND
    assert (clip["play"] == clip["file"]) == (codec == "libx264")
