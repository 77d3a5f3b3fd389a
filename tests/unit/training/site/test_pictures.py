"""Pictures are laid out by group, and what a set does not label is labelled by the base."""

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.drawn_set import write_set
from training.errors import TrainingError
from training.look import Found, Picture
from training.measure import stacked
from training.site.pictures import Row, Teaching, groups_of, laid_out, read_rows
from training.site.sets import read_sets, weighed


class Cupboard:
    """A network that sees a cup in every picture, and a cup of which it is not sure."""

    def __call__(self, picture: Picture, long_side: int, least_score: float = 0.0, square: bool = False) -> Found:
        scores = np.array([0.9, 0.2], dtype=np.float32)
        found = Found(stacked([(0, 0, 32, 32), (64, 64, 96, 96)]), scores, np.array([1, 1]))
        return found.above(least_score)


def lay(folder: Path, out: Path, classes: tuple[str, ...], taught: tuple[str, ...]) -> list[Row]:
    sets = read_sets([folder])
    meant: dict[str, dict[str, str | None]] = {"hall": {"card": "card"}}
    data = weighed(sets, lambda done: None)
    teaching = Teaching(Cupboard(), taught, 128) if taught else None
    held_out = frozenset((("hall", "room1"),))
    return laid_out(sets, data, meant, classes, held_out, teaching, out, lambda done: None)


def test_group_that_is_held_out_lies_apart_and_the_rest_is_trained_on(tmp_path: Path) -> None:
    rows = lay(write_set(tmp_path / "hall", groups=3), tmp_path / "data", ("card",), ())

    assert {(row.group, row.part) for row in rows} == {("room0", "train"), ("room1", "val"), ("room2", "train")}
    assert all((tmp_path / "data" / "images" / row.file).is_file() for row in rows)
    assert read_rows(tmp_path / "data") == rows


def test_labels_are_the_sets_boxes_by_the_networks_ids(tmp_path: Path) -> None:
    rows = lay(write_set(tmp_path / "hall", groups=2), tmp_path / "data", ("cup", "card"), ())

    label = tmp_path / "data" / "labels" / Path(rows[0].file).with_suffix(".txt")
    given = (tmp_path / "hall" / "labels" / "room0_0.txt").read_text().split()
    written = label.read_text().split()
    assert written[0] == "1"
    assert [float(word) for word in written[1:]] == pytest.approx([float(word) for word in given[1:]], abs=1e-5)
    assert rows[0].labelled == ("card",)


def test_base_labels_what_it_is_sure_of_and_the_set_does_not_label(tmp_path: Path) -> None:
    rows = lay(write_set(tmp_path / "hall", groups=2), tmp_path / "data", ("cup", "card"), ("card", "cup"))

    label = tmp_path / "data" / "labels" / Path(rows[0].file).with_suffix(".txt")
    assert label.read_text().splitlines()[-1] == "0 0.125000 0.125000 0.250000 0.250000"
    assert len(label.read_text().splitlines()) == 2
    assert all(box[0] == "card" for row in rows for box in row.boxes)


def test_pictures_that_are_laid_out_are_not_laid_out_again(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    (tmp_path / "data.part").mkdir()
    rows = lay(folder, tmp_path / "data", ("card",), ())

    assert not (tmp_path / "data.part").exists()
    assert lay(folder, tmp_path / "data", ("card",), ()) == rows


def test_group_on_both_sides_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    table = folder / "groups.csv"
    rows = table.read_text().splitlines()
    table.write_text(
        "\n".join([rows[0] + ",split", *(f"{row},{'val' if '_0' in row else 'train'}" for row in rows[1:])])
    )

    with pytest.raises(TrainingError, match='hall: the group "room0" is in train and in val'):
        groups_of(read_sets([folder]), {"hall": {"card": "card"}})
