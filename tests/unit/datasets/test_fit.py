"""Classes are renamed, left out, or refused with the mapping that is missing."""

import pytest

from datasets.errors import DatasetError
from datasets.fit import fitted
from datasets.formats import LabelledPicture, LabelledSet
from datasets.label import Annotation, Label

BOX = (0.0, 0.0, 1.0, 1.0)
CLASSES = ("cell phone", "person", "cup")


def a_set(*kinds: str) -> LabelledSet:
    said = Annotation(tuple(Label(kind, "corners", BOX) for kind in kinds), labelled=CLASSES)
    return LabelledSet("coco", CLASSES, (LabelledPicture("a.jpg", "a.jpg", said),))


def test_classes_that_do_not_fit_are_refused_with_the_mapping_that_is_missing() -> None:
    with pytest.raises(DatasetError) as caught:
        fitted(a_set("cell phone", "cup"), "hall.zip", {}, ("phone", "person"))

    assert "hall.zip: has classes that are not among phone, person: 'cell phone' (1 times), 'cup' (1 times)" in str(
        caught.value
    )
    assert "--map 'cell phone=phone' --map 'cup='" in str(caught.value)


def test_a_class_left_out_is_unknown_and_one_that_is_renamed_is_known() -> None:
    said = fitted(a_set("cell phone", "cup"), "", {"cell phone": "phone", "cup": ""}, ("phone", "person"))

    annotation = said.pictures[0].annotation
    assert said.classes == ("phone", "person")
    assert [label.kind for label in annotation.labels] == ["phone"]
    assert annotation.labelled == ("phone", "person")


def test_the_star_leaves_out_every_class_that_is_neither_wanted_nor_named() -> None:
    said = fitted(a_set("cell phone", "person", "cup"), "", {"cell phone": "phone", "*": ""}, ("phone", "person"))

    assert [label.kind for label in said.pictures[0].annotation.labels] == ["phone", "person"]


def test_a_wanted_class_that_the_source_does_not_have_stays_unknown() -> None:
    said = fitted(a_set(), "", {"cell phone": "phone"}, ("phone", "badge"))

    assert said.pictures[0].annotation.labelled == ("phone",)


def test_labelled_says_which_classes_were_looked_for() -> None:
    said = fitted(a_set("person"), "", {}, labelled=("person",))

    assert said.pictures[0].annotation.labelled == ("person",)
    with pytest.raises(DatasetError, match="--labelled names 'bag'"):
        fitted(a_set("person"), "", {}, labelled=("bag",))


def test_a_mapping_of_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(DatasetError, match="--map names 'phone', but its classes are cell phone, person, cup"):
        fitted(a_set(), "hall.zip", {"phone": "x"})
