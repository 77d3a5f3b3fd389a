"""Live sources other than RTSP: HTTP, pictures in a row, devices, films played as cameras."""

from itertools import pairwise
from pathlib import Path

import cv2
import pytest

from tests.fixtures.following import Follower, assert_in_time
from tests.fixtures.http_camera import HttpCamera
from tests.fixtures.media import numbered, read_numbers, write_film
from tests.fixtures.recording import NOW
from tests.fixtures.waiting import until
from vision.clip import cut
from vision.recorder import Recorder, segments
from vision.streamtime import SECOND, StreamTime

PASSWORD = "pa:ss w0rd!"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("film.mkv", {}),
        ("film.mkv", {"b_frames": 2}),
        ("film.mkv", {"codec": "libx265", "b_frames": 2}),
        ("film.avi", {"codec": "mjpeg", "gop": 1}),
    ],
    ids=["h264", "h264 with B-frames", "h265 with B-frames", "mjpeg"],
)
def test_http_pictures_arrive_in_order_and_in_time(tmp_path: Path, name: str, made: dict[str, object]) -> None:
    with HttpCamera(write_film(tmp_path / name, 8, **made), "op", PASSWORD) as http, Follower(http.address) as follower:
        shown = follower.see(30)

    assert_in_time(shown)
    numbers = [one.number for one in shown]
    assert numbers == sorted(set(numbers))
    # Ten pictures a second, whatever rate a row of JPEGs is taken for: from the fourth on the opening burst is over.
    spread = (shown[-1].at - shown[3].at) / SECOND
    assert spread == pytest.approx((numbers[-1] - numbers[3]) / 10, abs=0.3)


def test_http_camera_is_not_asked_through_the_proxy_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with HttpCamera(write_film(tmp_path / "film.mkv", 2)) as http, Follower(http.address) as follower:
        assert follower.see(1)


def test_http_wrong_password_is_a_refusal(tmp_path: Path) -> None:
    with HttpCamera(write_film(tmp_path / "film.mkv", 2), "op", PASSWORD) as http:
        with Follower(http.address.replace(PASSWORD, "hunter2")) as follower:
            trouble = follower.trouble()

    assert "http://op:***@127.0.0.1" in trouble
    assert "refused the user name and password" in trouble


def test_http_camera_that_hangs_up_is_followed_again_and_its_size_may_change(tmp_path: Path) -> None:
    small = write_film(tmp_path / "small.mkv", 4)
    large = write_film(tmp_path / "large.mkv", 4, size=(640, 480))
    with HttpCamera(small) as http, Follower(http.address, Recorder(tmp_path / "ring")) as follower:
        follower.see(5)
        http.film = large
        http.hang_up()
        until(lambda: follower.camera.connects == 2, "it is opened again")
        follower.see(5)
        summary = follower.camera.summary

    assert summary is not None
    assert summary.size == (640, 480)
    clip = cut(tmp_path / "ring", NOW, follower.shown[-1].at, tmp_path / "clip.mp4")
    assert clip is not None
    assert clip.encoded
    assert read_numbers(clip.file)


def test_size_that_changes_within_a_connection_begins_a_segment_of_its_own(tmp_path: Path) -> None:
    small = write_film(tmp_path / "small.ts", 2)
    large = write_film(tmp_path / "large.ts", 15, size=(640, 480))
    with HttpCamera(small) as http, Follower(http.address, Recorder(tmp_path / "ring", segment_s=60)) as follower:
        follower.see(2)
        http.film = large
        until(lambda: follower.see(1) and len(segments(tmp_path / "ring")) == 2, "the second segment")
        follower.see(10)
        assert follower.camera.connects == 1

    clip = cut(tmp_path / "ring", NOW, follower.shown[-1].at, tmp_path / "clip.mp4")
    assert clip is not None
    assert clip.encoded
    assert len(read_numbers(clip.file)) >= 25


def test_camera_that_falls_silent_with_the_line_open_is_seen_and_comes_back(tmp_path: Path) -> None:
    with HttpCamera(write_film(tmp_path / "film.mkv", 10)) as http, Follower(http.address) as follower:
        follower.see(3)
        http.silence.set()
        trouble = follower.trouble()
        http.silence.clear()
        follower.see(3)

    assert "no answer within the time limit" in trouble
    assert follower.camera.trouble is None


def test_device_that_is_missing_is_trouble_and_is_asked_for_again() -> None:
    with Follower("/dev/video77") as follower:
        assert "/dev/video77" in follower.trouble()
        assert follower.camera.connects == 0


def test_film_as_a_camera_plays_in_real_time_over_and_over(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", 2, b_frames=2)
    with Follower(str(film)) as follower:
        until(lambda: follower.see(1) and follower.camera.connects == 3, "the film's third beginning")
        shown = follower.shown

    assert_in_time(shown)
    # Within one round pictures lie apart as in the film, to the microsecond, whatever this machine was doing.
    steps = [
        (after.number - one.number, after.at - one.at) for one, after in pairwise(shown) if after.number > one.number
    ]
    assert {apart - step * SECOND // 10 for step, apart in steps} == {0}


def test_film_of_one_picture_is_not_opened_without_a_pause(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    cv2.imwrite(str(picture), numbered(1))
    with Follower(str(picture)) as follower:
        shown = [one.at for one in follower.see(4)]

    assert min(after - before for before, after in pairwise(shown)) >= 0.4 * SECOND


def test_file_that_is_no_film_is_trouble_that_ends_when_the_film_is_there(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    film.write_text("not yet", encoding="utf-8")
    with Follower(str(film)) as follower:
        assert "not a video" in follower.trouble()
        write_film(tmp_path / "made.mkv", 2).replace(film)
        follower.see(3)

    assert follower.camera.trouble is None


class BrokenRecorder(Recorder):
    """Fails once in a way that nobody foresaw."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.failed = False

    def write(self, packet, frames, at: StreamTime, source) -> None:  # type: ignore[no-untyped-def]
        if not self.failed:
            self.failed = True
            raise LookupError("surprise from rtsp://op:secret@camera/")
        super().write(packet, frames, at, source)


def test_surprise_in_one_camera_is_told_and_the_camera_is_followed_on(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", 5)
    with Follower(str(film), BrokenRecorder(tmp_path / "ring")) as follower:
        trouble = follower.trouble()
        follower.see(3)

    assert "cannot be followed (LookupError: surprise from rtsp://op:***@camera/)" in trouble
    assert follower.camera.trouble is None
