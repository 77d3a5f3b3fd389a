"""Who wears what is read from a table of points, and refused by file and line's fault."""

from pathlib import Path

import pytest

from training.errors import TrainingError
from training.uniform.people import read_garments, share_inside
from training.uniform.recipe import load_uniform_recipe

RECIPES = Path(__file__).parents[4] / "training" / "recipes"


def test_shipped_table_belongs_to_the_shipped_recipe() -> None:
    recipe = load_uniform_recipe(RECIPES / "uniform.yaml")
    worn = read_garments(RECIPES / recipe.garments)

    assert {name for name, _ in worn} <= {source.set for source in recipe.sets}
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for points in worn.values() for point in points)


def test_line_that_is_no_point_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "garments.csv"
    file.write_text("set,file,x,y,garment\ncollege,1.jpg,middle,0.5,shirt\n")

    with pytest.raises(TrainingError, match=r"garments\.csv: a line is not set,file,x,y,garment"):
        read_garments(file)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("steps:", "step:", "fit.steps"),
        ("set: plain-clothes, bank: true", "set: plain-clothes, bank: maybe", "sets.0.bank"),
        ("a: [uniform-college", "a: [uniform-colleges", "'uniform-colleges' is not in sets"),
    ],
)
def test_key_of_a_recipe_that_is_wrong_is_named(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    text = (RECIPES / "uniform.yaml").read_text(encoding="utf-8")
    assert before in text
    file = tmp_path / "uniform.yaml"
    file.write_text(text.replace(before, after, 1), encoding="utf-8")

    with pytest.raises(TrainingError) as caught:
        load_uniform_recipe(file)
    assert complaint in str(caught.value)
    assert str(file) in str(caught.value)


def test_share_inside() -> None:
    assert share_inside((0, 0, 10, 10), (0, 0, 5, 20)) == pytest.approx(0.5)
    assert share_inside((0, 0, 10, 10), (20, 0, 30, 10)) == 0
