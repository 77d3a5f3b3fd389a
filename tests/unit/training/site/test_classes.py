"""What the classes of a trainer's sets mean for the network."""

import pytest

from training.errors import TrainingError
from training.site.classes import meanings, renaming, wanted_classes

BASE = ("person", "cell phone", "cup")


def test_sets_that_speak_of_the_same_classes_need_no_map() -> None:
    assert meanings({"hall": ["cup", "person"]}, BASE, BASE, []) == {"hall": {"cup": "cup", "person": "person"}}


def test_class_without_a_meaning_is_refused_with_the_option_that_gives_it_one() -> None:
    with pytest.raises(TrainingError, match="phone in hall") as error:
        meanings({"hall": ["phone", "person"]}, BASE, BASE, [])

    assert '--map "phone=cell phone"' in str(error.value)
    assert "--classes +phone" in str(error.value)


def test_every_class_without_a_meaning_is_named_at_once() -> None:
    with pytest.raises(TrainingError) as error:
        meanings({"a": ["vest"], "b": ["vest", "tie"]}, BASE, BASE, [])

    assert "vest in a, b; tie in b" in str(error.value)
    assert "--map vest=NAME --map tie=NAME" in str(error.value)


def test_empty_name_leaves_boxes_out() -> None:
    assert meanings({"hall": ["tie"]}, BASE, BASE, [renaming("tie=")]) == {"hall": {"tie": None}}


def test_renaming_of_one_set_goes_before_that_of_all() -> None:
    meant = meanings({"a": ["card"], "b": ["card"]}, BASE, BASE, [renaming("a:card=cup"), renaming("card=")])

    assert meant == {"a": {"card": "cup"}, "b": {"card": None}}


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        ("vest=uniform", "the network has no class uniform; it has person, cell phone, cup. Let it learn one"),
        ("coat=cup", "no set has a class coat; they have vest"),
        ("b:vest=cup", "there is no set b; the sets are a"),
    ],
)
def test_renaming_of_what_is_not_there_is_refused(option: str, fault: str) -> None:
    with pytest.raises(TrainingError, match=fault):
        meanings({"a": ["vest"]}, BASE, BASE, [renaming(option)])


@pytest.mark.parametrize("text", ["vest", "=cup", ":vest=cup"])
def test_renaming_that_cannot_be_read_shows_how_it_is_written(text: str) -> None:
    with pytest.raises(TrainingError, match="OLD=NEW"):
        renaming(text)


@pytest.mark.parametrize(
    ("wish", "classes"),
    [(None, BASE), ("+uniform", (*BASE, "uniform")), ("uniform", ("uniform",)), ("cup, person", ("cup", "person"))],
)
def test_classes_are_the_bases_more_or_others(wish: str | None, classes: tuple[str, ...]) -> None:
    assert wanted_classes(BASE, wish) == classes


@pytest.mark.parametrize("wish", ["+cup", "uniform,uniform", "a,,b", ""])
def test_class_named_twice_or_not_at_all_is_refused(wish: str) -> None:
    with pytest.raises(TrainingError, match="--classes"):
        wanted_classes(BASE, wish)


def test_class_that_nothing_teaches_is_refused() -> None:
    with pytest.raises(TrainingError, match="nothing teaches badge"):
        meanings({"hall": ["cup"]}, (*BASE, "badge"), BASE, [])
