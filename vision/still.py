"""One picture by itself, looked at as thoroughly as the product looks at a post: people, things, conduct.

still = Still(load_detector(SHIPPED / "person"), load_detector(SHIPPED / "objects"))
boxes, scores, names = still.people(picture).arrays()
"""

from typing import Final

from vision.closeup import Eye, EyeLimits, merged
from vision.conduct import Conduct, conduct_of
from vision.detector import Detections, Detector
from vision.geometry import Boxes
from vision.layout import layout
from vision.observation import WindowId
from vision.picture import Picture, Pixels
from vision.streamtime import StreamTime

__all__ = ["Still"]

_SURE: Final = 0.4  # whoever is so surely a person is worth a close look


class Still:
    """Two networks on single pictures (height, width, 3) BGR; the whole picture counts as a post."""

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
        """Everybody, best first, from both looks of `vision.Eye` (the whole picture, then every doubtful person)."""
        height, width = picture.shape[:2]
        zone = {WindowId("w1"): {"staff": (0, 0, width, 0, width, height, 0, height)}}
        look = (layout("still", (width, height), zone), Picture(StreamTime(0), picture), False)
        return self._eye.see([look])[0].people

    def things(self, picture: Pixels, floor: float = 0.01) -> Detections:
        """Everything of the objects network's classes: the whole picture, and a close look at everybody in it."""
        found = self.objects.detect([picture], self.objects.card.inputs["scene"], floor)[0]
        people = self.people(picture)
        for more in self._eye.look_closely(picture, people[people.scores >= _SURE].boxes, floor):
            found = merged(found, more, self._limits)
        return found

    def conduct(self, picture: Pixels, people: Boxes, floor: float = 0.01) -> list[Conduct]:
        """What a close look at each of ``people``, (n, 4) xyxy in pixels, says."""
        looks = self._eye.look_closely(picture, people, floor)
        return [
            conduct_of((x1, y1, x2, y2), things, self.objects.card)
            for things, (x1, y1, x2, y2) in zip(looks, people.tolist(), strict=True)
        ]
