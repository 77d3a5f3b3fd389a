"""A film of a script: real H.264 of the size, rate and length that were asked for, and its truth beside it."""

import json
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from service.demo import film
from tests.integration.demo.conftest import TROUBLED, staged
from vision.errors import BadInput


class Film(NamedTuple):
    path: Path
    times: list[float]
    pictures: list[NDArray[np.uint8]]
    keys: list[float]


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory, cast_folder: Path) -> Film:
    path = tmp_path_factory.mktemp("film") / "troubled.mp4"
    film(TROUBLED, path, cast_folder=cast_folder)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    times = [float(frame.time or 0) for frame in frames]
    keys = [t for t, frame in zip(times, frames, strict=True) if frame.key_frame]
    return Film(path, times, [frame.to_ndarray(format="gray") for frame in frames], keys)


def test_size_rate_and_codec_are_those_of_a_camera(filmed: Film) -> None:
    with av.open(str(filmed.path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height, stream.pix_fmt) == ("h264", 960, 540, "yuv420p")
        assert stream.codec_context.has_b_frames == 0
        packets = [packet for packet in container.demux(stream) if packet.pts is not None]
    assert all(packet.pts == packet.dts for packet in packets)


def test_times_are_those_of_the_script_with_a_gap_where_the_stream_is_lost(filmed: Film) -> None:
    wanted = [number / 6 for number in range(72) if not 54 <= number < 63]
    assert filmed.times == pytest.approx(wanted, abs=0.001)


def test_a_key_picture_comes_every_two_seconds_and_after_a_loss(filmed: Film) -> None:
    assert filmed.keys == pytest.approx([0, 2, 4, 6, 8, 10.5], abs=0.001)


def changes(filmed: Film, start: float, end: float) -> list[float]:
    """How much each picture from ``start`` until ``end`` differs from the one before, in grey levels."""
    pairs = zip(filmed.times[1:], pairwise(filmed.pictures), strict=True)
    return [float(np.abs(one.astype(int) - other).mean()) for t, (one, other) in pairs if start <= t < end]


def test_a_frozen_stretch_is_still_after_decoding_but_for_the_refresh_of_a_key_picture(filmed: Film) -> None:
    assert max(changes(filmed, 6.6, 7.99)) < 0.02
    assert max(changes(filmed, 8.1, 8.49)) < 0.02


def test_a_live_picture_is_never_still_after_decoding(filmed: Film) -> None:
    assert min(changes(filmed, 0, 6.5)) > 0.25
    assert min(changes(filmed, 8.5, 12)) > 0.25


def test_the_truth_lies_beside_the_film(filmed: Film) -> None:
    truth = json.loads(filmed.path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    head = {key: truth[key] for key in ("file", "width", "height", "fps", "frames", "duration_s")}
    assert head == {
        "file": "troubled.mp4",
        "width": 960,
        "height": 540,
        "fps": 6.0,
        "frames": len(filmed.pictures),
        "duration_s": 12,
    }
    assert [unknown["reason"] for unknown in truth["unknown"]] == ["covered", "black", "frozen", "no_stream"]
    assert truth["events"] == []
    assert truth["present"] == [[0, 12]]
    assert len(truth["zones"]["w7"]) == 8


def test_a_part_of_a_script_can_be_filmed_with_progress(tmp_path: Path, cast_folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    film(staged(), tmp_path / "part.mp4", 1.5, cast_folder=cast_folder, progress=lambda *step: steps.append(step))
    assert steps == [(done, 9) for done in range(1, 10)]


def test_more_than_the_script_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="seconds: 13 is not within the script's 12 s"):
        film(staged(), tmp_path / "long.mp4", 13)


def test_a_camera_that_is_not_in_the_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match='no camera "后门" in the script, there are: 门口'):
        film(staged(), tmp_path / "x.mp4", camera="后门")
