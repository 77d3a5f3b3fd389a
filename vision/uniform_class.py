"""The other judge of a hall's uniform: a detector that was trained on it and boxes whoever's torso shows it.

    judge = UniformClass(load_detector(Path("models/deployed/uniform")))
    for seen in judge.look(picture, boxes):          # as vision.uniform's judge of enrolled uniforms answers
        seen.wears, seen.score, seen.why

Which of the two a hall should take, `zaigang compare-uniform` says from the hall's own pictures (docs/uniforms.md).
"""

from collections.abc import Sequence
from typing import Final

from vision.card import ModelCard
from vision.detector import Detections, Detector
from vision.errors import ModelError
from vision.geometry import Boxes, area, box_polygon, intersection_areas, square_around
from vision.picture import Pixels
from vision.torso import Box, TorsoLimits, Unclear, torso_of, unclear
from vision.uniform import Wears

__all__ = ["UNIFORM", "UniformClass", "knows_uniform"]

UNIFORM: Final = "uniform"
"""The class of a torso in uniform."""

_FLOOR: Final = 0.01
_GROWN: Final = 2.0  # a crop is so many times as long as the torso in it: most of her, as on a close look
_DOUBT: Final = 0.5  # from this share of the threshold on there may be one: not seen, it accuses
_ON_HER: Final = 0.5  # so much of her torso a box covers that is hers
_PERHAPS: Final = 0.1  # so much of it, that there may be a uniform of which something hides the rest


def knows_uniform(card: ModelCard) -> bool:
    """Whether a network has the class, and is sure of it at some score."""
    return UNIFORM in card.classes and card.threshold(UNIFORM) < 1


class UniformClass:
    """A detector with the class `uniform` as the judge of who wears one; holds no state from look to look."""

    def __init__(self, detector: Detector, limits: TorsoLimits | None = None) -> None:
        """Raises ModelError where the network does not know the class."""
        if not knows_uniform(detector.card):
            raise ModelError(
                f'model "{detector.card.name}" ({detector.card.folder}) cannot judge uniforms: it has no class '
                f"{UNIFORM}, or no score is sure of it"
            )
        self._detector, self._limits = detector, limits or TorsoLimits()

    @property
    def card(self) -> ModelCard:
        return self._detector.card

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{UNIFORM} ({self.card.name} {self.card.version})",)

    def look(self, pixels: Pixels, people: Boxes) -> list[Wears]:
        """One answer a box of ``people``, (n, 4) xyxy in pixels, in order."""
        torsos = [torso_of(box) for box in people.tolist()]
        return [
            self._answer(found, torso, unclear(pixels, torso, self._limits))
            for found, torso in zip(self._found(pixels, torsos), torsos, strict=True)
        ]

    def scores(self, pixels: Pixels, torsos: Sequence[Box]) -> list[float]:
        """How surely each of ``torsos`` (xyxy in pixels) is in uniform, 0..1: its best box of the class."""
        return [_best(found, torso, _ON_HER) for found, torso in zip(self._found(pixels, torsos), torsos, strict=True)]

    def _found(self, pixels: Pixels, torsos: Sequence[Box]) -> list[Detections]:
        """The boxes of the class near each torso, in pixels of the picture."""
        size = (pixels.shape[1], pixels.shape[0])
        crops = [square_around(torso, _GROWN, size) for torso in torsos]
        parts = [pixels[y1:y2, x1:x2] for x1, y1, x2, y2 in crops]
        found = self._detector.detect(parts, self.card.inputs["close"], _FLOOR) if parts else []
        return [seen.of(UNIFORM).moved(x1, y1) for seen, (x1, y1, _, _) in zip(found, crops, strict=True)]

    def _answer(self, found: Detections, torso: Box, why: Unclear | None) -> Wears:
        threshold, score = self.card.threshold(UNIFORM), _best(found, torso, _ON_HER)
        if score >= threshold:
            return Wears(True, score, UNIFORM)
        if why is None and _best(found, torso, _PERHAPS) < _DOUBT * threshold:
            return Wears(False, score, UNIFORM)
        return Wears(None, score, UNIFORM, why or "doubtful")


def _best(found: Detections, torso: Box, least: float) -> float:
    """The score of the best box that covers ``least`` of ``torso`` or more; 0 where none does."""
    whole = box_polygon(torso)
    shares = intersection_areas(whole, found.boxes) / max(area(whole), 1e-9)
    return float(found.scores[shares >= least].max(initial=0.0))
