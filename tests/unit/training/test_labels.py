"""What a source does not label is unknown, not absent."""

from pathlib import Path

from datasets import Box, Sample
from training.labels import Known, Region, _held_out, known_of
from training.measure import stacked
from training.recipe import Recipe, Source, load_recipe
from training.teacher import Opinion

RECIPE = load_recipe(Path(__file__).parents[3] / "training" / "recipes" / "objects.yaml")
PHONE = RECIPE.classes.index("cell phone")


def known(source: Source, opinion: Opinion, *boxes: Box) -> Known:
    sample = Sample(source.set, Path("one.jpg"), "room", "", boxes)
    return known_of(RECIPE, source, sample, opinion, 100, 100)


def says(score: float) -> Opinion:
    return Opinion(stacked([(10, 10, 30, 30)]), [score], [PHONE])


def test_a_sure_teacher_labels_what_the_source_left_out() -> None:
    assert known(Source(set="desk"), says(0.9)).objects == (Region(PHONE, 10, 10, 30, 30),)


def test_a_doubtful_teacher_makes_a_region_unknown() -> None:
    answer = known(Source(set="desk"), says(0.2))
    assert (answer.objects, answer.unknown) == ((), (Region(PHONE, 10, 10, 30, 30),))


def test_checked_absence_outweighs_the_teacher() -> None:
    assert known(Source(set="desk", absent=["cell phone"]), says(0.9)) == Known((), ())


def test_an_untaught_class_is_doubted_and_never_labelled() -> None:
    answer = known(Source(set="desk", untaught=["cell phone"]), says(0.9))
    assert (len(answer.objects), len(answer.unknown)) == (0, 1)


def test_a_loose_box_is_tightened_by_the_teacher_and_its_rest_unknown() -> None:
    source = Source(set="driver", truth={"calling": "cell phone"}, loose=["cell phone"])
    answer = known(source, says(0.3), Box("calling", 0.2, 0.2, 0.4, 0.4))
    assert answer.objects == (Region(PHONE, 10, 10, 30, 30),)
    assert answer.unknown == (Region(PHONE, 0, 0, 40, 40),)


def test_a_thing_that_is_mostly_cut_off_becomes_unknown() -> None:
    cut = Known((Region(0, -90, 0, 10, 50),), ()).clipped(100, 100)
    assert (cut.objects, cut.unknown) == ((), (Region(0, 0, 0, 10, 50),))


def test_recipes_that_ship_are_clear() -> None:
    for name in ("person", "objects"):
        recipe = load_recipe(Path(__file__).parents[3] / "training" / "recipes" / f"{name}.yaml")
        assert isinstance(recipe, Recipe)
        assert recipe.name == name


def test_pictures_of_one_subject_are_held_out_one_by_one_and_those_of_one_scene_together(tmp_path: Path) -> None:
    samples = [Sample("web", tmp_path / f"{number}.jpg", "web", "", ()) for number in range(40)]
    scene = Source(set="web", held_out=0.5)
    subject = Source(set="web", held_out=0.5, split_by="picture")

    together = {_held_out(RECIPE, scene, sample) for sample in samples}
    apart = [_held_out(RECIPE, subject, sample) for sample in samples]

    assert len(together) == 1
    assert 10 < sum(apart) < 30
