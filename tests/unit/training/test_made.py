"""What two recipes make does not mix in one folder."""

from pathlib import Path

import pytest

from training.errors import TrainingError
from training.made import keep_making
from training.recipe import Recipe, load_recipe

OBJECTS = load_recipe(Path(__file__).parents[3] / "training" / "recipes" / "objects.yaml")


def changed(**fit: object) -> Recipe:
    return OBJECTS.model_copy(update={"fit": OBJECTS.fit.model_copy(update=fit)})


def test_the_same_recipe_goes_on(tmp_path: Path) -> None:
    keep_making(OBJECTS.making(), tmp_path / "out")
    keep_making(OBJECTS.making(), tmp_path / "out")

    assert [file.name for file in (tmp_path / "out").iterdir()] == ["recipe.json"]


def test_what_is_read_off_a_fit_may_change_without_one(tmp_path: Path) -> None:
    keep_making(OBJECTS.making(), tmp_path)

    keep_making(changed(blend=0.7).model_copy(update={"version": "9", "thresholds": {}}).making(), tmp_path)


def test_another_fit_is_refused_with_the_key_and_both_values(tmp_path: Path) -> None:
    keep_making(OBJECTS.making(), tmp_path)

    with pytest.raises(
        TrainingError, match=r"was made by another recipe \(fit\.steps: 500, now 501\); take another --out"
    ):
        keep_making(changed(steps=501).making(), tmp_path)


def test_other_sources_are_refused(tmp_path: Path) -> None:
    keep_making(OBJECTS.making(), tmp_path)

    with pytest.raises(TrainingError, match=r"\(sources: \["):
        keep_making(OBJECTS.model_copy(update={"sources": OBJECTS.sources[:-1]}).making(), tmp_path)


@pytest.mark.parametrize("spoilt", ["null", "[1]", "3"])
def test_a_record_that_is_no_recipe_is_named(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "recipe.json").write_text(spoilt)

    with pytest.raises(TrainingError, match=r"recipe\.json: holds no recipe"):
        keep_making(OBJECTS.making(), tmp_path)


def test_pictures_of_nobody_knows_which_recipe_are_not_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()

    with pytest.raises(TrainingError, match=r"holds train, but no recipe\.json"):
        keep_making(OBJECTS.making(), tmp_path)


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")

    with pytest.raises(TrainingError, match=r"--out .*out: file exists"):
        keep_making(OBJECTS.making(), tmp_path / "out")


def test_a_run_that_was_killed_while_it_wrote_its_recipe_goes_on(tmp_path: Path) -> None:
    (tmp_path / "recipe.part").write_text("{")

    keep_making(OBJECTS.making(), tmp_path)

    keep_making(OBJECTS.making(), tmp_path)


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text("{")

    with pytest.raises(TrainingError, match=r"recipe\.json: not readable"):
        keep_making(OBJECTS.making(), tmp_path)
