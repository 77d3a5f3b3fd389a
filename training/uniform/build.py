"""One command from the recipe to the shipped uniform network: people, export, bank, card; and the fit that the bench
holds it against.

    python -m training.uniform.build training/recipes/uniform.yaml --out build/uniform

Every step keeps what it made under ``--out``, so a killed run is started again with the same line and goes on.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from training.card import write_card
from training.errors import TrainingError
from training.export import sha256
from training.made import keep_making
from training.start import load_network
from training.uniform.batches import Batches
from training.uniform.cloth import Cloth, cloths
from training.uniform.colour import ColourHistograms
from training.uniform.dress import dressed
from training.uniform.export import embedded, export
from training.uniform.fit import fitted
from training.uniform.network import UniformNetwork
from training.uniform.people import Person, gather
from training.uniform.recipe import UniformRecipe, Weights, load_uniform_recipe
from training.uniform.views import plain_view
from vision.errors import ZaigangError

LICENCE = "AGPL-3.0"


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """What every fit is made from: the recipe, everybody in its sets, and whose garments are cut out."""

    recipe: UniformRecipe
    recipe_file: Path
    shared: Path
    out: Path
    people: list[Person]
    cloths: list[Cloth]

    @property
    def bank(self) -> list[Person]:
        """The people in plain clothes that ship with the network."""
        sets = {source.set for source in self.recipe.sets if source.bank}
        return [person for person in self.people if person.set in sets]

    @staticmethod
    def opened(recipe_file: Path, shared: Path, out: Path) -> Workshop:
        recipe = load_uniform_recipe(recipe_file)
        keep_making(recipe.model_dump(mode="json", exclude={"version", "bench"}), out)
        pose = load_network(_weights(recipe.pose, shared))
        people = gather(recipe, recipe_file, shared / "data" / "train", pose, out)
        return Workshop(recipe, recipe_file, shared, out, people, cloths(people, out / "cloths"))


def fit_network(
    workshop: Workshop, people: Sequence[Person], name: str, say: Callable[[str], None] = print
) -> UniformNetwork:
    """A network fitted on ``people`` and on drawn uniforms that they put on; kept under ``name``."""
    recipe = workshop.recipe
    keys = {person.key for person in people}
    bodies = [cloth for cloth in workshop.cloths if cloth.person.key in keys]
    drawn = dressed(bodies, recipe.dress, workshop.out / name / "dressed")
    say(f"{name}: {len(people)} people, {len(bodies)} of them dressed again, {len(drawn)} times")
    detector = load_network(_weights(recipe.start, workshop.shared))
    network = UniformNetwork(detector, recipe.dimensions, recipe.parts)
    return fitted(network, Batches(people, drawn, recipe.size, recipe.fit), recipe.fit, workshop.out / name, say)


def build(recipe_file: Path, shared: Path, out: Path, say: Callable[[str], None] = print) -> Path:
    """The folder of the shipped network: it counts colours, since on garments that it was not fitted on no network of
    this workshop does better (`training.uniform.bench`).
    """
    workshop = Workshop.opened(recipe_file, shared, out)
    recipe = workshop.recipe
    network = ColourHistograms()
    shipped = out / recipe.name
    bank = [plain_view(person, recipe.size) for person in workshop.bank]
    files = export(network, recipe.size, shipped, bank[:16])
    # FP16 halves it; a bank is compared by sums of products, where that is nothing.
    np.savez_compressed(shipped / "bank.npz", plain=embedded(network, bank).astype(np.float16))
    files["bank.npz"] = sha256(shipped / "bank.npz")
    return write_card(_card(recipe, f"training/recipes/{recipe_file.name}", files), shipped).parent


def _card(recipe: UniformRecipe, recipe_file: str, files: dict[str, str]) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "version": recipe.version,
        "classes": [],
        "inputs": {"width": recipe.size[0], "height": recipe.size[1]},
        "output": "embedding",
        "thresholds": {},
        "threshold_source": "Each enrolled uniform brings its own, from its references and the bank of plain clothes.",
        "data": sorted({source.set for source in recipe.sets if source.bank}),
        "licence": LICENCE,
        "files": dict(files),
        "trained": {"date": datetime.now(UTC).date().isoformat(), "recipe": recipe_file},
    }


def _weights(weights: Weights, shared: Path) -> Path:
    file = shared / "weights" / weights.file
    if not file.is_file():
        raise TrainingError(f"weights: no file {file}")
    if sha256(file) != weights.sha256:
        raise TrainingError(f"weights: {file} is another file than the recipe's")
    return file


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.uniform.build", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that is made")
    arguments = parser.parse_args()
    shared = os.environ.get("ZAIGANG_SHARED")
    try:
        if not shared:
            raise TrainingError("ZAIGANG_SHARED is not set: it names the folder that holds data/ and weights/")
        folder = build(arguments.recipe, Path(shared), arguments.out)
    except ZaigangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
