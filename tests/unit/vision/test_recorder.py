"""The ring of packets, and clips cut from it: every picture is there, at its time, whatever the camera sends."""

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.media import number_of, read_numbers, write_film
from tests.fixtures.recording import NOW, record
from tests.fixtures.streams import recorded_streams, thumb_of
from vision.clip import cut, frame_at
from vision.playback import frames
from vision.recorder import Recorder, segments
from vision.streamtime import SECOND, StreamTime


@pytest.mark.parametrize(
    ("codec", "gop", "b_frames"),
    [
        ("libx264", 10, 0),
        ("libx264", 10, 2),
        ("libx264", 40, 2),
        ("libx264", 70, 0),
        ("libx265", 10, 0),
        ("libx265", 10, 2),
        ("libx265", 40, 2),
        ("mjpeg", 1, 0),
    ],
)
def test_clip_holds_every_picture_of_its_interval(tmp_path: Path, codec: str, gop: int, b_frames: int) -> None:
    film = write_film(tmp_path / "film.mkv", 20, codec=codec, gop=gop, b_frames=b_frames)
    record(film, tmp_path / "ring")

    clip = cut(tmp_path / "ring", StreamTime(NOW + 7 * SECOND), StreamTime(NOW + 12 * SECOND), tmp_path / "clip.mp4")

    assert clip is not None
    assert clip.start <= NOW + 7 * SECOND
    shown = {number: NOW - clip.start + number * SECOND // 10 for number in range(70, 120)}
    found = dict((number, at) for at, number in read_numbers(clip.file))
    assert set(shown) <= set(found)
    # A picture sits where it was filmed, to a hundredth of a second.
    offsets = [found[number] - (NOW + number * SECOND // 10 - clip.start) / SECOND for number in shown]
    assert max(abs(offset) for offset in offsets) < 0.011
    assert clip.gaps == ()


def test_what_the_camera_sent_is_kept_and_cut_without_an_encoder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    film = write_film(tmp_path / "film.mkv", 10, codec="libx265")
    capfd.readouterr()
    record(film, tmp_path / "ring")
    cut(tmp_path / "ring", NOW, StreamTime(NOW + 9 * SECOND), tmp_path / "clip.mp4")

    assert "x265" not in capfd.readouterr().err  # an x265 that is opened says so


def test_clip_of_h265_gets_a_copy_that_browsers_play_and_that_begins_with_it(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", 10, codec="libx265", gop=15)
    record(film, tmp_path / "ring")
    span = StreamTime(NOW + 2 * SECOND), StreamTime(NOW + 6 * SECOND)

    own = cut(tmp_path / "ring", *span, tmp_path / "own.mp4")
    copy = cut(tmp_path / "ring", *span, tmp_path / "copy.mp4", playable=True)

    assert own is not None
    assert copy is not None
    assert (own.codec, own.encoded) == ("hevc", False)
    assert (copy.codec, copy.encoded) == ("h264", True)
    assert copy.start == own.start
    assert [number for _, number in read_numbers(copy.file)] == list(range(15, 61))


@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", 0), ("libx264", 2), ("libx265", 2)])
def test_gap_in_the_recording_is_named(tmp_path: Path, codec: str, b_frames: int) -> None:
    film = write_film(tmp_path / "film.mkv", 5, codec=codec, gop=40, b_frames=b_frames)
    record(film, tmp_path / "ring")
    record(film, tmp_path / "ring", StreamTime(NOW + 30 * SECOND))

    clip = cut(tmp_path / "ring", NOW, StreamTime(NOW + 34 * SECOND), tmp_path / "clip.mp4")

    assert clip is not None
    assert len(clip.gaps) == 1
    assert clip.gaps[0].start - NOW == pytest.approx(4.9 * SECOND, abs=SECOND / 5)
    assert clip.gaps[0].end - NOW == pytest.approx(30 * SECOND, abs=100)
    found = read_numbers(clip.file)
    numbers = [number for _, number in found]
    assert numbers[:91] == [*range(50), *range(41)]
    assert found[-1][0] == pytest.approx((clip.end - clip.start) / SECOND, abs=0.011)


def test_clip_before_an_outage_does_not_reach_across_it(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", 5)
    record(film, tmp_path / "ring")
    record(film, tmp_path / "ring", StreamTime(NOW + 600 * SECOND))

    clip = cut(tmp_path / "ring", NOW, StreamTime(NOW + 10 * SECOND), tmp_path / "clip.mp4")

    assert clip is not None
    assert clip.end - NOW == pytest.approx(4.9 * SECOND, abs=SECOND / 5)


def test_clip_that_would_begin_in_an_outage_begins_after_it(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", 5)
    record(film, tmp_path / "ring")
    record(film, tmp_path / "ring", StreamTime(NOW + 600 * SECOND))

    span = StreamTime(NOW + 590 * SECOND), StreamTime(NOW + 603 * SECOND)
    clip = cut(tmp_path / "ring", *span, tmp_path / "clip.mp4")

    assert clip is not None
    assert clip.start == NOW + 600 * SECOND
    assert clip.gaps == ()


@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", 2), ("libx265", 2)])
def test_change_of_resolution_still_gives_one_clip(tmp_path: Path, codec: str, b_frames: int) -> None:
    record(write_film(tmp_path / "a.mkv", 5, codec=codec, b_frames=b_frames), tmp_path / "ring")
    big = write_film(tmp_path / "b.mkv", 5, codec=codec, b_frames=b_frames, size=(640, 480), first=50)
    record(big, tmp_path / "ring", StreamTime(NOW + 5 * SECOND))

    clip = cut(tmp_path / "ring", NOW, StreamTime(NOW + 9 * SECOND), tmp_path / "clip.mp4")

    assert clip is not None
    assert clip.encoded
    assert clip.playable
    assert [at for at, _ in read_numbers(clip.file)] == pytest.approx([number / 10 for number in range(91)], abs=0.011)


def test_segment_that_breaks_off_plays_to_its_last_whole_packet(tmp_path: Path) -> None:
    record(write_film(tmp_path / "film.mkv", 3), tmp_path / "ring")
    last = segments(tmp_path / "ring")[-1].file
    last.write_bytes(last.read_bytes()[:-1500])

    clip = cut(tmp_path / "ring", NOW, StreamTime(NOW + 3 * SECOND), tmp_path / "clip.mp4")

    assert clip is not None
    numbers = [number for _, number in read_numbers(clip.file)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 25


@pytest.mark.parametrize("playable", [False, True])
def test_nothing_recorded_gives_no_clip(tmp_path: Path, playable: bool) -> None:
    record(write_film(tmp_path / "film.mkv", 5, codec="libx265"), tmp_path / "ring", StreamTime(NOW + 60 * SECOND))

    assert cut(tmp_path, NOW, StreamTime(NOW + SECOND), tmp_path / "clip.mp4") is None
    assert cut(tmp_path / "ring", NOW, StreamTime(NOW + SECOND), tmp_path / "clip.mp4", playable) is None
    assert not (tmp_path / "clip.mp4").exists()


@pytest.mark.parametrize("number", [39, 43, 99])  # the last of a segment, one within, the last of all
def test_picture_at_a_moment_is_the_one_that_was_shown(tmp_path: Path, number: int) -> None:
    record(write_film(tmp_path / "film.mkv", 10, b_frames=2), tmp_path / "ring")

    found = frame_at(tmp_path / "ring", StreamTime(NOW + number * SECOND // 10 + 50_000))

    assert found is not None
    assert number_of(found[1].to_ndarray(format="bgr24")) == number


@pytest.mark.parametrize("name", ["H.264 high, B-pyramid, open GOP 250", "H.265, B-frames, open GOP 60"])
def test_open_gops_lose_no_picture_where_one_segment_ends_and_the_next_begins(tmp_path: Path, name: str) -> None:
    (stream,) = recorded_streams(tmp_path, 12, only=name)

    found = dict(frames(segments(stream.ring)))

    assert len(segments(stream.ring)) > 1
    assert [one.at for one in stream.shown] == sorted(found)
    for one in stream.shown[::7]:
        assert one.difference(thumb_of(np.asarray(found[one.at].to_ndarray(format="bgr24"), np.uint8))) == 0


def test_clip_of_open_gops_is_not_called_playable_and_gets_a_copy(tmp_path: Path) -> None:
    # Chromium can begin with no key picture but an IDR picture: where it begins or seeks to another it breaks off.
    (stream,) = recorded_streams(tmp_path, 24, only="H.264 high, B-pyramid, open GOP 250")
    span = StreamTime(NOW + 12 * SECOND), StreamTime(NOW + 15 * SECOND)

    own = cut(stream.ring, *span, tmp_path / "own.mp4")
    copy = cut(stream.ring, *span, tmp_path / "copy.mp4", playable=True)

    assert own is not None
    assert copy is not None
    assert (own.codec, own.encoded, own.playable) == ("h264", False, False)
    assert (copy.start, copy.encoded, copy.playable) == (own.start, True, True)


def test_change_after_the_clip_or_before_its_first_picture_does_not_have_it_encoded_anew(tmp_path: Path) -> None:
    for number, size in enumerate([(320, 240), (640, 480), (320, 240)]):
        film = write_film(tmp_path / f"{number}.mkv", 5, size=size)
        record(film, tmp_path / "ring", StreamTime(NOW + 10 * number * SECOND))

    span = StreamTime(NOW + 9 * SECOND), StreamTime(NOW + 14_950_000)
    clip = cut(tmp_path / "ring", *span, tmp_path / "clip.mp4")

    assert clip is not None
    assert not clip.encoded
    assert clip.start == NOW + 10 * SECOND


def test_trimming_keeps_what_is_younger(tmp_path: Path) -> None:
    record(write_film(tmp_path / "film.mkv", 20), tmp_path / "ring")
    before = len(segments(tmp_path / "ring"))

    gone = Recorder(tmp_path / "ring").trim(StreamTime(NOW + 9 * SECOND))

    assert gone == 2
    assert len(segments(tmp_path / "ring")) == before - 2
    clip = cut(tmp_path / "ring", StreamTime(NOW + 9 * SECOND), StreamTime(NOW + 11 * SECOND), tmp_path / "clip.mp4")
    assert clip is not None
    assert clip.start <= NOW + 9 * SECOND
