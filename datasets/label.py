"""What is said about one picture: boxes with their classes, kept in the very numbers in which they were given."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from datasets.errors import DatasetError
from vision.geometry import Size

__all__ = ["Annotation", "Corners", "Form", "Label", "canonical", "digest", "is_number"]

Form = Literal["centre", "corners", "extent", "percent"]
"""How four numbers say a box: ``centre`` cx cy w h as shares of the picture (YOLO); ``corners`` x1 y1 x2 y2 in pixels
(VOC, CVAT); ``extent`` x y w h in pixels (COCO); ``percent`` x y w h in percent of the picture (Label Studio)."""

Corners: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture."""

_SNAP: Final = 64 * 2.0**-52


@dataclass(frozen=True, slots=True)
class Label:
    """A box: its class, its numbers as given, and whatever else the source says of it (occluded, difficult, …)."""

    kind: str
    form: Form
    numbers: tuple[float, float, float, float]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def corners(self, size: Size) -> Corners:
        """The box in pixels of a picture of ``size``; it may lie outside of it."""
        return _TO_CORNERS[self.form](self.numbers, size)

    def written(self, form: Form, size: Size) -> tuple[float, float, float, float]:
        """The box in another form; in its own form the numbers are the given ones.

        Numbers of up to 6 decimals come back exactly from a way through any other form, others to 1e-12 of the size.
        """
        if form == self.form:
            return self.numbers
        corners = _TO_CORNERS[self.form](self.numbers, size)
        width, height = (1, 1) if form == "centre" else (100, 100) if form == "percent" else size
        places = 9 if form == "centre" else 6
        a, b, c, d = _FROM_CORNERS[form](corners, size)
        return (
            _clean(a, width, places),
            _clean(b, height, places),
            _clean(c, width, places),
            _clean(d, height, places),
        )


@dataclass(frozen=True, slots=True)
class Annotation:
    """Everything that is said about one picture.

    ``labelled`` are the classes whose every object in the picture has a box; any other class is *unknown* there, not
    absent. ``tags`` are classes of the picture as a whole. ``extra`` holds what one format alone has, by its name.
    """

    labels: tuple[Label, ...] = ()
    tags: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def checked_empty(self) -> bool:
        """Somebody looked for the labelled classes and found none."""
        return bool(self.labelled) and not self.labels

    def text(self) -> str:
        """Canonical JSON: the same annotation gives the same bytes."""
        return canonical(
            {
                "labels": [
                    {
                        "class": label.kind,
                        "form": label.form,
                        "numbers": list(label.numbers),
                        **({"attributes": dict(label.attributes)} if label.attributes else {}),
                    }
                    for label in self.labels
                ],
                **({"tags": list(self.tags)} if self.tags else {}),
                "labelled": list(self.labelled),
                **({"extra": dict(self.extra)} if self.extra else {}),
            }
        )

    @staticmethod
    def read(text: str) -> "Annotation":
        """The annotation that ``text`` gave."""
        body = json.loads(text)
        return Annotation(
            tuple(
                Label(one["class"], one["form"], _four(one["numbers"]), one.get("attributes", {}))
                for one in body["labels"]
            ),
            tuple(body.get("tags", ())),
            tuple(body["labelled"]),
            body.get("extra", {}),
        )


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces. Raises DatasetError for text that UTF-8 cannot hold."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        shown = text[max(0, error.start - 20) : error.start]
        raise DatasetError(f"after {shown!r} stands half a character, which no file can hold") from error
    return text


def digest(text: str) -> str:
    """SHA-256 of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()


def _four(numbers: Sequence[float]) -> tuple[float, float, float, float]:
    a, b, c, d = (float(number) for number in numbers)
    return a, b, c, d


def _clean(value: float, scale: float, places: int) -> float:
    """``value`` without what a conversion there and back added to a number of few decimals."""
    near = round(value, places)
    return near if abs(near - value) <= _SNAP * max(scale, abs(value)) else value


def _from_centre(n: Sequence[float], size: Size) -> Corners:
    (cx, cy, w, h), (width, height) = n, size
    return (cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height


def _from_percent(n: Sequence[float], size: Size) -> Corners:
    (x, y, w, h), (width, height) = n, size
    return x * width / 100, y * height / 100, (x + w) * width / 100, (y + h) * height / 100


def _to_centre(c: Sequence[float], size: Size) -> Corners:
    (x1, y1, x2, y2), (width, height) = c, size
    return (x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height


def _to_percent(c: Sequence[float], size: Size) -> Corners:
    (x1, y1, x2, y2), (width, height) = c, size
    return x1 / width * 100, y1 / height * 100, (x2 - x1) / width * 100, (y2 - y1) / height * 100


_TO_CORNERS: Final = {
    "centre": _from_centre,
    "corners": lambda n, size: (n[0], n[1], n[2], n[3]),
    "extent": lambda n, size: (n[0], n[1], n[0] + n[2], n[1] + n[3]),
    "percent": _from_percent,
}
_FROM_CORNERS: Final = {
    "centre": _to_centre,
    "corners": lambda c, size: (c[0], c[1], c[2], c[3]),
    "extent": lambda c, size: (c[0], c[1], c[2] - c[0], c[3] - c[1]),
    "percent": _to_percent,
}


def is_number(value: object) -> bool:
    """A finite JSON number that is no boolean and no monster."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e9
