"""A real RTSP camera: pictures in time, passwords that nobody gets to see, power that fails and comes back."""

import json
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import av
import pytest

from service.settings import Settings
from tests.fixtures.command import zaigang
from tests.fixtures.following import Follower, assert_in_time
from tests.fixtures.media import read_numbers, write_film
from tests.fixtures.rtsp_server import RtspServer, missing_packages
from tests.fixtures.scene import Scene, forever
from tests.fixtures.streams import Take, write_take, x264
from tests.fixtures.toy_network import write_networks
from tests.fixtures.waiting import until
from tests.fixtures.working import WorkerProcess
from vision.address import address
from vision.clip import cut
from vision.errors import SourceRefused
from vision.recorder import Recorder, segments
from vision.source import open_stream
from vision.streamtime import SECOND

pytestmark = pytest.mark.skipif(missing_packages() is not None, reason=f"needs {missing_packages()}")
PASSWORD = "pa:ss w0rd!"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mkv", 60)


@pytest.fixture
def rtsp(film: Path, request: pytest.FixtureRequest) -> Iterator[RtspServer]:
    with RtspServer(film, **getattr(request, "param", {})) as server:
        yield server


@pytest.mark.parametrize(
    "rtsp",
    [
        {},
        {"user": "op", "password": PASSWORD, "scheme": "digest"},
        {"user": "op", "password": PASSWORD, "scheme": "basic"},
    ],
    indirect=True,
    ids=["open", "digest", "basic"],
)
def test_rtsp_pictures_arrive_in_order_and_in_time(rtsp: RtspServer) -> None:
    with Follower(rtsp.address) as follower:
        shown = follower.see(12)

    assert_in_time(shown)
    numbers = [one.number for one in shown]
    assert numbers == sorted(set(numbers))
    assert follower.camera.trouble is None
    assert follower.camera.summary is not None
    assert follower.camera.summary.size == (320, 240)


@pytest.mark.parametrize("rtsp", [{"user": "op", "password": PASSWORD}], indirect=True)
@pytest.mark.parametrize(("user", "password"), [("op", "hunter2"), ("", "")], ids=["wrong", "none"])
def test_wrong_password_is_a_refusal_that_never_shows_it(rtsp: RtspServer, user: str, password: str) -> None:
    source = rtsp.address_for(user, password)
    with Follower(source) as follower:
        trouble = follower.trouble()
    with pytest.raises(SourceRefused) as refused:
        open_stream(address(source))

    assert "the camera refused the user name and password given" in trouble
    for text in (trouble, str(refused.value), "".join(traceback.format_exception(refused.value))):
        assert "hunter2" not in text
        assert "op:***@127.0.0.1" in text or not user


def test_rtsp_camera_that_loses_its_power_is_seen_and_comes_back_by_itself(rtsp: RtspServer) -> None:
    with Follower(rtsp.address) as follower:
        follower.see(3)
        rtsp.stop()
        trouble = follower.trouble()
        rtsp.start()
        again = follower.see(5)

    assert "127.0.0.1" in trouble
    assert_in_time(again)
    assert follower.camera.trouble is None
    assert follower.camera.connects == 2


def test_rtsp_camera_that_falls_silent_with_the_line_open_is_seen(rtsp: RtspServer) -> None:
    with Follower(rtsp.address) as follower:
        follower.see(3)
        rtsp.fall_silent()
        trouble = follower.trouble()
        rtsp.stop()

    assert "no answer within the time limit" in trouble


def test_rtsp_stream_is_recorded_so_that_every_segment_plays(rtsp: RtspServer, tmp_path: Path) -> None:
    # GStreamer sends the stream's parameters in the session's description alone, as many cameras do.
    with Follower(rtsp.address, Recorder(tmp_path / "ring", segment_s=1)) as follower:
        until(lambda: follower.see(1) and len(segments(tmp_path / "ring")) > 3, "four segments")

    parts = segments(tmp_path / "ring")
    clip = cut(tmp_path / "ring", parts[1].start, parts[3].start, tmp_path / "clip.mp4")
    assert clip is not None
    numbers = [number for _, number in read_numbers(clip.file)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 20


def test_rtsp_stream_of_open_gops_is_recorded_so_that_every_segment_plays(tmp_path: Path) -> None:
    take = Take([number / 10 for number in range(200)], options=x264(15, 2, ":open-gop=1"))
    film = write_take(tmp_path / "film.mkv", take)
    with RtspServer(film) as rtsp, Follower(rtsp.address, Recorder(tmp_path / "ring", segment_s=1)) as follower:
        until(lambda: follower.see(1) and len(segments(tmp_path / "ring")) > 3, "four segments")
        clock = until(lambda: clock if (clock := follower.camera.clock) and clock.camera_offset else None, "its clock")

    for segment in segments(tmp_path / "ring")[:-1]:
        with av.open(str(segment.file)) as container:
            assert list(container.decode(video=0)), f"{segment.file.name} shows nothing"
    # The camera runs on this machine: by its sender reports its clock is ours.
    assert abs(clock.camera_offset or SECOND) < SECOND
    assert clock.jumps == 0


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures that can be judged, which the numbered ones cannot: they look like a cover."""
    return write_film(
        tmp_path_factory.mktemp("office") / "film.mkv", 60, size=(480, 270), pictures=forever(Scene(), 2.0)
    )


def configured(folder: Path, source: str) -> Settings:
    """A site of one camera, judged by painted networks."""
    return Settings(
        data=folder,
        models=write_networks(folder / "models"),  # type: ignore[arg-type]
        duty={"always": True},  # type: ignore[arg-type]
        cameras=[{"id": "cam1", "source": source, "windows": [{"id": "w1", "zones": {"staff": [20, 20, 300, 220]}}]}],  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("rtsp", [{"user": "op", "password": PASSWORD}], indirect=True)
def test_check_opens_a_camera_with_its_password_and_shows_none(rtsp: RtspServer, tmp_path: Path) -> None:
    config = tmp_path / "zaigang.json"
    config.write_text(configured(tmp_path, rtsp.address).model_dump_json(), encoding="utf-8")

    done = zaigang("check", "--config", config, "--json")

    (camera,) = json.loads(done.stdout)["cameras"]
    assert (camera["size"], camera["codec"], camera["fault"]) == ([320, 240], "h264", None)
    assert camera["source"].startswith("rtsp://op:***@127.0.0.1:")
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize("password", ["hunter2!", quote("hunter2!@/:", safe="")], ids=["plain", "percent-encoded"])
@pytest.mark.parametrize("rtsp", [{"user": "op", "password": PASSWORD}], indirect=True)
def test_wrong_password_is_one_sentence_and_exit_code_2(rtsp: RtspServer, tmp_path: Path, password: str) -> None:
    source = rtsp.address_for("op", password)
    config = tmp_path / "zaigang.json"
    config.write_text(configured(tmp_path, source).model_dump_json(), encoding="utf-8")

    checked = zaigang("check", "--config", config, code=2)
    told = zaigang("check", "--config", config, "--json", code=2)
    replayed = zaigang("replay", source, code=2)

    (camera,) = json.loads(told.stdout)["cameras"]
    assert camera["fault"] == (
        f'source "rtsp://op:***@127.0.0.1:{rtsp.port}/camera": the camera refused the user name and password given'
    )
    assert replayed.stderr.count("\n") == 1
    assert "a live source cannot be replayed" in replayed.stderr
    for done in (checked, told, replayed):
        assert "hunter2" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_worker_says_no_stream_within_five_seconds_and_goes_on_by_itself(office: Path, tmp_path: Path) -> None:
    with (
        RtspServer(office, "op", PASSWORD) as rtsp,
        WorkerProcess(configured(tmp_path, rtsp.address), tmp_path / "data") as worker,
    ):
        worker.until_camera("cam1", None)
        rtsp.stop()
        lost = worker.until_camera("cam1", "no_stream", limit_s=5)
        rtsp.start()
        worker.until_camera("cam1", None)
        before = len(segments(tmp_path / "data" / "ring" / "cam1"))
        until(lambda: len(segments(tmp_path / "data" / "ring" / "cam1")) > before, "a segment after the outage")

    assert "rtsp://op:***@127.0.0.1" in lost["trouble"]
    assert PASSWORD not in worker.said
    assert PASSWORD not in json.dumps(lost)
    recorded = segments(tmp_path / "data" / "ring" / "cam1")
    for segment in recorded[:-1]:
        with av.open(str(segment.file)) as container:
            assert list(container.decode(video=0)), f"{segment.file.name} shows nothing"
    clip = cut(recorded[0].file.parent, recorded[0].start, recorded[-1].start, tmp_path / "clip.mp4")
    assert clip is not None
    assert len(clip.gaps) == 1
