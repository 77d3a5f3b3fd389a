"""Films with truth, through the product's own pipeline: seats taken and empty, phones in use, badges worn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datasets import DatasetError
from training.evaluation.bootstrap import Clusters, Resampling, interval
from training.evaluation.looks import NetworkFolders
from training.evaluation.measure import Measure
from training.evaluation.statistics import share
from vision.address import address
from vision.closeup import Eye
from vision.detector import load_detector
from vision.film import open_film
from vision.layout import layout
from vision.observation import Observation, Signal, WindowId
from vision.pipeline import CameraPipeline, look_through
from vision.streamtime import SECOND, StreamTime

__all__ = ["Film", "film_measures", "find_films"]

_RATE = 5.0  # looks a second, the product's default
_MARGIN_S = 0.4  # near the borders of what the truth says, nobody agrees to a picture

_FLAGS: dict[Signal, str] = {
    "phone_in_use": "phone.flagged_looks",
    "smoking": "smoking.flagged_looks",
    "eating": "eating.flagged_looks",
}

_Span = tuple[float, float]


class _Interval(BaseModel):
    model_config = ConfigDict(extra="ignore")

    window: str = "w1"
    rule: str = "leave_post"
    start_s: float
    end_s: float

    def span(self) -> _Span:
        return self.start_s, self.end_s


class _Truth(BaseModel):
    """What a truth file may say: the places of windows (else the picture is one), who is there when, what she does.

    Present is whoever is ``seated``, else ``present``, else not absent by ``events``; while ``mostly_absent`` neither.
    """

    model_config = ConfigDict(extra="ignore")

    file: str
    duration_s: float = Field(gt=0)
    zones: dict[str, list[float]] = {}
    zone: list[float] | None = None
    events: list[_Interval] = []
    mostly_absent: list[_Interval] = []
    seated: list[_Interval] | None = None
    present: dict[str, list[_Span]] | list[_Span] | None = None
    phone_use: list[_Span] = []
    badge_worn: list[_Span] = []

    def absences(self, window: str) -> list[_Span]:
        return [one.span() for one in self.events if (one.window, one.rule) == (window, "leave_post")]

    def presences(self, window: str) -> list[_Span]:
        if self.seated is not None:
            return [one.span() for one in self.seated if one.window == window]
        if isinstance(self.present, dict):
            return self.present.get(window, [])
        if self.present is not None:
            return self.present if window == "w1" else []
        absences = sorted(self.absences(window))
        starts, ends = [0.0, *(end for _, end in absences)], [*(start for start, _ in absences), self.duration_s]
        return list(zip(starts, ends, strict=True))


@dataclass(frozen=True, slots=True)
class Film:
    """A film and its truth. ``looks``: about how many there will be."""

    name: str
    path: Path
    truth: _Truth

    @property
    def looks(self) -> int:
        return round(self.truth.duration_s * _RATE)

    @property
    def windows(self) -> dict[WindowId, dict[str, list[float]]]:
        """The zones to look at: those of the truth, else one window whose staff zone is the picture."""
        zones = self.truth.zones or ({"w1": self.truth.zone} if self.truth.zone else {})
        return {WindowId(name): {"staff": zone} for name, zone in zones.items()} or {WindowId("w1"): {}}

    @property
    def measures(self) -> tuple[str, ...]:
        return ("seat.occupied", "seat.empty", "phone.in_use", "badge.worn", "badge.clear_looks", *_FLAGS.values())


def find_films(folder: Path) -> list[Film]:
    """The films of ``folder`` that have a NAME.truth.json beside; raises DatasetError for a truth that is no truth."""
    films = []
    for path in sorted(folder.glob("*.truth.json")):
        try:
            truth = _Truth.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
        except (OSError, ValueError) as error:
            if isinstance(error, ValidationError):
                fault = error.errors(include_url=False)[0]
                if fault["loc"] == ("duration_s",) and fault["type"] == "missing":
                    continue  # the truth of a single picture
                raise DatasetError(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error
            raise DatasetError(f"{path}: is no JSON that can be read ({error})") from error
        film = folder / truth.file
        if not film.is_file():
            raise DatasetError(f"{path}: names the film {truth.file}, which is not beside it")
        films.append(Film(film.stem, film, truth))
    return films


def film_measures(
    film: Film, networks: NetworkFolders, threads: int, resampling: Resampling, step: Callable[[], None]
) -> list[Measure]:
    """What the pipeline answers, look by look, against the truth; a look that cannot be judged at all counts nowhere.

    Raises SourceError where the film cannot be read.
    """
    eye = Eye(load_detector(networks.person, threads=threads), load_detector(networks.objects, threads=threads))
    looks: dict[str, list[Observation]] = {name: [] for name in film.windows}
    with open_film(address(str(film.path)), StreamTime(0)) as opened:
        pipeline = CameraPipeline(layout(film.name, opened.size, film.windows), eye)
        with closing(look_through(opened.pictures(_RATE), pipeline, eye)) as seen:
            for look in seen:
                step()
                for one in look.observations:
                    if one.reason is None:
                        looks[one.window].append(one)
    measures = []
    for window, observations in looks.items():
        judged = _Judged(f"{film.name}/{window}", observations, resampling)
        measures += judged.seat(film.truth, window) + judged.conduct(film.truth)
    return measures


@dataclass(frozen=True, slots=True)
class _Judged:
    """One window's looks, and the figures of them."""

    name: str
    looks: Sequence[Observation]
    resampling: Resampling

    def seat(self, truth: _Truth, window: str) -> list[Measure]:
        unclear = self._within([one.span() for one in truth.mostly_absent if one.window == window], 0.0)
        present = self._within(truth.presences(window), -_MARGIN_S) & ~unclear
        absent = self._within(truth.absences(window), -_MARGIN_S)
        return self._share("seat.occupied", "occupied", True, present) + self._share(
            "seat.empty", "occupied", False, absent
        )

    def conduct(self, truth: _Truth) -> list[Measure]:
        using, near = self._within(truth.phone_use, -_MARGIN_S), self._within(truth.phone_use, _MARGIN_S)
        measures = self._share("phone.in_use", "phone_in_use", True, using)
        for signal, name in _FLAGS.items():
            innocent = ~near if signal == "phone_in_use" else np.ones(len(self.looks), np.bool_)
            measures += self._share(name, signal, True, innocent)
        worn = self._within(truth.badge_worn, -_MARGIN_S)
        clear = self._answers("badge") >= 0
        if worn.any():
            measures += self._share("badge.worn", "badge", True, worn & clear) or [
                Measure("badge.worn", self.name, None, note="no look at which a badge could be told")
            ]
            measures.append(self._measure("badge.clear_looks", clear[worn], worn))
        return measures

    def _share(self, name: str, signal: Signal, answer: bool, asked: NDArray[np.bool_]) -> list[Measure]:
        """Share of the ``asked`` looks with that answer; none where the signal is never answered, or nothing asked."""
        answers = self._answers(signal)
        if not asked.any() or (answers < 0).all():
            return []
        return [self._measure(name, answers[asked] == int(answer), asked)]

    def _measure(self, name: str, marked: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Measure:
        seconds = [str(int(self._seconds()[index])) for index in np.flatnonzero(asked)]
        clusters = Clusters.among(seconds)
        figure = partial(share, marked, np.arange(len(marked)))
        ci95 = interval(figure, clusters, self.resampling, len(marked))
        return Measure(
            name, self.name, float(marked.mean()), len(marked), "looks", ci95, drawn="seconds" if ci95 else None
        )

    def _answers(self, signal: Signal) -> NDArray[np.intp]:
        """1 yes, 0 no, -1 cannot tell, one a look."""
        given = [getattr(one, signal) for one in self.looks]
        return np.array([-1 if answer is None else int(answer) for answer in given], np.intp)

    def _within(self, spans: Sequence[_Span], grown: float) -> NDArray[np.bool_]:
        """Which looks lie in one of the spans, each ``grown`` by so many seconds at both ends."""
        at, inside = self._seconds(), np.zeros(len(self.looks), np.bool_)
        for start, end in spans:
            inside |= (at >= (start - grown if start > 0 else 0.0)) & (at < end + grown)
        return inside

    def _seconds(self) -> NDArray[np.float64]:
        return np.array([one.at / SECOND for one in self.looks], np.float64)
