"""From a recipe's sources to everything that its pictures are made of, for one split."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from training import looks, scenes, seats
from training.acts import FOODS
from training.compose import Makers, Split
from training.cutouts import Cutout, cutouts
from training.hands import Poses
from training.labels import PERSON, Entry, read_picture
from training.look import Picture
from training.recipe import Recipe
from training.things import Thing

LEAST_PERSON = 70.0
LEAST_THING = 40.0

SCENES = {
    "plain": ("scene", scenes.plain),
    "mosaic": ("scene", scenes.mosaic),
    "counter": ("scene", scenes.counter),
    "seat": ("close", seats.seat),
    "seat_beside": ("close", seats.seat_beside),
    "seat_bare": ("close", seats.seat_bare),
    "seat_counter": ("close", seats.seat_counter),
}
CUT_OUT = {"counter", "seat_counter"}
"""The kinds that paste people: only for them are people cut out, which takes minutes."""
LOOKS = {
    "look": ("close", looks.look),
    "look_phone": ("close", looks.look_phone),
    "look_badge": ("close", looks.look_badge),
    "look_cigarette": ("close", looks.look_cigarette),
    "look_food": ("close", looks.look_food),
    "look_decoy": ("close", looks.look_decoy),
    "look_fine": ("fine", looks.look_fine),
    "whole": ("fine", looks.whole),
}


def makers(recipe: Recipe, split: Split, entries: Sequence[Entry], sets: Path, pose: Any, work: Path) -> Makers:
    """The kinds of pictures that ``entries`` of one split can be made into; ``pose`` finds hands."""
    held = split == "held_out"
    members = [entry for entry in entries if entry.held_out == held]
    wanted = recipe.compose.held_out if held else recipe.compose.train
    out: dict[str, Any] = {}
    if set(wanted) - set(LOOKS):
        bank = scenes.Bank(
            members,
            cutouts(members, [PERSON], LEAST_PERSON, work / f"people-{split}") if set(wanted) & CUT_OUT else [],
            scenes.bare_views(members, recipe.compose.seed),
        )
        out |= {kind: (group, partial(make, bank)) for kind, (group, make) in SCENES.items()}
    if set(wanted) & set(LOOKS):
        desk = _desk(recipe, members, sets, pose, work, split)
        out |= {kind: (group, partial(make, desk)) for kind, (group, make) in LOOKS.items()}
    return out


def _desk(recipe: Recipe, members: list[Entry], sets: Path, pose: Any, work: Path, split: Split) -> looks.Desk:
    poses = Poses(pose, work / "bodies.jsonl")
    bodies = [
        poses.bodies(f"{entry.sample.name}/{entry.sample.folder}/{entry.sample.picture.name}", entry.read())
        for entry in members
    ]

    def pieces(*names: str) -> list[Cutout]:
        kinds = [recipe.classes.index(name) for name in names if name in recipe.classes]
        return cutouts(members, kinds, LEAST_THING, work / f"{names[0].replace(' ', '-')}-{split}")

    foods = pieces(*sorted(FOODS))
    return looks.Desk(
        classes=tuple(recipe.classes),
        answers=tuple(recipe.answers),
        entries=members,
        bodies=bodies,
        phones=looks.pasteable(pieces("cell phone")),
        cards=_cards(sets / "badge-cards", split),
        cups=looks.pasteable(pieces("cup")),
        foods=list(zip((piece.kind for piece in foods), looks.pasteable(foods), strict=True)),
    )


def _cards(root: Path, split: Split) -> list[Thing]:
    """Every fourth badge card is kept for measuring."""
    pictures: list[Picture] = [
        read_picture(file)
        for at, file in enumerate(sorted((root / "images").glob("*.jpg")))
        if (at % 4 == 0) == (split == "held_out")
    ]
    return [Thing(picture, np.ones(picture.shape[:2], dtype=np.float32)) for picture in pictures]
