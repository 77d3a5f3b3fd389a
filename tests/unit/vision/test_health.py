"""Health on encoded video: what hides the scene is named within seconds, and good video is never doubted."""

import io
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from tests.fixtures.scene import COVERS, SIZE, Scene, covered, defocused
from vision.address import address
from vision.film import Film
from vision.health import HealthCheck
from vision.observation import Reason
from vision.streamtime import SECOND, StreamTime

FPS = 10
Pixels = npt.NDArray[np.uint8]


def judged(
    pictures: Iterable[Pixels], codec: str = "libx264", preset: str = "medium", crf: int = 23, gop: int = 250
) -> list[tuple[float, Reason | None]]:
    """(seconds, judgement) at five looks a second, after the pictures went through an encoder and back."""
    film = io.BytesIO()
    options = {"preset": preset, "crf": str(crf), "g": str(gop)}
    if codec == "libx265":
        options["x265-params"] = f"keyint={gop}:log-level=none"
    with av.open(film, "w", format="matroska") as output:
        stream = output.add_stream(codec, rate=FPS, options=options if codec != "mjpeg" else {})
        stream.width, stream.height = SIZE[0], SIZE[1] // 2 * 2
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for picture in pictures:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture[: stream.height], format="bgr24")))
        output.mux(stream.encode(None))
    film.seek(0)
    health = HealthCheck()
    with av.open(film) as container:
        frames = itertools.islice(container.decode(video=0), 0, None, 2)
        return [
            (index / 5, health.judge(StreamTime(index * SECOND // 5), frame.to_ndarray(format="bgr24")))
            for index, frame in enumerate(frames)
        ]


def between(looks: list[tuple[float, Reason | None]], start: float, end: float) -> set[Reason | None]:
    return {reason for at, reason in looks if start <= at < end}


def in_turn(
    scene: Scene, trouble: Iterable[Pixels], sigma: float, before_s: int = 8, lasts_s: int = 6
) -> Iterator[Pixels]:
    """The office, then ``trouble``, then the office again for 5 s."""
    for number in range(before_s * FPS):
        yield scene.seen(scene.with_person(number), sigma)
    yield from itertools.islice(trouble, lasts_s * FPS)
    for _ in range(5 * FPS):
        yield scene.seen(sigma=sigma)


@pytest.mark.parametrize(("sigma", "crf"), [(2, 23), (5, 30)])
@pytest.mark.parametrize("cover", COVERS)
def test_covered_lens_is_named_at_once_and_gone_with_the_cover(cover: str, sigma: float, crf: int) -> None:
    scene = Scene()
    looks = judged(
        in_turn(scene, (scene.seen(covered(scene, cover, n), sigma) for n in itertools.count()), sigma), crf=crf
    )

    assert between(looks, 0, 8) == {None}
    assert between(looks, 8.4, 14) == {"covered"}
    assert between(looks, 15, 19) == {None}


@pytest.mark.parametrize(("level", "sigma"), [(0, 0), (3, 2), (14, 9)], ids=["no signal", "black", "capped and noisy"])
def test_black_picture_is_named_at_once_and_gone_with_the_light(level: int, sigma: float) -> None:
    scene = Scene()
    black = np.full_like(scene.light, level)
    looks = judged(in_turn(scene, (scene.seen(black, sigma) for _ in itertools.count()), 2))

    assert between(looks, 0, 8) == {None}
    assert between(looks, 8.4, 14) == {"black"}
    assert between(looks, 15, 19) == {None}


@pytest.mark.parametrize("share", [1 / 150, 1 / 100, 1 / 50])
def test_lens_out_of_focus_is_named_and_is_not_taken_for_usual(share: float) -> None:
    scene = Scene()
    soft = defocused(scene.light, share)
    looks = judged(in_turn(scene, (scene.seen(soft) for _ in itertools.count()), 2, lasts_s=12))

    assert between(looks, 0, 8) == {None}
    assert between(looks, 8.4, 20) == {"blurred"}
    assert between(looks, 21, 25) == {None}


def test_camera_that_is_covered_from_the_start_is_named_too() -> None:
    scene = Scene()
    looks = judged(scene.seen(covered(scene, "dark cloth", number)) for number in range(5 * FPS))

    assert between(looks, 0, 5) == {"covered"}


@pytest.mark.parametrize(
    ("codec", "preset", "crf", "gop", "sigma"),
    [
        ("libx264", "medium", 18, 250, 2),
        ("libx264", "medium", 23, 250, 3),
        ("libx264", "medium", 23, FPS, 0.8),
        ("libx264", "medium", 28, 4 * FPS, 3),
        ("libx264", "medium", 35, FPS, 3),
        ("libx264", "ultrafast", 23, 250, 2),
        ("libx265", "ultrafast", 18, 250, 3),
        ("libx265", "ultrafast", 35, FPS, 3),
        ("mjpeg", "", 0, 1, 2),
    ],
)
def test_frozen_picture_is_named_within_five_seconds_and_gone_by_itself(
    codec: str, preset: str, crf: int, gop: int, sigma: float
) -> None:
    scene = Scene()
    before = 12 if gop < 100 else 8
    stuck = itertools.repeat(scene.seen(scene.with_person(before * FPS), sigma))
    looks = judged(in_turn(scene, stuck, sigma, before, lasts_s=10), codec, preset, crf, gop)

    assert between(looks, 0, before) == {None}
    first = next(at for at, reason in looks if reason == "frozen")
    assert before < first <= before + 5
    assert between(looks, first, first + 2) == {"frozen"}
    assert between(looks, before + 11, before + 15) == {None}


def test_encoder_that_takes_long_to_settle_delays_frozen_by_no_more_than_that() -> None:
    # x264's fastest preset changes its quantiser for five seconds after the picture froze: every key picture is new.
    scene = Scene()
    stuck = itertools.repeat(scene.seen())
    looks = judged(in_turn(scene, stuck, 2, 8, lasts_s=14), "libx264", "ultrafast", 23, FPS)

    assert between(looks, 0, 8) == {None}
    assert between(looks, 17, 22) == {"frozen"}
    assert between(looks, 23, 27) == {None}


@pytest.mark.parametrize("sigma", [0.8, 3])
@pytest.mark.parametrize("crf", [18, 25, 33])
@pytest.mark.parametrize(
    ("codec", "preset", "gop"),
    [
        ("libx264", "medium", 250),
        ("libx264", "ultrafast", 4 * FPS),
        ("libx265", "ultrafast", 250),
    ],
)
def test_still_scene_is_never_doubted_however_little_noise_the_encoder_leaves(
    codec: str, preset: str, gop: int, crf: int, sigma: float
) -> None:
    scene = Scene()
    looks = judged((scene.seen(sigma=sigma) for _ in range(36 * FPS)), codec, preset, crf, gop)

    assert between(looks, 0, 36) == {None}


@pytest.mark.parametrize(("crf", "sigma"), [(23, 0.8), (28, 2), (33, 0.8)])
@pytest.mark.parametrize(("codec", "gop"), [("libx264", 50), ("libx264", 250), ("libx265", 50)])
def test_scene_that_falls_still_when_somebody_leaves_is_not_frozen(
    codec: str, gop: int, crf: int, sigma: float
) -> None:
    scene = Scene()
    moving = (scene.seen(scene.with_person(number), sigma) for number in range(20 * FPS))
    still = (scene.seen(sigma=sigma) for _ in range(14 * FPS))
    looks = judged(itertools.chain(moving, still), codec, "ultrafast", crf, gop)

    assert between(looks, 0, 34) == {None}


@pytest.mark.parametrize("sigma", [2, 5])
@pytest.mark.parametrize("light", ["night", "flicker", "lights off", "lights on", "dusk"])
def test_light_and_its_changes_are_no_fault_of_the_picture(light: str, sigma: float) -> None:
    scene = Scene()
    shade = {
        "night": lambda _: 0.15,
        "flicker": lambda number: 1 + 0.12 * np.sin(number * 2.1),
        "lights off": lambda number: 1.0 if number < 80 else 0.2,
        "lights on": lambda number: 0.2 if number < 80 else 1.0,
        "dusk": lambda number: max(0.15, 1 - number / 120),
    }[light]
    looks = judged((scene.seen(scene.light * shade(n) + 5, sigma) for n in range(16 * FPS)), crf=26, gop=50)

    assert between(looks, 0, 16) == {None}


@pytest.mark.shared
@pytest.mark.parametrize(
    "film",
    [
        "chair-sit-stand-leave",
        "office-badge-hands",
        "office-cctv-desks",
        "one-by-one-person-detection",
        "phone-at-table",
    ],
)
def test_real_film_is_never_doubted(shared: Path, film: str) -> None:
    health = HealthCheck()
    with Film(address(str(shared / "footage" / f"{film}.mp4")), StreamTime(0)) as pictures:
        found = [health.judge(picture.at, picture.pixels) for picture in pictures.pictures(rate=5)]

    assert set(found) == {None}
