"""The demo's live cameras: time stamps that only rise, outages that really cut, several clients, a clean end."""

import http.client
import shutil
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import av
import pytest

from service.demo import Broadcast, Reel, hall, render
from service.demo.cast import Figure
from tests.integration.demo.conftest import SHORT, staged
from vision.errors import StorageFull

PACE = 20
"""How much faster than life the cameras play here."""

CAMERA = "camera-1"
UNBROKEN = "unbroken"


@pytest.fixture(scope="module")
def unbroken(reels: Mapping[str, Reel]) -> Mapping[str, Reel]:
    """The same loop, served through its gap without an outage."""
    (reel,) = reels.values()
    return {UNBROKEN: Reel(reel.path, reel.duration)}


def stamps(url: str, count: int) -> list[float]:
    """Time stamps in seconds of the first ``count`` packets, fewer if the server hangs up."""
    times: list[float] = []
    with av.open(url, timeout=20) as container:
        # A stream without an announced length that ends is an I/O error to FFmpeg, as a cut camera should be.
        with suppress(av.OSError):
            for packet in container.demux(video=0):
                if packet.pts is not None and packet.time_base is not None:
                    times.append(float(packet.pts * packet.time_base))
                if len(times) == count:
                    break
    return times


def answer(url: str) -> tuple[int, str | None]:
    """Status and Retry-After of one request, without reading the stream."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    try:
        connection.request("GET", place.path)
        response = connection.getresponse()
        return response.status, response.getheader("Retry-After")
    finally:
        connection.close()


def test_time_stamps_rise_through_the_seam_of_the_loop(unbroken: Mapping[str, Reel]) -> None:
    with Broadcast(unbroken, pace=PACE) as broadcast:
        times = stamps(broadcast.url(UNBROKEN), 60)
    assert len(times) == 60
    assert all(later > earlier for earlier, later in pairwise(times))
    assert times[18] - times[0] == pytest.approx(4, abs=0.01)
    assert times[54] - times[0] == pytest.approx(12, abs=0.01)


def test_a_client_gets_a_stream_that_decodes_from_its_first_picture(unbroken: Mapping[str, Reel]) -> None:
    with Broadcast(unbroken, pace=PACE) as broadcast, av.open(broadcast.url(UNBROKEN), timeout=20) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height, frame.key_frame) == (960, 540, True)


def test_every_client_sees_the_same_time_stamps(unbroken: Mapping[str, Reel]) -> None:
    with Broadcast(unbroken, pace=PACE) as broadcast, ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: stamps(broadcast.url(UNBROKEN), 80), range(3)))
    ticks = [{round(time * 90_000) for time in run} for run in runs]
    first, last = max(min(run) for run in ticks), min(max(run) for run in ticks)
    shared = [{tick for tick in run if first <= tick <= last} for run in ticks]
    assert len(shared[0]) > 20
    assert shared[0] == shared[1] == shared[2]


def test_an_outage_cuts_the_connection(reels: Mapping[str, Reel]) -> None:
    with Broadcast(reels, pace=PACE) as broadcast:
        times = stamps(broadcast.url(CAMERA), 1000)
    assert len(times) == 15
    assert times[-1] - times[0] == pytest.approx(14 / 6, abs=0.01)


def test_nobody_is_served_while_the_camera_is_lost(reels: Mapping[str, Reel]) -> None:
    (reel,) = reels.values()
    with Broadcast({CAMERA: Reel(reel.path, reel.duration, ((0.0, 3.9),))}, pace=0.1) as broadcast:
        broadcast.begin()
        status, retry_after = answer(broadcast.url(CAMERA))
    assert status == 503
    assert retry_after == "4"


def test_the_camera_comes_back_after_the_outage(reels: Mapping[str, Reel]) -> None:
    with Broadcast(reels, pace=PACE) as broadcast:
        before = stamps(broadcast.url(CAMERA), 1000)
        while answer(broadcast.url(CAMERA))[0] == 503:
            pass
        after = stamps(broadcast.url(CAMERA), 3)
    assert after[0] - before[0] >= 3.4


def test_the_script_begins_with_the_first_client(reels: Mapping[str, Reel]) -> None:
    with Broadcast(reels, pace=PACE) as broadcast:
        assert broadcast.position is None
        stamps(broadcast.url(CAMERA), 1)
        assert broadcast.position is not None


def test_only_the_overture_is_played_until_the_script_is_begun(unbroken: Mapping[str, Reel]) -> None:
    shown: list[bytes] = []
    with (
        Broadcast(unbroken, pace=6, overture=1.0) as broadcast,
        av.open(broadcast.url(UNBROKEN), timeout=20) as container,
    ):
        for packet in container.demux(video=0):
            shown.append(bytes(packet))
            if shown.count(shown[0]) == 3 and broadcast.position is not None:
                break
        overture = set(shown)
        broadcast.begin()
        coming = zip(container.demux(video=0), range(300), strict=False)
        goes_on = any(bytes(packet) not in overture for packet, _ in coming)

    assert len(overture) < len(shown) / 2  # the same pictures came again
    assert goes_on


def test_starting_over_goes_back_to_the_first_picture_with_rising_time_stamps(unbroken: Mapping[str, Reel]) -> None:
    times: list[float] = []
    opening = b""
    with Broadcast(unbroken, pace=6) as broadcast, av.open(broadcast.url(UNBROKEN), timeout=20) as container:
        for packet in container.demux(video=0):
            assert packet.pts is not None
            assert packet.time_base is not None
            times.append(float(packet.pts * packet.time_base))
            opening = opening or bytes(packet)
            if len(times) == 3:
                broadcast.begin()
            since = times[-1] - times[0]
            # The loop's own return to its first picture would be at a whole number of its four seconds.
            if since > 0 and bytes(packet) == opening and 0.01 < since % 4 < 3.99:
                break
            assert since < 12, "the first picture never came again"
    assert times == sorted(times)


def test_an_unknown_camera_is_not_found(unbroken: Mapping[str, Reel]) -> None:
    with Broadcast(unbroken) as broadcast:
        base = broadcast.url(UNBROKEN)
        assert answer(base.replace(UNBROKEN, "other"))[0] == 404
        assert base.startswith("http://127.0.0.1:")


def test_closing_ends_every_connection_and_thread(unbroken: Mapping[str, Reel]) -> None:
    before = set(threading.enumerate())
    broadcast = Broadcast(unbroken)
    with broadcast:
        url = broadcast.url(UNBROKEN)
        place = urlsplit(url)
        idle = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        idle.request("GET", place.path)
        assert idle.getresponse().status == 200
    idle.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        answer(url)


@pytest.fixture
def folder(tmp_path: Path, cast_folder: Path, cast: dict[str, Figure]) -> Path:
    """A demo folder with the cut-outs, and nothing rendered."""
    (kept,) = cast_folder.glob("cast-*.npz")
    shutil.copy(kept, tmp_path)
    return tmp_path


def test_a_hall_is_rendered_once_and_tells_cameras_and_windows(folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    script = staged(duration=1)
    with hall(folder, script=script, progress=lambda *step: steps.append(step)) as on_air:
        assert [(camera.id, camera.name) for camera in on_air.cameras] == [(CAMERA, "门口")]
        assert [(w.id, w.name, w.camera) for w in on_air.windows] == [("w7", "7号", CAMERA)]
        assert set(on_air.windows[0].zones) == {"staff", "seat", "customer"}
        assert answer(on_air.cameras[0].url)[0] == 200
    assert steps == sorted(steps)
    assert steps[-1] == (6, 6)
    steps.clear()
    with hall(folder, script=script, progress=lambda *step: steps.append(step)):
        pass
    assert steps == []


def test_reels_of_an_older_script_are_deleted(folder: Path) -> None:
    old = folder / "camera-1-0123456789abcdef.ts"
    old.write_bytes(b"")
    with hall(folder, script=SHORT):
        assert [path.name for path in folder.glob("camera-*")] != [old.name]
    assert not old.exists()


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "demo-hall"
    taken.write_bytes(b"")
    with pytest.raises(StorageFull, match=r"the demo's films cannot be written to .*demo-hall: File exists"):
        render(taken, SHORT)
