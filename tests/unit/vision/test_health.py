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
    pictures: Iterable[Pixels], codec: str = "libx264", preset: str = "veryfast", crf: int = 23, gop: int = 250
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
    scene: Scene, trouble: Iterable[Pixels], sigma: float, before_s: int = 6, lasts_s: int = 4
) -> Iterator[Pixels]:
    """The office, then ``trouble``, then the office again for 5 s."""
    for number in range(before_s * FPS):
        yield scene.seen(scene.with_person(number), sigma)
    yield from itertools.islice(trouble, lasts_s * FPS)
    for _ in range(5 * FPS):
        yield scene.seen(sigma=sigma)


@pytest.mark.parametrize(
    ("cover", "sigma", "crf"),
    [*((cover, 2, 23) for cover in COVERS), ("lit cloth", 5, 30), ("smooth cloth", 5, 14), ("dull cloth", 4, 18)],
)
def test_covered_lens_is_named_at_once_and_gone_with_the_cover(cover: str, sigma: float, crf: int) -> None:
    scene = Scene()
    looks = judged(
        in_turn(scene, (scene.seen(covered(scene, cover, n), sigma) for n in itertools.count()), sigma), crf=crf
    )

    assert between(looks, 0, 6) == {None}
    assert between(looks, 6.4, 10) == {"covered"}
    assert between(looks, 11, 15) == {None}


@pytest.mark.parametrize(("level", "sigma"), [(0, 0), (3, 2), (14, 9)], ids=["no signal", "black", "capped and noisy"])
def test_black_picture_is_named_at_once_and_gone_with_the_light(level: int, sigma: float) -> None:
    scene = Scene()
    black = np.full_like(scene.light, level)
    looks = judged(in_turn(scene, (scene.seen(black, sigma) for _ in itertools.count()), 2))

    assert between(looks, 0, 6) == {None}
    assert between(looks, 6.4, 10) == {"black"}
    assert between(looks, 11, 15) == {None}


@pytest.mark.parametrize("share", [1 / 150, 1 / 50])
def test_lens_out_of_focus_is_named_and_is_not_taken_for_usual(share: float) -> None:
    scene = Scene()
    soft = defocused(scene.light, share)
    looks = judged(in_turn(scene, (scene.seen(soft) for _ in itertools.count()), 2, lasts_s=8))

    assert between(looks, 0, 6) == {None}
    assert between(looks, 6.4, 14) == {"blurred"}
    assert between(looks, 15, 19) == {None}


def test_camera_that_is_covered_from_the_start_is_named_too() -> None:
    scene = Scene()
    looks = judged(scene.seen(covered(scene, "dark cloth", number)) for number in range(5 * FPS))

    assert between(looks, 0, 5) == {"covered"}


@pytest.mark.parametrize(
    ("codec", "preset", "crf", "gop", "sigma"),
    [
        ("libx264", "medium", 23, 25 * FPS, 3),
        ("libx264", "medium", 28, 4 * FPS, 3),
        ("libx264", "ultrafast", 23, 4 * FPS, 2),
        ("libx265", "ultrafast", 18, FPS, 3),
        ("mjpeg", "", 0, 1, 2),
    ],
)
def test_frozen_picture_is_named_within_five_seconds_and_gone_by_itself(
    codec: str, preset: str, crf: int, gop: int, sigma: float
) -> None:
    scene = Scene()
    stuck = itertools.repeat(scene.seen(scene.with_person(8 * FPS), sigma))
    looks = judged(in_turn(scene, stuck, sigma, 8, lasts_s=10), codec, preset, crf, gop)

    assert between(looks, 0, 8) == {None}
    assert between(looks, 13, 18) == {"frozen"}
    assert between(looks, 18.4, 21) == {None}


@pytest.mark.slow
@pytest.mark.parametrize(("crf", "gop", "sigma"), [(35, FPS, 3), (25, 4 * FPS, 0.8)])
def test_frozen_picture_is_named_within_a_minute_where_the_encoder_leaves_no_noise(
    crf: int, gop: int, sigma: float
) -> None:
    scene = Scene()
    stuck = itertools.repeat(scene.seen())
    looks = judged(in_turn(scene, stuck, sigma, 8, lasts_s=62), "libx265", "ultrafast", crf, gop)

    assert between(looks, 0, 8) == {None}
    assert between(looks, 68, 70) == {"frozen"}


@pytest.mark.parametrize(
    ("codec", "preset", "gop", "crf", "sigma"),
    [
        ("libx264", "medium", 25 * FPS, 25, 0.8),
        ("libx264", "ultrafast", 4 * FPS, 25, 0.8),
        ("libx264", "ultrafast", 4 * FPS, 33, 3),
        ("libx265", "ultrafast", 25 * FPS, 33, 0.8),
    ],
)
def test_still_scene_is_never_doubted_however_little_noise_the_encoder_leaves(
    codec: str, preset: str, gop: int, crf: int, sigma: float
) -> None:
    scene = Scene()
    looks = judged((scene.seen(sigma=sigma) for _ in range(27 * FPS)), codec, preset, crf, gop)

    assert between(looks, 0, 27) == {None}


@pytest.mark.parametrize(
    ("codec", "gop", "crf", "sigma"),
    [("libx264", 5 * FPS, 23, 0.8), ("libx264", 25 * FPS, 33, 0.8), ("libx265", 5 * FPS, 28, 2)],
)
def test_scene_that_falls_still_when_somebody_leaves_is_not_frozen(
    codec: str, gop: int, crf: int, sigma: float
) -> None:
    scene = Scene()
    moving = (scene.seen(scene.with_person(number), sigma) for number in range(12 * FPS))
    still = (scene.seen(sigma=sigma) for _ in range(12 * FPS))
    looks = judged(itertools.chain(moving, still), codec, "ultrafast", crf, gop)

    assert between(looks, 0, 24) == {None}


@pytest.mark.parametrize("light", ["night", "flicker", "lights off", "lights on", "dusk"])
def test_light_and_its_changes_are_no_fault_of_the_picture(light: str) -> None:
    scene = Scene()
    shade = {
        "night": lambda _: 0.15,
        "flicker": lambda number: 1 + 0.12 * np.sin(number * 2.1),
        "lights off": lambda number: 1.0 if number < 80 else 0.2,
        "lights on": lambda number: 0.2 if number < 80 else 1.0,
        "dusk": lambda number: max(0.15, 1 - number / 120),
    }[light]
    looks = judged((scene.seen(scene.light * shade(n) + 5, 3) for n in range(12 * FPS)), crf=26, gop=50)

    assert between(looks, 0, 12) == {None}


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


def test_frozen_picture_is_named_though_flickering_lamps_left_few_looks_to_compare() -> None:
    scene = Scene()
    flickering = (scene.seen(scene.light + 3 * np.sin(number * 2.1), 3) for number in range(20 * FPS))
    stuck = itertools.repeat(scene.seen(sigma=3), 20 * FPS)
    looks = judged(itertools.chain(flickering, stuck), gop=2 * FPS)

    assert between(looks, 0, 20) == {None}
    assert between(looks, 25, 40) == {"frozen"}
