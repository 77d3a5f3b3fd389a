"""One picture by itself, looked at as thoroughly as can be: people, things, conduct.

    still = Still(load_detector(SHIPPED / "person"), load_detector(SHIPPED / "objects"))
    boxes, scores, names = still.people(picture).arrays()

A camera's post is looked at again and again; a single picture has no second chance. So people are sought at two sizes
and mirrored, things and conduct mirrored, and what is said of them is the mean; whoever is doubtful is then looked at
closely, as at a post.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from vision.closeup import PERSON, Eye, EyeLimits, merged
from vision.conduct import Conduct, conduct_of
from vision.detector import SHIPPED, Detections, Detector, load_detector
from vision.geometry import Boxes, iou
from vision.picture import Pixels

__all__ = ["Still", "shipped_still"]

_SIZES: Final = (1.0, 1.5)  # of the network's scene input
_FLOOR: Final = 0.01
_SAME: Final = 0.55
_SURE: Final = 0.6  # whoever is seen so surely is not looked at again
_DOUBTFUL: Final = 0.03  # from here on a second look may raise a score
_WORTH_A_LOOK: Final = 0.4  # whoever is so surely a person is looked at for what she holds


class Still:
    """Two networks on single pictures (height, width, 3) BGR."""

    def __init__(self, person: Detector, objects: Detector, limits: EyeLimits | None = None) -> None:
        self._limits = limits or EyeLimits()
        self._eye = Eye(person, objects, self._limits)

    @property
    def person(self) -> Detector:
        return self._eye.person

    @property
    def objects(self) -> Detector:
        return self._eye.objects

    def people(self, picture: Pixels) -> Detections:
        """Everybody, best first."""
        mirrored = _turned(picture)
        views = []
        for side in (round(self.person.card.inputs["scene"] * size / 32) * 32 for size in _SIZES):
            plain, turned = self.person.detect([picture, mirrored], side, _FLOOR)
            views += [plain.of(PERSON), _mirrored(turned.of(PERSON), picture.shape[1])]
        people = _agreed(views)
        doubtful = [(0, row) for row, score in enumerate(people.scores.tolist()) if _DOUBTFUL <= score < _SURE]
        return self._eye.look_again([picture], [people], doubtful, _FLOOR)[0]

    def things(self, picture: Pixels, floor: float = _FLOOR) -> Detections:
        """Everything of the objects network's classes: the whole picture, and a close look at everybody in it."""
        return self.everything(picture, floor)[1]

    def conduct(self, picture: Pixels, people: Boxes, floor: float = _FLOOR) -> list[Conduct]:
        """What a close look at each of ``people``, (n, 4) xyxy in pixels, says."""
        return self._conducts(people, self._closely(picture, people, floor))

    def everything(self, picture: Pixels, floor: float = _FLOOR) -> tuple[Detections, Detections, list[Conduct]]:
        """Whoever one look finds, everything, and the conduct of whoever is surely there, all of the same looks.

        What somebody holds can only be told where she is plain to see: for that one look is enough.
        """
        found = self.person.detect([picture], self.person.card.inputs["scene"], floor)[0].of(PERSON)
        people = merged(found, Detections.none(found.names), self._limits)
        near = people.boxes[people.scores >= _WORTH_A_LOOK]
        looks = self._closely(picture, near, floor)
        pair = [picture, _turned(picture)]
        plain, turned = self.objects.detect(pair, self.objects.card.inputs["scene"], floor)
        things = _agreed([plain, _mirrored(turned, picture.shape[1])])
        for more in looks:
            things = merged(things, more, self._limits)
        return people, things, self._conducts(near, looks)

    def _closely(self, picture: Pixels, people: Boxes, floor: float) -> list[Detections]:
        """A close look at each of ``people``, and one at the mirrored picture, joined."""
        width = picture.shape[1]
        opposite = people.copy()
        opposite[:, [0, 2]] = width - people[:, [2, 0]]
        plain = self._eye.look_closely(picture, people, floor)
        turned = self._eye.look_closely(_turned(picture), opposite, floor)
        return [_agreed([one, _mirrored(other, width)]) for one, other in zip(plain, turned, strict=True)]

    def _conducts(self, people: Boxes, looks: Sequence[Detections]) -> list[Conduct]:
        return [
            conduct_of((x1, y1, x2, y2), things, self.objects.card)
            for things, (x1, y1, x2, y2) in zip(looks, people.tolist(), strict=True)
        ]


def shipped_still() -> Still:
    """With the networks that ship."""
    return Still(load_detector(SHIPPED / "person"), load_detector(SHIPPED / "objects"))


def _turned(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture[:, ::-1])


def _mirrored(found: Detections, width: int) -> Detections:
    boxes = found.boxes.copy()
    boxes[:, [0, 2]] = width - found.boxes[:, [2, 0]]
    return replace(found, boxes=boxes)


def _agreed(views: Sequence[Detections]) -> Detections:
    """Boxes that mean the same thing joined, weighed by their scores; its score is the mean over all views, with
    nothing from a view that does not see it. What is said of the whole crop is the mean too.
    """
    boxes = np.concatenate([view.boxes for view in views])
    scores = np.concatenate([view.scores for view in views])
    classes = np.concatenate([view.classes for view in views])
    view_of = np.repeat(np.arange(len(views)), [len(view) for view in views])
    anchors: list[int] = []
    members: list[dict[int, int]] = []
    overlaps = iou(boxes, boxes) * (classes[:, None] == classes[None, :])
    for row in np.argsort(-scores, kind="stable").tolist():
        same = overlaps[row, anchors]
        if not len(same) or same.max() < _SAME:
            anchors.append(row)
            members.append({int(view_of[row]): row})
        else:
            members[int(same.argmax())].setdefault(int(view_of[row]), row)
    rows = [list(seen.values()) for seen in members]
    joined = [np.average(boxes[one], axis=0, weights=scores[one]) for one in rows]
    means: npt.NDArray[np.float32] = np.array([scores[one].sum() / len(views) for one in rows], np.float32)
    order = np.argsort(-means, kind="stable")
    kinds = classes[np.array(anchors, np.intp)]
    said = [view.acts for view in views if view.acts is not None]
    acts = {act: sum(one[act] for one in said) / len(said) for act in said[0]} if said else None
    return Detections(
        np.array(joined, np.float32).reshape(-1, 4)[order], means[order], kinds[order], views[0].names, acts
    )
