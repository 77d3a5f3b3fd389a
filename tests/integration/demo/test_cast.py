"""The people of the demo are cut out cleanly, once, and a missing photograph is named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.demo.cast import MEMBERS, PHOTOGRAPHS, CastError, Figure, load_cast, read_photograph


def test_every_member_is_there(cast: dict[str, Figure]) -> None:
    assert set(cast) == set(MEMBERS)


@pytest.mark.parametrize("name", MEMBERS)
def test_head_and_chest_are_solid_and_what_is_beside_them_is_not_there(cast: dict[str, Figure], name: str) -> None:
    figure = cast[name]
    alpha = figure.picture[..., 3]
    face, chest = int(figure.crown + figure.head / 2), int(figure.chin + figure.head / 2)
    assert alpha[face, int(figure.middle)] == 255
    assert alpha[chest, int(figure.middle)] == 255
    assert alpha[face, [0, -1]].max() == 0
    assert alpha[: int(figure.crown) - 6].max() == 0


@pytest.mark.parametrize("name", MEMBERS)
def test_edge_is_soft_and_narrow(cast: dict[str, Figure], name: str) -> None:
    alpha = cast[name].picture[..., 3]
    between = ((alpha > 12) & (alpha < 243)).mean()
    assert 0.002 < between < 0.04


@pytest.mark.parametrize("name", MEMBERS)
def test_colours_are_premultiplied(cast: dict[str, Figure], name: str) -> None:
    picture = cast[name].picture.astype(int)
    assert (picture[..., :3] <= picture[..., 3:] + 1).all()


def test_border_of_the_officer_has_lost_the_blue_of_the_old_background(cast: dict[str, Figure]) -> None:
    picture = cast["officer"].picture.astype(float)
    alpha = picture[..., 3]
    border = (alpha > 60) & (alpha < 200)
    blue, _, red = (picture[border][:, :3] * 255 / alpha[border][:, None]).T
    assert np.mean((blue > 120) & (blue > red + 40)) < 0.02


def test_members_are_cut_out_once(cast_folder: Path, cast: dict[str, Figure]) -> None:
    (kept,) = cast_folder.glob("cast-*.npz")
    before = kept.stat().st_mtime_ns
    again = load_cast(cast_folder)
    assert kept.stat().st_mtime_ns == before
    assert np.array_equal(again["clerk"].picture, cast["clerk"].picture)


def test_missing_package_is_named_with_what_to_install() -> None:
    with pytest.raises(CastError, match=r"package nowhere_to_be_found.*not installed.*zaigang\[demo\]"):
        read_photograph(replace(PHOTOGRAPHS["pilot"], package="nowhere_to_be_found"))


def test_missing_photograph_is_named() -> None:
    with pytest.raises(CastError, match=r"package skimage: .*data.gone\.png is not there"):
        read_photograph(replace(PHOTOGRAPHS["pilot"], file="data/gone.png"))


def test_another_photograph_in_its_place_is_refused() -> None:
    with pytest.raises(CastError, match=r"coffee\.png .* is 600x400, the demo expects 512x512"):
        read_photograph(replace(PHOTOGRAPHS["pilot"], file="data/coffee.png"))
