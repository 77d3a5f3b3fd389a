"""Who in a clip is the window's own staff and who is somebody else, at any moment between the looks too."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vision.detector import Detections
from vision.geometry import Polygon, Size, area, contains, intersection_areas
from vision.streamtime import StreamTime, seconds
from vision.tracking import Tracker, TrackerLimits

__all__ = ["Box", "Looks", "Moment", "People", "PeopleLimits", "Scenery", "Sighting", "head_height", "looks_of"]

Box = tuple[float, float, float, float]
"""xyxy in pixels of the picture that the zones are drawn on."""

_PERSON: Final = "person"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody seen ``at`` a second of the clip; ``window`` is the post that the look put them at, if any.

    ``sweep``: which of several searches of that moment it was; one search sees a person once.
    """

    at: float
    box: Box
    score: float
    window: str | None = None
    sweep: int = 0


@dataclass(frozen=True, slots=True)
class Looks:
    """The clip's looks: when each was, in order, and whom they saw. A look that could not tell is none."""

    times: tuple[float, ...]
    people: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scenery:
    """The window's zones on a picture of ``size``, and how many staff it is for; ``staff`` None where none is drawn."""

    window: str
    size: Size
    staff: Polygon | None
    customer: Polygon | None = None
    posts: int = 1

    def on(self, size: Size) -> "Scenery":
        """The same on a picture of another size."""
        scale = np.array([size[0] / self.size[0], size[1] / self.size[1]], np.float32)
        staff, customer = (None if zone is None else zone * scale for zone in (self.staff, self.customer))
        return Scenery(self.window, size, staff, customer, self.posts)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where people are in one picture: the window's own staff, and everybody else (with room to move in)."""

    own: tuple[Box, ...]
    others: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PeopleLimits:
    """When somebody is the window's own. Times in seconds; everything doubtful makes a person somebody else.

    ``near``: a picture further from every look than this cannot be told; no more than ``hold``, or somebody would be
    forgotten while the zone is still shown. ``mostly``: the share of her looks in which
    staff is put at the window; ``seldom``: the share in which she may be put elsewhere, or stand in the customers'
    zone; ``inside``: how much of her lies in the staff zone, or of the zone she fills. ``settles``, ``strays``: as
    presence is judged, staff stays so long within that share of her width. ``bridge``: so long may nobody have seen
    somebody who is taken to have walked on from box to box; ``hold``: so long somebody is taken to be there before
    they were first seen and after they were last.
    """

    near: float = 0.6
    mostly: float = 0.6
    seldom: float = 0.1
    inside: float = 0.5
    settles: float = 1.0
    strays: float = 0.35
    bridge: float = 2.0
    hold: float = 0.6


def looks_of(track: Mapping[str, Any]) -> Looks:
    """The looks of a ``track.json``.

    What cannot be read is no look, and a look without a single box counts only where the event's own answer of that
    moment is known: otherwise nobody can tell whether nobody was there or nothing was seen.
    """
    answers = sorted((float(t), said) for t, said in _rows(track.get("answers")))
    times, people = [], []
    for t, boxes in _rows(track.get("boxes")):
        seen = [one for one in (_sighting(float(t), row) for row in boxes) if one is not None]
        if not boxes and _answer(answers, float(t)) is None:
            continue
        times.append(float(t))
        people += seen
    return Looks(tuple(sorted(times)), tuple(sorted(people, key=lambda one: one.at)))


def _rows(given: object) -> list[tuple[Any, Any]]:
    rows = given if isinstance(given, list) else []
    return [(row[0], row[1]) for row in rows if isinstance(row, list) and len(row) == 2]


def _sighting(at: float, row: Sequence[Any]) -> Sighting | None:
    label, x1, y1, x2, y2, score = row[:6]
    if label != _PERSON:
        return None
    window = next((one for one in row[6:] if isinstance(one, str)), None)
    return Sighting(at, (float(x1), float(y1), float(x2), float(y2)), float(score), window)


def _answer(answers: Sequence[tuple[float, Any]], at: float) -> bool | None:
    """The event's answer that is nearest to ``at``, of those within a second: long events keep only some of them."""
    near = [(abs(t - at), said) for t, said in answers if abs(t - at) <= 1.0]
    return min(near, key=lambda one: one[0])[1] if near else None


def head_height(box: Box) -> float:
    """How high a person's head is at most, in pixels, from her box.

    Of a standing figure the width bounds it (shoulders are some 2.3 heads wide), of head and shoulders the height;
    true heads are 0.5 to 1.0 of it.
    """
    return min(0.6 * (box[3] - box[1]), 0.8 * (box[2] - box[0]))


def same_person(a: Box, b: Box) -> bool:
    """Whether two boxes of one moment show one person: their heads are in one place, or they are nearly one box."""
    shared = _shared(a, b)
    areas = _area(a), _area(b)
    if shared >= 0.7 * (sum(areas) - shared):
        return True
    reach = 0.35 * min(head_height(a), head_height(b))
    aside = abs((a[0] + a[2]) - (b[0] + b[2])) / 2
    return shared >= 0.5 * min(areas) and aside <= reach and abs(a[1] - b[1]) <= reach


@dataclass(slots=True)
class _Path:
    """One person over time."""

    times: list[float] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)

    def add(self, one: Sighting) -> None:
        self.times.append(one.at)
        self.sightings.append(one)

    def between(self, at: float, bridge: float) -> Box | None:
        """Her box at ``at``, in between two sightings that are not further apart than ``bridge``."""
        index = bisect_left(self.times, at)
        if index < len(self.times) and self.times[index] == at:
            return self.sightings[index].box
        if index in (0, len(self.times)) or self.times[index] - self.times[index - 1] > bridge:
            return None
        before, after = self.sightings[index - 1], self.sightings[index]
        share = (at - before.at) / (after.at - before.at)
        x1, y1, x2, y2 = (p + share * (q - p) for p, q in zip(before.box, after.box, strict=True))
        return x1, y1, x2, y2

    def around(self, at: float, limits: PeopleLimits) -> list[Box]:
        """Where she may be at ``at``: anywhere between two sightings, or where she was or was going to be."""
        index = bisect_right(self.times, at)
        if 0 < index < len(self.times) and self.times[index] - self.times[index - 1] <= limits.bridge:
            return [_hull(self.sightings[index - 1].box, self.sightings[index].box)]
        ends = []
        if index > 0 and at - self.times[index - 1] <= limits.hold:
            ends.append((index - 1, index - 2))
        if index < len(self.times) and self.times[index] - at <= limits.hold:
            ends.append((index, index + 1))
        return [self._going(last, inner, at) for last, inner in ends]

    def _going(self, last: int, inner: int, at: float) -> Box:
        end = self.sightings[last].box
        if not 0 <= inner < len(self.times):
            return end
        from_box, lapse = self.sightings[inner].box, self.times[last] - self.times[inner]
        if not 0 < abs(lapse) <= 1.0:
            return end
        step = (at - self.times[last]) / lapse
        aside = ((end[0] + end[2]) - (from_box[0] + from_box[2])) / 2 * step
        return _hull(end, (end[0] + aside, end[1], end[2] + aside, end[3]))


class People:
    """Everybody in a clip, from its looks and from a second search of its pictures."""

    def __init__(
        self,
        looks: Looks,
        found: Iterable[Sighting],
        scenery: Scenery,
        limits: PeopleLimits | None = None,
    ) -> None:
        """``found``: whom the second search saw. All boxes are in pixels of ``scenery``."""
        self._limits = limits or PeopleLimits()
        self._times = looks.times
        self.scenery = scenery
        paths = _followed(looks.people)
        own = [path for path in paths if self._is_own(path)]
        own += [path for path in paths if path not in own and self._goes_on(path, own)]
        # Whoever lies better in the zone comes first: of two at one window the clerk sits in it, and a customer who
        # leans over, or who is seen behind her, reaches into it.
        self._own = [self._here(path) for path in sorted(own, key=self._belonging, reverse=True)]
        self._others: list[_Path] = []
        seen = [one for path in paths for one in path.sightings]
        others = self._but_staff(seen, 0.7)
        self._others = _followed(others)  # by now of the looks alone
        others += self._but_staff(found, 0.3)
        self._others = _followed(sorted(others, key=lambda one: one.at))
        self.largest_head = max((head_height(one.box) for one in (*looks.people, *found)), default=0.0)
        """Pixels, of all that were seen."""

    def at(self, second: float) -> Moment | None:
        """Where people are at a ``second`` of the clip; None when no look is near enough to tell."""
        index = bisect_left(self._times, second)
        near = self._times[max(index - 1, 0) : index + 1]
        if not any(abs(second - time) <= self._limits.near for time in near):
            return None
        others = [box for path in self._others for box in path.around(second, self._limits)]
        return Moment(tuple(self._staff(second)), tuple(others))

    def _staff(self, second: float) -> list[Box]:
        """The boxes of the window's own, at most as many as it is for."""
        staff: list[Box] = []
        for path in self._own:
            box = path.between(second, self._limits.bridge)
            if box is not None and len(staff) < self.scenery.posts and not any(same_person(box, one) for one in staff):
                staff.append(box)
        return staff

    def _but_staff(self, sightings: Iterable[Sighting], overlap: float) -> list[Sighting]:
        """Those that are not the window's own, and those that rather are somebody else who is known by now."""
        others: list[Sighting] = []
        for at, together in _grouped(sightings):
            known = [box for path in self._others for box in path.around(at, self._limits)]
            hers: list[Sighting] = []
            for box in self._staff(at):
                rather = [one for one in together if all(_overlap(one.box, box) > _overlap(one.box, b) for b in known)]
                hers += _hers(box, rather, overlap)
            others += [one for one in together if not any(one is own for own in hers)]
        return others

    def _fit(self, box: Box) -> float:
        """The share of a person that lies in the staff zone, or of the zone that a person in it fills."""
        staff = self.scenery.staff
        if staff is None:
            return 1.0
        shared = float(intersection_areas(staff, np.array([box], np.float32))[0])
        fills = contains(staff, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2) * shared / area(staff)
        return max(shared / max(_area(box), 1e-9), fills)

    def _belonging(self, path: _Path) -> float:
        """How much a person belongs to the window, over all looks that put her there."""
        return sum(self._fit(one.box) ** 2 * one.score for one in self._here(path).sightings)

    def _here(self, path: _Path) -> _Path:
        """The person as far as looks put her at the window."""
        here = [one for one in path.sightings if one.window == self.scenery.window]
        return _Path([one.at for one in here], here)

    def _is_own(self, path: _Path) -> bool:
        limits, count = self._limits, len(path.sightings)
        window, here = self.scenery.window, self._here(path).sightings
        elsewhere = sum(one.window not in (None, window) for one in path.sightings)
        before = sum(self._stands_before(one.box) for one in path.sightings)
        if len(here) < limits.mostly * count or max(elsewhere, before) > limits.seldom * count:
            return False
        if np.median([self._fit(one.box) for one in here]) < limits.inside:
            return False
        return any(_stays(here[: index + 1], limits) for index in range(len(here)))

    def _stands_before(self, box: Box) -> bool:
        customer = self.scenery.customer
        return customer is not None and contains(customer, (box[0] + box[2]) / 2, box[3])

    def _goes_on(self, path: _Path, own: Sequence[_Path]) -> bool:
        """Whether this is staff under a new number: she is where one of them was last seen, who is not there now."""
        first, last = path.sightings[0], path.sightings[-1]
        if any(one.window != self.scenery.window or self._stands_before(one.box) for one in path.sightings):
            return False
        for known in own:
            ended, begun = known.sightings[-1], known.sightings[0]
            after = 0 < first.at - ended.at <= self._limits.bridge and _overlap(first.box, ended.box) > 0.5
            before = 0 < begun.at - last.at <= self._limits.bridge and _overlap(last.box, begun.box) > 0.5
            if after or before:
                return True
        return False


def _hers(box: Box, together: Sequence[Sighting], overlap: float) -> list[Sighting]:
    """Of those who were seen at one moment, the sightings of the one who is at ``box``.

    Of each search the box that overlaps best, by at least ``overlap``; any that has its head where hers is; and what
    the network doubts while it is sure of hers in nearly the same place: it has no other way to suppress doubles.
    """
    hers = [one for one in together if same_person(one.box, box)]
    for sweep in {one.sweep for one in together}:
        best = max((one for one in together if one.sweep == sweep), key=lambda one: _overlap(one.box, box))
        if _overlap(best.box, box) >= overlap:
            hers.append(best)
    doubles = [
        one
        for one in together
        if any(_overlap(one.box, sure.box) >= 0.6 and one.score <= 0.6 * sure.score for sure in hers)
    ]
    return hers + doubles


def _stays(here: Sequence[Sighting], limits: PeopleLimits) -> bool:
    """Whether the last of these sightings ends a stay: long enough, in one place."""
    last = here[-1]
    stay = [one for one in here if last.at - one.at <= limits.settles + 1e-6]
    if last.at - stay[0].at < 0.8 * limits.settles:
        return False
    middles = [(one.box[0] + one.box[2]) / 2 for one in stay]
    return max(middles) - min(middles) <= limits.strays * max(last.box[2] - last.box[0], 1.0)


def _followed(sightings: Sequence[Sighting]) -> list[_Path]:
    """Sightings in order of time as people; one too doubtful to begin a track is a person of her own."""
    tracker = Tracker(TrackerLimits(begin_score=0.0, confident=0.3, path_length=seconds(1)))
    paths: dict[int, _Path] = {}
    for at, group in _grouped(sightings):
        detections = Detections(
            np.array([one.box for one in group], np.float32).reshape(-1, 4),
            np.array([one.score for one in group], np.float32),
            np.zeros(len(group), np.intp),
            (_PERSON,),
        )
        for one, track in zip(group, tracker.update(StreamTime(seconds(at)), detections), strict=True):
            if track is not None:
                paths.setdefault(track.id, _Path()).add(one)
    return list(paths.values())


def _grouped(sightings: Iterable[Sighting]) -> list[tuple[float, list[Sighting]]]:
    groups: dict[float, list[Sighting]] = {}
    for one in sightings:
        groups.setdefault(one.at, []).append(one)
    return sorted(groups.items())


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _shared(a: Box, b: Box) -> float:
    return max(min(a[2], b[2]) - max(a[0], b[0]), 0.0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0.0)


def _overlap(a: Box, b: Box) -> float:
    shared = _shared(a, b)
    return shared / max(_area(a) + _area(b) - shared, 1e-9)


def _hull(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
