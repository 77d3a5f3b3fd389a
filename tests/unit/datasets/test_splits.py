"""Groups and likenesses go to one side, shares are met as they allow, and what has a side keeps it."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.label import Annotation, Label
from datasets.splits import divided
from datasets.store import StoredSample

SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}


def sample(number: int, group: str, kind: str = "phone", set_: str = "desk", split: str = "") -> StoredSample:
    """Pictures of different numbers look alike in nothing."""
    said = Annotation((Label(kind, "centre", (0.5, 0.5, 0.1, 0.1)),), labelled=("phone", "badge"))
    thumb = bytes((number * 7919 + at * at * 31) % 256 for at in range(256))
    spread = (number * 0x9E3779B97F4A7C15) % 2**64
    return StoredSample(
        set_, f"{number}.jpg", f"{number:064x}", ".jpg", (64, 48), spread, thumb, said, group, split, "", "", "", ""
    )


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["phone", "badge"])), min_size=1, max_size=40),
    st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_a_group_is_on_one_side_and_the_order_of_pictures_does_not_matter(
    drawn: list[tuple[str, str]], seed: int
) -> None:
    samples = [sample(at, group, kind) for at, (group, kind) in enumerate(drawn)]

    splits = dict(zip((one.name for one in samples), divided(samples, SHARES, seed, {}), strict=True))
    turned = list(reversed(samples))

    sides = {(one.group, splits[one.name]) for one in samples}
    assert len(sides) == len({group for group, _ in drawn})
    assert dict(zip((one.name for one in turned), divided(turned, SHARES, seed, {}), strict=True)) == splits


def test_shares_are_met_for_every_class_where_groups_are_small() -> None:
    samples = [sample(at, f"g{at // 2}", "badge" if at % 10 == 0 else "phone") for at in range(400)]

    splits = divided(samples, SHARES, 7, {})

    for kind, total in (("badge", 40), ("phone", 360)):
        of = Counter(split for one, split in zip(samples, splits, strict=True) if one.annotation.labels[0].kind == kind)
        assert abs(of["val"] / total - 0.15) <= 0.05, (kind, of)
        assert abs(of["test"] / total - 0.15) <= 0.05, (kind, of)


def test_what_has_a_side_keeps_it_when_pictures_are_added() -> None:
    old = [sample(at, f"g{at}") for at in range(50)]
    first = divided(old, SHARES, 7, {})
    settled = [replace(one, split=split) for one, split in zip(old, first, strict=True)]

    again = divided([*settled, *(sample(at, f"g{at}") for at in range(50, 90))], SHARES, 7, {})

    assert again[:50] == first
    assert set(again[50:]) == {"train", "val", "test"}


def test_what_looks_alike_follows_the_side_that_is_measured_on() -> None:
    trained = sample(1, "a", split="train")
    twin = replace(sample(2, "b", set_="bench"), fingerprint=trained.fingerprint ^ 0b11, thumb=trained.thumb)

    assert divided([trained, twin], SHARES, 7, {"bench": "test"}) == ["test", "test"]
    assert divided([trained, replace(twin, split="test")], SHARES, 7, {}) == ["test", "test"]
    assert divided([trained, twin], SHARES, 7, {}) == ["train", "train"]


def test_dealing_anew_leaves_only_whole_sets_where_they_are() -> None:
    samples = [sample(at, f"g{at}", split="test") for at in range(20)]

    assert set(divided(samples, SHARES, 7, {"desk": "val"}, anew=True)) == {"val"}
    assert Counter(divided(samples, SHARES, 7, {}, anew=True))["train"] == 14


def test_a_share_of_nothing_gets_nothing() -> None:
    samples = [sample(at, f"g{at}") for at in range(20)]

    assert set(divided(samples, {"train": 0.8, "val": 0.2, "test": 0.0}, 7, {})) == {"train", "val"}
