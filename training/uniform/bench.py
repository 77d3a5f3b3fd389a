"""Leave one uniform out: how well the way of judging does on garments and people that its network never saw.

    python -m training.uniform.bench training/recipes/uniform.yaml --out build/uniform

A network is fitted for every fold of the recipe without the fold's sets and without half of the strangers. Then each
garment of those sets is enrolled from some pictures and told from strangers and from others of its own set, all seen
through one drawn camera, by the colours that ship, by the network alone, and by both. Nothing of ``data/eval`` is
read: whatever is chosen, is chosen by these figures.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets import is_held_out
from training.errors import TrainingError
from training.look import Picture
from training.uniform.build import Workshop, fit_network
from training.uniform.camera import Random, drawn_camera
from training.uniform.colour import ColourHistograms
from training.uniform.export import embedded
from training.uniform.people import Person
from training.uniform.recipe import Bench
from training.uniform.views import plain_view, view
from vision.enrolment import area_under_curve, likeness
from vision.errors import ZaigangError

STRANGERS = 80
OTHERS = 40
COLOURS = ColourHistograms()

Vectors = NDArray[np.float32]
Scores = NDArray[np.float64]
Method = Callable[[Vectors, Vectors, Vectors, Vectors, Vectors, Vectors], Scores]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Torsos seen by one camera: references and others of the same garment, and people in something else."""

    garment: str
    references: list[Picture]
    worn: list[Picture]
    strange: list[Picture]


def trials(
    people: Sequence[Person], strangers: Sequence[Person], garment: str, bench: Bench, size: tuple[int, int]
) -> list[Trial]:
    """The draws of one garment; every second one is boxed by torso, the first sees pictures as they are."""
    own = [person for person in people if person.garment == garment]
    beside = [person for person in people if person.set == own[0].set and not _akin(person.garment, garment)]
    found = []
    for draw in range(bench.draws):
        rng = np.random.default_rng((bench.seed, draw, *garment.encode()))
        references, rest = _parted(own, bench.references, rng)
        camera = drawn_camera(rng) if draw else None
        judged = [*_some(strangers, STRANGERS, rng), *_some(beside, OTHERS, rng)]
        seen = [[view(one, size, camera, rng, draw % 2 == 1) for one in crew] for crew in (references, rest, judged)]
        found.append(Trial(garment, *seen))
    return found


def measured(
    trial: Trial, bank: tuple[Vectors, Vectors], embed: Callable[[Sequence[Picture]], Vectors]
) -> dict[str, float]:
    """Area under the curve of each way; ``bank`` are the plain clothes' colours and embeddings."""
    parts = (trial.references, trial.worn, trial.strange)
    colours, learned = [embedded(COLOURS, one) for one in parts], [embed(one) for one in parts]
    by_colour = [likeness(one, colours[0], bank[0]) for one in colours[1:]]
    best = [(one @ colours[0].T).max(1) - (one @ bank[0].T).max(1) for one in colours[1:]]
    by_network = [likeness(one, learned[0], bank[1]) for one in learned[1:]]
    both = [one + other for one, other in zip(by_colour, by_network, strict=True)]
    ways = {"colours, best match": best, "colours": by_colour, "network": by_network, "both": both}
    return {way: area_under_curve(*scores) for way, scores in ways.items()}


def left_out(workshop: Workshop, say: Callable[[str], None] = print) -> Mapping[str, Mapping[str, float]]:
    """Garment to way to mean area under the curve over the draws."""
    recipe = workshop.recipe
    figures: dict[str, dict[str, float]] = {}
    for fold, sets in recipe.bench.folds.items():
        kept = [person for person in workshop.people if person.set not in sets and not _stranger(person, recipe.bench)]
        network = fit_network(workshop, kept, f"fold-{fold}", say)
        bank = [plain_view(person, recipe.size) for person in workshop.bank]
        banks = (embedded(COLOURS, bank), embedded(network, bank))
        strangers = [person for person in workshop.people if _stranger(person, recipe.bench)]
        inside = [person for person in workshop.people if person.set in sets]
        for garment in sorted({person.garment for person in inside if person.garment}):
            if sum(person.garment == garment for person in inside) < recipe.bench.least:
                continue
            rows = [
                measured(trial, banks, lambda seen, of=network: embedded(of, seen))  # type: ignore[misc]
                for trial in trials(inside, strangers, garment, recipe.bench, recipe.size)
            ]
            figures[garment] = {way: float(np.mean([row[way] for row in rows])) for way in rows[0]}
            say(f"{garment:22}" + "".join(f"  {way} {value:.3f}" for way, value in figures[garment].items()))
    means = {way: float(np.mean([row[way] for row in figures.values()])) for way in next(iter(figures.values()))}
    say(f"{'mean':22}" + "".join(f"  {way} {value:.3f}" for way, value in means.items()))
    return figures


def _stranger(person: Person, bench: Bench) -> bool:
    return person.set in bench.strangers and is_held_out(person.set, person.group, 1 - bench.share, bench.seed)


def _akin(one: str, other: str) -> bool:
    """Two garments of one house (a shirt and its blazer) hang together: neither is the other's opposite."""
    return one == other or (one.partition("-")[0] == other.partition("-")[0] and one.startswith(("college", "vest")))


def _parted(own: Sequence[Person], references: int, rng: Random) -> tuple[list[Person], list[Person]]:
    """References, and people of other scenes; two fifths of the scenes give references, or as many as it takes."""
    groups = sorted({person.group for person in own})
    if len(groups) < 4:
        order = rng.permutation(len(own))
        return [own[row] for row in order[:references]], [own[row] for row in order[references:]]
    pool: list[Person] = []
    used: set[str] = set()
    for group in rng.permutation(groups).tolist():
        crew = [person for person in own if person.group == group]
        if len(pool) >= references and len(used) >= 0.4 * len(groups):
            break
        if len(own) - len(pool) - len(crew) >= 3:
            pool += crew
            used.add(group)
    return _some(pool, references, rng), [person for person in own if person.group not in used]


def _some(people: Sequence[Person], count: int, rng: Random) -> list[Person]:
    return [people[row] for row in rng.permutation(len(people))[:count]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.uniform.bench", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that is made")
    arguments = parser.parse_args()
    shared = os.environ.get("ZAIGANG_SHARED")
    try:
        if not shared:
            raise TrainingError("ZAIGANG_SHARED is not set: it names the folder that holds data/ and weights/")
        left_out(Workshop.opened(arguments.recipe, Path(shared), arguments.out))
    except ZaigangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
