"""The uniform network's recipe: which people it learns from, how they are dressed and seen, and how it is fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.errors import TrainingError

Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weights(_Strict):
    """A file under ``weights/`` and the hash that it must have."""

    file: str
    sha256: str


class People(_Strict):
    """One set of ``train/`` and whom it shows.

    ``labelled`` are its classes that box people (else the pose network finds them), ``torsos`` those that box a top
    garment. In a set that ``repeats`` the same person may come back unlabelled, so two of its people are never taken
    for different clothes. ``bank``: its people are the plain clothes that ship with the network.
    """

    set: str
    labelled: list[str] = []
    torsos: list[str] = []
    repeats: bool = False
    bank: bool = False


class Dress(_Strict):
    """Drawn uniforms put on real people: how many, on how many people each, and how many of each near miss."""

    uniforms: int
    people: int
    near: int
    seed: int


class Fit(_Strict):
    """The fine-tune. A step sees so many uniforms of each kind; ``body`` is the start weights' share of the rate."""

    steps: int
    drawn: int
    worn: int
    single: int
    views: int
    rate: float
    body: Share
    warmup: int
    weight_decay: float
    temperature: float
    seed: int


class Bench(_Strict):
    """Leave-one-uniform-out: sets of one fold are neither trained on nor dressed while their garments are measured.

    ``strangers`` are sets whose people, but for the ``share`` that trains, wear something else.
    """

    folds: dict[str, list[str]]
    strangers: list[str]
    share: Share
    references: int
    draws: int
    least: int
    seed: int


class UniformRecipe(_Strict):
    """All of it. ``size`` is the network's input (width, height); ``garments`` the table of what people wear."""

    name: str
    version: str
    size: tuple[int, int]
    dimensions: int
    parts: int
    start: Weights
    pose: Weights
    sets: list[People]
    garments: str
    dress: Dress
    fit: Fit
    bench: Bench


def load_uniform_recipe(path: Path) -> UniformRecipe:
    """The recipe in ``path``; raises ``TrainingError`` naming the file and the first key that is wrong."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such recipe") from None
    except yaml.YAMLError as error:
        raise TrainingError(f"{path}: not YAML ({str(error).splitlines()[0]})") from None
    try:
        recipe = UniformRecipe.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise TrainingError(f"{path}: {key}: {first['msg']}") from None
    known = {people.set for people in recipe.sets}
    for key, names in (("strangers", recipe.bench.strangers), *recipe.bench.folds.items()):
        strange = [name for name in names if name not in known]
        if strange:
            raise TrainingError(f"{path}: bench.{key}: {strange[0]!r} is not in sets")
    return recipe
