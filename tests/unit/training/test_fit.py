"""The loss: nothing where nothing is known, the start's scores where no label says better."""

from __future__ import annotations

import pytest

from training.fit import _inside, _lit, _objects, _Unknown
from training.labels import EVERY

torch = pytest.importorskip("torch", reason="torch is missing: it comes with the extra training")

ANCHORS = torch.tensor([[4.0, 4.0], [12.0, 4.0], [4.0, 12.0], [12.0, 12.0]])


def test_region_covers_its_class_at_the_anchors_inside_and_no_other() -> None:
    inside = _inside(
        torch.tensor([[1, 2, 0, 0, 8, 8], [1, 2, 0, 0, 8, 16], [0, EVERY, 8, 8, 16, 16]]).float(), ANCHORS, 2, 3
    )

    expected = torch.zeros(2, 4, 3, dtype=torch.bool)
    expected[1, [0, 2], 2] = True
    expected[0, 3, :] = True
    assert torch.equal(inside, expected)


def test_labelled_boxes_are_regions_in_pixels() -> None:
    batch = {
        "img": torch.zeros(2, 16, 32, 3),
        "batch_idx": torch.tensor([1.0]),
        "cls": torch.tensor([[2.0]]),
        "bboxes": torch.tensor([[0.5, 0.5, 0.25, 0.5]]),
    }
    assert _objects(batch).tolist() == [[1, 2, 12, 4, 20, 12]]


def test_loss_counts_a_labelled_object_even_where_the_class_is_unknown() -> None:
    unknown = _Unknown()
    unknown.mask = _inside(torch.tensor([[0, EVERY, 0, 0, 16, 16]]).float(), ANCHORS, 1, 2)
    targets = torch.zeros(1, 4, 2)
    targets[0, 1, 0] = 0.8

    loss = unknown(torch.zeros(1, 4, 2), targets)

    assert loss[0, 1, 0] > 0
    assert loss.sum() == loss[0, 1, 0]


def test_no_regions_leave_every_anchor_in_the_loss() -> None:
    unknown = _Unknown()
    unknown.mask = _inside(torch.zeros(0, 6), ANCHORS, 2, 3)

    assert (unknown(torch.zeros(2, 4, 3), torch.zeros(2, 4, 3)) > 0).all()


def test_other_light_keeps_pictures_in_range_and_differs_between_them() -> None:
    torch.manual_seed(0)
    pictures = torch.full((4, 3, 8, 8), 0.5)

    lit = _lit(pictures, 0.3)

    assert 0 <= float(lit.min())
    assert float(lit.max()) <= 1
    assert len({round(float(one.mean()), 4) for one in lit}) == 4
    assert torch.equal(_lit(pictures, 0.0), pictures)
