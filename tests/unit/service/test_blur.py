"""The blur leaves no detail that a head could be known by, and what may be seen stays as it is."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from service.evidence.redaction import LIMIT, detail
from service.evidence.redaction.blur import blurred, composed, sharp_mask, spread_of
from service.evidence.redaction.mark import Watermark
from vision.geometry import box_polygon


def textured(width: int = 320, height: int = 240, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Noise at every scale, as sharp as a picture can be."""
    rng = np.random.default_rng(seed)
    layers = [rng.normal(128, 50, (max(2, height // scale), max(2, width // scale), 3)) for scale in (1, 4, 16, 64)]
    picture = sum(cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR) for layer in layers) / len(layers)
    return np.clip((picture - 128) * 2 + 128, 0, 255).astype(np.uint8)


def grey(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


@pytest.mark.parametrize("head", [12, 30, 60, 120])
def test_no_head_has_more_detail_than_the_limit(head: int) -> None:
    picture = textured(640, 480)
    spread = spread_of((640, 480), float(head))

    left = detail(grey(blurred(picture, spread))[100 : 100 + head, 200 : 200 + head], head)

    assert detail(grey(picture)[100 : 100 + head, 200 : 200 + head], head) > 5 * LIMIT
    assert left < LIMIT


def test_detail_is_what_is_finer_than_two_cycles_a_head() -> None:
    across = np.arange(64)

    def waves(cycles: float) -> npt.NDArray[np.uint8]:
        return np.tile(np.round(128 + 40 * np.cos(2 * np.pi * cycles * (across + 0.5) / 64)), (64, 1)).astype(np.uint8)

    assert detail(waves(1), 64) < 0.5
    assert detail(waves(4), 64) == pytest.approx(40 / np.sqrt(2), abs=0.5)


def test_blur_does_not_depend_on_where_the_picture_lies() -> None:
    # Blocks would: a face that moves through them could be put together again from many pictures.
    picture = textured()
    moved = np.roll(picture, 7, axis=1)

    apart = blurred(moved, 20.0)[40:200, 80:240].astype(int) - blurred(picture, 20.0)[40:200, 73:233]

    assert np.abs(apart).max() <= 4


def test_what_is_sharp_stays_as_it_is_and_nothing_beside_it() -> None:
    picture = textured()
    coarse = blurred(picture, 20.0)
    mask = sharp_mask((320, 240), box_polygon((60, 60, 200, 200)), [], [])

    shown = composed(picture, coarse, mask)

    assert np.array_equal(shown[80:180, 80:180], picture[80:180, 80:180])
    assert np.array_equal(shown[mask == 0], coarse[mask == 0])


def test_somebody_else_wins_over_the_clerk_with_room_around_them() -> None:
    mask = sharp_mask((320, 240), box_polygon((60, 60, 200, 200)), [(60, 60, 200, 200)], [(100, 100, 140, 160)])

    assert not mask[92:162, 95:145].any()
    assert mask[65:85, 65:195].all()


def test_clerk_outside_a_tight_zone_stays_visible() -> None:
    mask = sharp_mask((320, 240), box_polygon((60, 100, 120, 200)), [(50, 60, 130, 210)], [])

    assert mask[65, 90]
    assert not mask[40, 90]


def test_watermark_is_below_every_picture_and_over_what_is_sharp() -> None:
    mark = Watermark(("张三 导出 2026-01-05 09:00:00 CST", "事件 3f0c"))
    picture = np.full((240, 320, 3), 120, np.uint8)
    mask = sharp_mask((320, 240), box_polygon((60, 60, 200, 200)), [], [])

    shown = picture.copy()
    mark.over(shown, mask)
    whole = mark.below(shown)

    assert (shown[mask > 0] != 120).any()
    assert (shown[mask == 0] == 120).all()
    assert whole.shape == (240 + mark.band_height(320), 320, 3)
    assert mark.band_height(320) % 2 == 0
    assert whole[240:].max() > 200


def test_watermark_writes_chinese() -> None:
    known, strange = (Watermark((text,)).below(np.zeros((100, 640, 3), np.uint8))[100:] for text in ("张三", "李四"))

    assert not np.array_equal(known, strange)
