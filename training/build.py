"""One command from a recipe to a shipped network: label, compose, fine-tune, export, choose thresholds, card.

    python -m training.build training/recipes/person.yaml --out build/person

Every step keeps what it made under ``--out`` and is skipped when that is there, so a killed run is started again.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from training.act_weights import act_weights
from training.banks import makers
from training.card import card, write_card
from training.compose import Composed, Split, compose
from training.errors import TrainingError
from training.export import check_export, export_onnx, export_openvino, sha256
from training.fit import fine_tuned, fitted
from training.held_out import Answers, seat_threshold, threshold_source, thresholds
from training.labels import labelled, read_picture
from training.look import Network
from training.made import keep_making
from training.recipe import Recipe, load_recipe
from training.start import load_network, person_from_pose, with_classes
from training.teacher import Teachers
from vision.errors import ZaigangError

WORST_BOX, WORST_SCORE = 2.0, 0.1
"""Pixels and score by which an exported detection may differ from torch's; a wrong graph differs by far more."""


def fit(recipe_file: Path, shared: Path, out: Path, say: Callable[[str], None] = print) -> Path:
    """Only the pictures for training and the fit, all that gains by a GPU; ``build`` goes on from its folder."""
    recipe = load_recipe(recipe_file)
    keep_making(recipe.making(), out)
    fine_tuned(
        _start(recipe, shared / "weights"), _pictures(recipe, shared, out, "train", say), recipe, out / "fit", say
    )
    return out / "fit"


def build(recipe_file: Path, shared: Path, out: Path, say: Callable[[str], None] = print) -> Path:
    """The folder of the shipped network; its figures come later, by `training.figures`."""
    recipe = load_recipe(recipe_file)
    keep_making(recipe.making(), out)
    start = _start(recipe, shared / "weights")
    train = [] if fitted(out / "fit") else _pictures(recipe, shared, out, "train", say)
    tuned = fine_tuned(start, train, recipe, out / "fit", say)
    held_out = _pictures(recipe, shared, out, "held_out", say)
    shipped = out / recipe.name
    files = export_openvino(tuned, shipped) | export_onnx(tuned, shipped)
    box, score = check_export(tuned, shipped, read_picture(held_out[0].file)[:, :, ::-1].copy())
    if box > WORST_BOX or score > WORST_SCORE:
        raise TrainingError(f"{shipped / 'model.xml'}: differs from torch by {box:.1f} px and {score:.2f} in score")
    say(f"exported; differs from torch by at most {box:.2f} px and {score:.3f} in score")
    sides = {group: max(shape) for group, shape in recipe.fit.shapes.items()}
    answers = Answers(Network(shipped), held_out, sides)
    chosen, seat = thresholds(recipe, answers), seat_threshold(recipe, answers)
    say(f"thresholds {chosen}, crops of seats {seat}")
    content = card(
        recipe,
        f"training/recipes/{recipe_file.name}",
        files,
        chosen,
        threshold_source(recipe, answers, chosen, seat),
        datetime.now(UTC).date(),
        act_weights(recipe, answers),
    )
    return write_card(content, shipped).parent


def _start(recipe: Recipe, weights: Path) -> Any:
    file = weights / recipe.start.weights
    if not file.is_file():
        raise TrainingError(f"start.weights: no file {file}")
    if sha256(file) != recipe.start.sha256:
        raise TrainingError(f"start.sha256: {file} is another file than the recipe's")
    base = load_network(file)
    if recipe.start.take == "pose":
        return person_from_pose(base)
    network = with_classes(base, recipe.classes, recipe.start.like)
    if not recipe.answers:
        return network
    from training.act_head import with_acts

    return with_acts(network, len(recipe.answers), recipe.fit.seed)


def _pictures(recipe: Recipe, shared: Path, out: Path, split: Split, say: Callable[[str], None]) -> list[Composed]:
    sets = shared / "data" / "train"
    entries = labelled(recipe, sets, Teachers(recipe, shared / "weights", out / "teachers"))
    say(f"{len(entries)} pictures, {sum(entry.held_out for entry in entries)} held out")
    pose = load_network(shared / "weights" / "yolo26n-pose-coco.pt")
    counts = recipe.compose.train if split == "train" else recipe.compose.held_out
    composed = compose(makers(recipe, split, entries, sets, pose, out), counts, split, recipe.compose.seed, out / split)
    say(f"{len(composed)} pictures composed ({split})")
    return composed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.build", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that is made")
    parser.add_argument("--fit-only", action="store_true", help="stop after the fit (on a machine with a GPU)")
    arguments = parser.parse_args()
    shared = os.environ.get("ZAIGANG_SHARED")
    try:
        if not shared:
            raise TrainingError("ZAIGANG_SHARED is not set: it names the folder that holds data/ and weights/")
        made = fit if arguments.fit_only else build
        folder = made(arguments.recipe, Path(shared), arguments.out)
    except ZaigangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
