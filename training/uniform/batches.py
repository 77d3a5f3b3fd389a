"""Steps of training: some cameras, and before each of them people in the same and in other clothes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.uniform.camera import Random, drawn_camera
from training.uniform.people import Person
from training.uniform.recipe import Fit
from training.uniform.views import roughened, view

if TYPE_CHECKING:
    import torch

LEAST_WORN = 3
NEAR_MISS = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """``inputs`` (n, 3, h, w) RGB 0..1; ``same`` (n, n): both wear the same; ``unsure`` (n, n): they may."""

    inputs: torch.Tensor
    same: torch.Tensor
    unsure: torch.Tensor


class Batches:
    """Draws a batch for every step, the same for the same seed."""

    def __init__(self, people: Sequence[Person], drawn: Sequence[Person], size: tuple[int, int], fit: Fit) -> None:
        self._size, self._fit = size, fit
        self._singles = [person for person in people if not person.garment]
        self._worn = [crew for crew in _by_garment(people) if len(crew) >= LEAST_WORN]
        crews = {crew[0].garment: crew for crew in _by_garment(drawn)}
        numbers = sorted({name.rpartition(".")[0] for name in crews})
        self._drawn = [[crews[f"{number}.{kind}"] for kind in range(3)] for number in numbers]

    def at(self, step: int) -> Batch:
        rng = np.random.default_rng((self._fit.seed, step))
        people = self._chosen(rng)
        cameras = [drawn_camera(rng), drawn_camera(rng)]
        if rng.random() < 0.5:
            cameras[1] = cameras[0]
        seen = [
            roughened(view(person, self._size, cameras[place % 2], rng), rng) for place, person in enumerate(people)
        ]
        return _batch(people, np.stack(seen))

    def _chosen(self, rng: Random) -> list[Person]:
        fit, people = self._fit, []
        for index in _some(len(self._drawn), fit.drawn, rng):
            uniform, *misses = self._drawn[index]
            people += [uniform[row] for row in _some(len(uniform), fit.views, rng)]
            if rng.random() < NEAR_MISS:
                miss = misses[int(rng.integers(len(misses)))]
                people += [miss[row] for row in _some(len(miss), 2, rng)]
        for index in _some(len(self._worn), fit.worn, rng):
            crew = self._worn[index]
            people += [crew[row] for row in _some(len(crew), fit.views, rng)]
        for index in _some(len(self._singles), fit.single, rng):
            people += [self._singles[index]] * 2
        return people


def _some(total: int, wanted: int, rng: Random) -> list[int]:
    return [int(index) for index in rng.permutation(total)[:wanted]]


def _by_garment(people: Sequence[Person]) -> list[list[Person]]:
    crews: dict[str, list[Person]] = {}
    for person in people:
        if person.garment:
            crews.setdefault(person.garment, []).append(person)
    return list(crews.values())


def _batch(people: Sequence[Person], seen: NDArray[np.uint8]) -> Batch:
    import torch

    wears = np.array([person.garment or person.key for person in people])
    crowds = np.array([person.crowd for person in people])
    same = wears[:, None] == wears[None, :]
    unsure = (crowds[:, None] == crowds[None, :]) & ~same
    inputs = torch.from_numpy(np.ascontiguousarray(seen[..., ::-1].transpose(0, 3, 1, 2)))
    return Batch(inputs.float() / 255, torch.from_numpy(same), torch.from_numpy(unsure))
