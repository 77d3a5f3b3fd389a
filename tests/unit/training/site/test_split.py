"""Groups are held out whole, and no class loses what it is learnt from."""

from collections import Counter

import pytest

from training.errors import TrainingError
from training.site.split import Group, held_out_groups


def group(name: str, pictures: int = 5, **boxes: int) -> Group:
    return Group(("hall", name), pictures, Counter(boxes))


def test_about_the_wanted_share_of_pictures_is_held_out() -> None:
    groups = [group(f"day{number}", card=3) for number in range(20)]

    assert len(held_out_groups(groups, 0.2, 0, ["card"])) == 4


def test_the_same_sets_give_the_same_groups_and_another_seed_others() -> None:
    groups = [group(f"day{number}", card=3) for number in range(20)]

    assert held_out_groups(groups, 0.2, 0, []) == held_out_groups(groups[::-1], 0.2, 0, [])
    assert held_out_groups(groups, 0.2, 0, []) != held_out_groups(groups, 0.2, 1, [])


def test_rare_class_is_held_out_with_one_group_and_learnt_from_the_other() -> None:
    groups = [group(f"day{number}", card=3) for number in range(8)] + [group("x", cup=1), group("y", cup=1)]

    kept = held_out_groups(groups, 0.2, 0, ["card", "cup"])

    assert len(kept & {("hall", "x"), ("hall", "y")}) == 1


def test_group_with_the_only_boxes_of_a_known_class_is_trained_on() -> None:
    groups = [group(f"day{number}", card=3) for number in range(8)] + [group("x", cup=1)]

    assert ("hall", "x") not in held_out_groups(groups, 0.5, 0, ["card"])


def test_one_group_is_refused_by_name() -> None:
    with pytest.raises(TrainingError, match=r'all pictures are of one group \("day" of hall\)'):
        held_out_groups([group("day", card=9)], 0.2, 0, ["card"])


def test_new_class_of_one_group_is_refused_by_name() -> None:
    groups = [group("x", uniform=40), group("y", card=3), group("z", card=3)]

    with pytest.raises(TrainingError, match=r'uniform: all its 40 boxes are of one group \("x" of hall\)'):
        held_out_groups(groups, 0.2, 0, ["uniform"])


def test_two_groups_leave_one_to_learn_from() -> None:
    assert len(held_out_groups([group("x", card=3), group("y", card=3)], 0.5, 0, ["card"])) == 1


def test_what_a_set_holds_out_itself_is_held_out_and_what_it_trains_on_is_not() -> None:
    groups = [Group(("hall", f"day{number}"), 5, Counter(card=3), "train") for number in range(8)]
    groups += [Group(("hall", "kept"), 5, Counter(card=3), "val")]

    assert held_out_groups(groups, 0.5, 0, ["card"]) == {("hall", "kept")}
