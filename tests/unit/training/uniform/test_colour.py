"""The colours that a torso is told by."""

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: it comes with the extra training")

colour = pytest.importorskip("training.uniform.colour")


def planes(*colours: tuple[int, int, int], height: int = 12) -> "torch.Tensor":
    """A torso of horizontal stripes of the colours (BGR)."""
    stripes = np.repeat(np.array(colours, np.uint8), height // len(colours), axis=0)[:, None].repeat(8, axis=1)
    return torch.from_numpy(stripes[..., ::-1].transpose(2, 0, 1).copy())[None].float() / 255


def alike(one: "torch.Tensor", other: "torch.Tensor") -> float:
    return float((one @ other.T)[0, 0])


def test_hue_saturation_and_value_are_opencvs() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (6, 7, 3), dtype=np.uint8)
    wanted = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2HSV).reshape(-1, 3)

    planes = torch.from_numpy(picture[..., ::-1].transpose(2, 0, 1).copy())[None].float() / 255
    hue, saturation, value = colour.hsv(planes)

    apart = np.abs(hue.numpy()[0] * 360 - wanted[:, 0])
    assert np.minimum(apart, 360 - apart).max() < 0.5
    assert np.abs(saturation.numpy()[0] - wanted[:, 1]).max() < 1e-3
    assert np.abs(value.numpy()[0] - wanted[:, 2]).max() < 1e-5


def test_a_little_more_light_changes_a_little_and_another_colour_all() -> None:
    blue, brighter, red = (colour.histogram(planes(tone)) for tone in ((160, 60, 40), (166, 62, 41), (40, 60, 160)))

    assert alike(blue, blue) == pytest.approx(1, abs=1e-4)
    assert 0.9 < alike(blue, brighter) < 1
    assert alike(blue, red) < 0.1


def test_the_same_colours_in_other_places_are_another_garment() -> None:
    network = colour.ColourHistograms()
    shirt, apron, upside_down = (
        network(planes(*stripes))
        for stripes in (((90, 90, 90),) * 3, ((90, 90, 90), (9, 9, 9), (9, 9, 9)), ((9, 9, 9), (9, 9, 9), (90, 90, 90)))
    )
    assert alike(apron, apron) > alike(apron, upside_down) > 0
    assert alike(apron, upside_down) < 0.8
    assert alike(apron, shirt) < 0.8
