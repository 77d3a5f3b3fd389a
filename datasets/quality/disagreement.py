"""Where a network and the labels do not see the same: objects that may have been forgotten, boxes that may be wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from datasets.errors import DatasetError
from datasets.label import Label
from datasets.picture import decoded
from datasets.quality.finding import Finding, Mark
from datasets.store import Store, StoredSample
from datasets.telling import Tell, quiet
from vision.geometry import iou

__all__ = ["FLOOR", "Finder", "disagreement"]

FLOOR: Final = 0.05
"""What a finder scores lower counts as not seen at all."""

_TOGETHER: Final = 8
_SAME: Final = 0.3  # a loose match: whether it is the same thing, not how well the box sits
_UNSEEN: Final = 0.1


class Finder(Protocol):
    """A network: ``name`` changes when its weights do, so that its answers can be kept."""

    @property
    def name(self) -> str: ...

    @property
    def classes(self) -> Sequence[str]: ...

    def find(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Mark]]:
        """What it sees in each picture (BGR) with a score of at least ``FLOOR``."""


def disagreement(
    store: Store,
    samples: Sequence[StoredSample],
    finder: Finder,
    sure: float,
    mapping: Mapping[str, str],
    tell: Tell = quiet,
) -> Iterator[Finding]:
    """Asks ``finder`` about every picture with a class it knows, and keeps what it says for the next time.

    ``mapping`` says which of its classes a label's class is, where the names differ. Only classes that are labelled in
    a picture are judged there. Raises DatasetError where none of the classes is one of the finder's.
    """
    names = {kind: mapping.get(kind, kind) for one in samples for kind in one.annotation.labelled}
    known = {kind: name for kind, name in names.items() if name in finder.classes}
    if not known:
        raise DatasetError(
            f"the network knows {', '.join(finder.classes)}, the labels {', '.join(sorted(names)) or 'nothing'}; "
            "say which is which with --map LABEL=NETWORK"
        )
    judged = [one for one in samples if any(kind in known for kind in one.annotation.labelled)]
    for at in range(0, len(judged), _TOGETHER):
        part = judged[at : at + _TOGETHER]
        for sample, seen in zip(part, _opinions(store, part, finder), strict=True):
            yield from _compared(sample, seen, known, sure)
        tell(min(at + _TOGETHER, len(judged)), len(judged))


def _opinions(store: Store, samples: Sequence[StoredSample], finder: Finder) -> list[list[Mark]]:
    kept = {one.picture: store.opinion(finder.name, one.picture) for one in samples}
    asked = [one for one in {one.picture: one for one in samples}.values() if kept[one.picture] is None]
    if asked:
        pictures = [decoded(store.picture(one), one.title) for one in asked]
        for one, marks in zip(asked, finder.find(pictures), strict=True):
            kept[one.picture] = [[mark.kind, *map(float, mark.corners), float(mark.score or 0)] for mark in marks]
            store.keep_opinion(finder.name, one.picture, kept[one.picture])
        store.commit()
    return [[_mark(row) for row in kept[one.picture]] for one in samples]


def _mark(row: Sequence[Any]) -> Mark:
    kind, x1, y1, x2, y2, score = row
    return Mark(kind, (x1, y1, x2, y2), score)


def _compared(sample: StoredSample, seen: Sequence[Mark], known: Mapping[str, str], sure: float) -> Iterator[Finding]:
    judged = {known[kind] for kind in sample.annotation.labelled if kind in known}
    for name in sorted(judged):
        labels = [label for label in sample.annotation.labels if known.get(label.kind) == name]
        found = [mark for mark in seen if mark.kind == name]
        overlaps = _overlaps([mark.corners for mark in found], [label.corners(sample.size) for label in labels])
        crowds = [label.corners(sample.size) for label in labels if _crowd(label)]
        for at, mark in enumerate(found):
            score = mark.score or 0.0
            if score >= sure and overlaps[at].max(initial=0) < _SAME and not _inside(mark, crowds):
                what = f"the network is sure ({score:.2f}) of a {name} without a label"
                yield Finding("maybe_missing", "warning", sample.title, what, score, (), (mark,))
        for at, label in enumerate(labels):
            met = [found[row].score or 0.0 for row in range(len(found)) if overlaps[row, at] >= _SAME]
            best = max(met, default=0.0)
            if best < _UNSEEN and not _crowd(label):
                mark = Mark(label.kind, label.corners(sample.size))
                what = f"the network sees nothing of the {label.kind} at {','.join(f'{s:.0f}' for s in mark.corners)}"
                yield Finding("maybe_wrong", "note", sample.title, what, _share(mark, sample), (), (mark,))


def _overlaps(found: Sequence[Sequence[float]], drawn: Sequence[Sequence[float]]) -> npt.NDArray[np.float64]:
    if not found or not drawn:
        return np.zeros((len(found), len(drawn)))
    return iou(np.array(found, np.float32), np.array(drawn, np.float32))


def _share(mark: Mark, sample: StoredSample) -> float:
    """How much of the picture a box covers: what is large and not seen is the strangest."""
    x1, y1, x2, y2 = mark.corners
    return (x2 - x1) * (y2 - y1) / (sample.size[0] * sample.size[1])


def _crowd(label: Label) -> bool:
    return str(label.attributes.get("iscrowd", 0)) == "1"


def _inside(mark: Mark, crowds: Sequence[Sequence[float]]) -> bool:
    x1, y1, x2, y2 = mark.corners
    area = (x2 - x1) * (y2 - y1)
    shared = (max(0.0, min(x2, c[2]) - max(x1, c[0])) * max(0.0, min(y2, c[3]) - max(y1, c[1])) for c in crowds)
    return any(part > area / 2 for part in shared)
