"""The pictures of a staged camera: alive unless frozen, empty when the post is, and what each trouble looks like."""

import numpy as np
import pytest

from service.demo import Happening
from service.demo.cast import Figure
from service.demo.paint import Picture
from service.demo.room import HEIGHT, WIDTH, zones
from service.demo.stage import Stage
from tests.integration.demo.conftest import TROUBLED, staged

FPS = TROUBLED.fps


def shown(stage: Stage, second: float) -> Picture:
    picture = stage.picture(round(second * FPS))
    assert picture is not None
    return picture


def strangeness(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def post(stage: Stage, picture: Picture) -> Picture:
    (x1, y1), _, (x2, y2), _ = zones(stage.room.look)["staff"]
    return picture[y1 : y2 - 6, x1:x2]


def test_a_picture_depends_on_its_number_only(cast: dict[str, Figure], troubled: Stage) -> None:
    again = Stage(TROUBLED, TROUBLED.cameras[0], cast)
    assert np.array_equal(shown(troubled, 0.5), shown(again, 0.5))
    assert shown(troubled, 0.5).shape == (HEIGHT, WIDTH, 3)


def test_no_two_live_pictures_are_alike(troubled: Stage) -> None:
    assert strangeness(shown(troubled, 0), shown(troubled, 1 / FPS)) > 1.5


def test_a_frozen_camera_repeats_one_picture_exactly(troubled: Stage) -> None:
    frozen = [shown(troubled, second) for second in np.arange(6.5, 8.5, 1 / FPS)]
    assert len(frozen) == 2 * FPS
    assert all(np.array_equal(picture, frozen[0]) for picture in frozen)
    assert not np.array_equal(shown(troubled, 8.5), frozen[0])


def test_a_lost_stream_has_no_pictures(troubled: Stage) -> None:
    numbers = [number for number in range(troubled.frames) if troubled.picture(number) is None]
    assert numbers == list(range(9 * FPS, round(10.5 * FPS)))


def test_a_black_picture_is_black_but_not_quite_still(troubled: Stage) -> None:
    assert np.percentile(shown(troubled, 5), 99) < 20
    assert strangeness(shown(troubled, 5), shown(troubled, 5 + 1 / FPS)) > 0.3


def test_a_covered_lens_shows_a_dark_blur(troubled: Stage) -> None:
    blur = shown(troubled, 2.5)
    assert 15 < blur.mean() < 80
    rough = blur[: HEIGHT // 20 * 20, : WIDTH // 20 * 20].reshape(HEIGHT // 20, 20, WIDTH // 20, 20, 3)
    means = rough.mean(axis=(1, 3))
    assert np.abs(np.diff(means, axis=0)).max() < 8


def test_light_that_dims_and_comes_back(cast: dict[str, Figure]) -> None:
    script = staged(Happening(at=2, what="dims", lasts=4, depth=0.5))
    stage = Stage(script, script.cameras[0], cast)
    assert shown(stage, 4).mean() == pytest.approx(shown(stage, 1).mean() * 0.5, rel=0.1)
    assert shown(stage, 8).mean() == pytest.approx(shown(stage, 1).mean(), rel=0.05)


def test_somebody_who_bends_down_is_out_of_sight_and_comes_back(cast: dict[str, Figure], vacant: Stage) -> None:
    script = staged(Happening(at=3, what="bends", lasts=5))
    stage = Stage(script, script.cameras[0], cast)
    at_post, bent, back = (post(stage, stage.scene(second)) for second in (1, 5.5, 10))
    nobody = post(vacant, vacant.scene(5.5))
    assert strangeness(bent, nobody) < 0.5
    assert strangeness(at_post, nobody) > 6
    assert strangeness(back, nobody) > 6


def test_somebody_who_bends_a_little_stays_in_sight(cast: dict[str, Figure], vacant: Stage) -> None:
    script = staged(Happening(at=3, what="bends", lasts=5, depth=0.4))
    stage = Stage(script, script.cameras[0], cast)
    assert strangeness(post(stage, stage.scene(5.5)), post(vacant, vacant.scene(5.5))) > 2


def test_who_leaves_is_gone_and_who_passes_is_seen_below_the_post(cast: dict[str, Figure]) -> None:
    script = staged(Happening(at=1, what="leaves"), Happening(at=5, what="passes", lasts=6, who="visitor"))
    stage = Stage(script, script.cameras[0], cast)
    gone, passing = stage.scene(4.5), stage.scene(8)
    assert strangeness(gone, stage.scene(12)) == 0
    assert strangeness(gone[420:], passing[420:]) > 5
    assert strangeness(gone[:320], passing[:320]) < 0.2


def test_a_phone_appears_in_the_hand(cast: dict[str, Figure], plain: Stage) -> None:
    script = staged(Happening(at=3, what="phone", lasts=6))
    stage = Stage(script, script.cameras[0], cast)
    assert strangeness(stage.scene(2), plain.scene(2)) == 0
    chest = np.abs(stage.scene(6).astype(int) - plain.scene(6)).max(axis=2)[270:370, 400:500]
    assert (chest > 60).mean() > 0.15


def test_the_loop_has_no_seam(plain: Stage) -> None:
    duration = plain.frames / FPS
    last, first = plain.scene(duration - 1 / FPS), plain.scene(0)
    assert strangeness(last, first) < 2 * strangeness(first, plain.scene(1 / FPS)) + 0.1
    assert strangeness(plain.scene(duration), first) < 0.01
