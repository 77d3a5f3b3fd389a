"""A single picture: what several views of it agree on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from vision.card import ActWeights, ModelCard
from vision.detector import Detections
from vision.picture import Pixels
from vision.still import Still

CLASSES = ("person", "cell phone")


class Blobs:
    """Sees a person in every green blob and a phone in every red one; as surely as it is bright."""

    def __init__(self, acts: bool = False, blind_to_left: bool = False) -> None:
        weights = {"phone": ActWeights(0.5, 0.0, 0.5, 0.5)} if acts else {}
        self.card = ModelCard(
            "blobs", "1", Path("blobs"), Path("blobs/model.xml"), "0" * 64, CLASSES, "yolo26",
            {"scene": 640, "close": 320}, dict.fromkeys(CLASSES, 0.5), tuple(weights), weights,
        )  # fmt: skip
        self._acts, self._blind = acts, blind_to_left

    def detect(self, pictures: Sequence[Pixels], long_side: int | None = None, floor: float = 0.05) -> list[Detections]:
        return [self._seen(picture) for picture in pictures]

    def _seen(self, picture: Pixels) -> Detections:
        found = []
        for kind, channel in enumerate((1, 2)):
            rows, columns = np.nonzero(picture[:, :, channel] > 20)
            if len(rows):
                box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                if not (self._blind and box[2] < picture.shape[1] / 2):
                    found.append((picture[rows[0], columns[0], channel] / 250, box, kind))
        found.sort(key=lambda one: -one[0])
        left = float(picture[:, : picture.shape[1] // 2].mean()) / 255
        return Detections(
            np.array([box for _, box, _ in found], np.float32).reshape(-1, 4),
            np.array([score for score, _, _ in found], np.float32),
            np.array([kind for _, _, kind in found], np.intp),
            CLASSES,
            {"phone": left} if self._acts else None,
        )


def picture() -> Pixels:
    """A person at the left with a phone in her hand."""
    out = np.zeros((300, 400, 3), np.uint8)
    out[60:260, 40:160, 1] = 200
    out[150:170, 60:75] = (0, 200, 150)
    return out


def test_person_is_where_all_views_see_her() -> None:
    boxes, scores, names = Still(Blobs(), Blobs()).people(picture()).arrays()

    assert names == ["person"]
    assert boxes[0] == pytest.approx([40, 60, 160, 260])
    assert scores[0] == pytest.approx(0.8)


def test_whom_half_of_the_views_and_no_second_look_see_is_nobody() -> None:
    assert len(Still(Blobs(blind_to_left=True), Blobs()).people(picture())) == 0


def test_conduct_joins_the_thing_and_the_posture_of_both_views() -> None:
    still = Still(Blobs(), Blobs(acts=True))
    person = np.array([[40, 60, 160, 260]], np.float32)

    (conduct,) = still.conduct(picture(), person)
    (opposite,) = still.conduct(np.ascontiguousarray(picture()[:, ::-1]), np.array([[240, 60, 360, 260]], np.float32))

    assert conduct.acts["phone"].box == pytest.approx((60, 150, 75, 170))
    assert conduct.acts["phone"].score == pytest.approx(opposite.acts["phone"].score, abs=1e-3)


def test_things_of_the_whole_picture_and_of_close_looks_are_one() -> None:
    boxes, _, names = Still(Blobs(), Blobs()).things(picture()).arrays()

    assert names.count("cell phone") == 1
    assert boxes[names.index("cell phone")] == pytest.approx([60, 150, 75, 170])


def test_nothing_is_seen_in_an_empty_picture() -> None:
    people, things, conducts = Still(Blobs(), Blobs(acts=True)).everything(np.zeros((200, 300, 3), np.uint8))

    assert len(people) == len(things) == len(conducts) == 0
