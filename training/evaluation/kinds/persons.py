"""People of whom one thing is true or not, each with a score: the measures that phone, smoking and badge share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.statistics import Ranking
from vision.conduct import Act, Conduct

__all__ = ["Persons", "score_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """All persons of a set, (n,): the picture each is in, whether it is true of her, and the score given to it."""

    part: NDArray[np.intp]
    true: NDArray[np.bool_]
    scores: NDArray[np.float64]
    pictures: int

    @staticmethod
    def of(rows: Sequence[tuple[int, bool, float]], pictures: int) -> Persons:
        """From one (picture, truth, score) a person."""
        part, true, scores = zip(*rows, strict=True) if rows else ((), (), ())
        return Persons(np.array(part, np.intp), np.array(true, np.bool_), np.array(scores, np.float64), pictures)

    def ranking(self) -> Ranking:
        """Best score first, right where it is true."""
        totals = np.bincount(self.part[self.true], minlength=self.pictures).astype(np.float64)
        return Ranking.of(self.scores, self.true, self.part, totals)

    def only(self, kept: NDArray[np.bool_]) -> Persons:
        return Persons(self.part[kept], self.true[kept], self.scores[kept], self.pictures)


def score_of(conduct: Conduct, act: Act) -> float:
    """The score of ``act``; 0 where the network does not know it."""
    return conduct.acts[act].score if act in conduct.acts else 0.0
