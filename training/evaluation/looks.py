"""What the networks say of the pictures of a set, looked at as the product looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from datasets import Sample
from training.evaluation.sets import EvaluationSet, read_picture
from vision.card import ModelCard, read_card
from vision.closeup import PERSON, EyeLimits, merged
from vision.conduct import Conduct
from vision.detector import Detections, load_detector
from vision.picture import Pixels
from vision.still import Still

__all__ = ["Glance", "Look", "NetworkFolders", "Watcher", "everybody", "scene"]

_MOST_SHAPES = 12
_NONE: Mapping[int, Detections] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NetworkFolders:
    """Where the networks lie; ``uniform`` is None where there is none."""

    person: Path
    objects: Path
    uniform: Path | None = None

    def cards(self) -> tuple[ModelCard, ModelCard]:
        """Those of the person and the objects network; raises ModelError naming what is wrong with a folder."""
        person, objects = read_card(self.person), read_card(self.objects)
        person.require(frozenset((PERSON,)), "finding people")
        return person, objects


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What was said of one picture; empty where its kind of set does not ask.

    ``people``: everybody, by both looks. ``scenes``: everybody by one look at the whole picture, by its longer side.
    ``things``: by the whole picture and close looks. ``conducts``: of the people given by the set, or of those found;
    ``clear``: whether the chest of each is clearly shown, where badges are asked for.
    """

    sample: Sample
    size: tuple[int, int]
    people: Detections | None = None
    scenes: Mapping[int, Detections] = field(default_factory=lambda: _NONE)
    things: Detections | None = None
    conducts: tuple[Conduct, ...] = ()
    clear: tuple[bool, ...] = ()


Look = Callable[[Still, Sample, Pixels], Glance]
"""How a kind of set looks at one picture."""


class Watcher:
    """Looks with one pair of networks.

    Every shape of picture is compiled for itself and kept: a second and some 50 MB each. So pictures are looked at in
    the order of their shapes, and after a good many shapes the networks are loaded anew.
    """

    def __init__(self, folders: NetworkFolders, threads: int) -> None:
        self._folders = folders
        self._threads = threads
        self._still: Still | None = None
        self._shapes: set[tuple[int, int]] = set()

    def glances(self, of: EvaluationSet, look: Look, step: Callable[[], None]) -> list[Glance]:
        """One glance a picture, in the set's order; ``step`` is called after each."""
        found: dict[int, Glance] = {}
        for index in sorted(range(len(of.samples)), key=lambda one: (_shape(of.sizes[one]), one)):
            sample = of.samples[index]
            still = self._still_for(_shape(of.sizes[index]))
            found[index] = look(still, sample, read_picture(sample.picture))
            step()
        return [found[index] for index in range(len(of.samples))]

    def _still_for(self, shape: tuple[int, int]) -> Still:
        if self._still is None or (shape not in self._shapes and len(self._shapes) >= _MOST_SHAPES):
            self._shapes = set()
            self._still = None  # the old networks go before the new ones come
            person = load_detector(self._folders.person, threads=self._threads)
            same = self._folders.objects == self._folders.person
            objects = person if same else load_detector(self._folders.objects, threads=self._threads)
            self._still = Still(person, objects)
        self._shapes.add(shape)
        return self._still


def _shape(size: tuple[int, int]) -> tuple[int, int]:
    """What pictures of a size have in common once they are fitted into a network's input, about."""
    longer = max(size)
    return round(10 * size[0] / longer), round(10 * size[1] / longer)


def scene(still: Still, picture: Pixels, side: int, floor: float = 0.01) -> Detections:
    """Everybody by one look at the whole picture at ``side``, without those seen twice."""
    found = still.person.detect([picture], side, floor)[0]
    people = found.of(PERSON)
    return merged(people, Detections.none(people.names), EyeLimits())


def everybody(still: Still, sample: Sample, picture: Pixels) -> Glance:
    """The things in the picture and the conduct of everybody found in it."""
    people, things, conducts = still.everything(picture)
    return Glance(sample, (picture.shape[1], picture.shape[0]), people, things=things, conducts=tuple(conducts))
