"""A recipe: everything that decides how a shipped network came to be, read from YAML, refused when it is not clear."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from training.errors import TrainingError

Share = Annotated[float, Field(ge=0, le=1)]

Batch = int | dict[str, int]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Start(_Strict):
    """Where the weights begin: ``pose`` takes a pose network's detector, ``rows`` cuts a class head.

    ``like`` names for each class that the weights do not know one of theirs that its row begins as.
    """

    weights: str
    sha256: str
    take: Literal["pose", "rows"]
    like: dict[str, str] = {}


class Teacher(_Strict):
    """A network that labels what a source left unlabelled; ``names`` are the classes it is asked for."""

    weights: str
    sha256: str
    names: list[str]


class Teaching(_Strict):
    """Boxes with a mean score of ``sure`` become labels; from ``doubtful`` on they are left out of the loss.

    ``views`` are long sides and whether the picture is mirrored; ``square`` pads, which spares a network compiled for
    every aspect.
    """

    teachers: list[Teacher]
    views: list[tuple[int, bool]]
    square: bool
    sure: Share
    doubtful: Share


class Source(_Strict):
    """One set of ``train/`` and what its labels mean for our classes.

    ``truth`` maps its classes to ours; ``whole`` names those of ours that it labels completely; ``absent`` those that
    its makers checked to be nowhere; ``present`` those that every picture shows, unboxed (the teachers find it);
    ``unsure`` those that neither it nor the teachers can be asked about; ``untaught`` those for which the teachers'
    boxes are doubts and never labels (they take badge cards for phones); ``loose`` those whose boxes hold more than
    the thing (a hand and a phone) and are tightened by the teachers. ``acts`` says of the people in its boxes of a
    class what they do (``study: {phone: false}``); under ``*`` of the largest person in every picture. ``groups`` are
    names or patterns (``ccp_*``). ``held_out`` is a share of the groups or names them; ``split_by: picture`` where the
    pictures of a group have only their subject in common (``plain``, ``web``), not a scene or a person.
    """

    set: str
    folder: str | None = None
    groups: list[str] | None = None
    truth: dict[str, str] = {}
    whole: list[str] = []
    absent: list[str] = []
    present: list[str] = []
    unsure: list[str] = []
    untaught: list[str] = []
    loose: list[str] = []
    acts: dict[str, dict[str, bool]] = {}
    held_out: Share | list[str] = 0.2
    split_by: Literal["group", "picture"] = "group"
    times: float = 1.0


class Compose(_Strict):
    """How many pictures of each kind are made, for training and for measuring."""

    seed: int
    train: dict[str, int]
    held_out: dict[str, int]


class Run(_Strict):
    """What one run of a fit does otherwise than the rest."""

    seed: int
    lr0: float | None = None
    faithful: float | None = None
    freeze: int | None = None


class Fit(_Strict):
    """The fine-tune itself: ``runs`` of so many ``steps`` each (else one), and their mean. The rate rises over
    ``warmup_steps`` to ``lr0`` and falls to the share ``lrf`` of it.

    ``shapes`` are the network's inputs (height, width) by picture group, ``batch`` the pictures of a step, of each
    group or the same of all. ``acts`` weighs the loss of the second output beside that of boxes; it learns ``fresh``
    times as fast and, after the runs, anew for ``acts_steps`` on the features of their mean. ``faithful`` weighs the
    loss of leaving the start weights' scores. ``scale``, ``light`` (a share) and ``mosaic`` (a share by group) vary
    every picture anew in every pass.
    """

    steps: int
    batch: Batch
    lr0: float
    lrf: float
    warmup_steps: int
    weight_decay: float
    momentum: float = 0.9
    freeze: int
    box: float = 7.5
    cls: float = 0.5
    one_to_many: tuple[float, float] = (0.5, 0.1)
    shapes: dict[str, tuple[int, int]]
    acts: float = 0.0
    acts_steps: int = 0
    fresh: float = 1.0
    faithful: float = 0.0
    scale: tuple[float, float] = (0.85, 1.1)
    light: Share = 0.0
    mosaic: dict[str, Share] = {}
    seed: int
    runs: list[Run] = []
    blend: Share = 1.0

    @model_validator(mode="after")
    def _batch_of_every_group(self) -> Fit:
        if isinstance(self.batch, dict) and set(self.batch) != set(self.shapes):
            raise ValueError(f"batch names {', '.join(self.batch)}, but shapes are of {', '.join(self.shapes)}")
        seeds = [run.seed for run in self.runs]
        if len(set(seeds)) < len(seeds):
            raise ValueError("runs: two have the same seed; a run is kept under its seed")
        return self

    def each_run(self) -> list[Fit]:
        """The settings of every run."""
        runs = self.runs or [Run(seed=self.seed)]
        return [self.model_copy(update=run.model_dump(exclude_none=True)) for run in runs]


class Threshold(_Strict):
    """What a class must hold on the held-out pictures of ``kinds``, and the bounds of the answer.

    Either ``precision`` of its boxes, or at most the share ``alarms`` of pictures without it that show one.
    """

    precision: Share | None = None
    alarms: Share | None = None
    kinds: list[str]
    least: float = 0.05
    most: float = 0.6

    @model_validator(mode="after")
    def _either(self) -> Threshold:
        if (self.precision is None) is (self.alarms is None):
            raise ValueError("say either precision or alarms")
        return self


class ActWish(_Strict):
    """How the threshold of an act is found on held-out people, on pictures of ``kinds``.

    Either at most the share ``alarms`` of those who do not do it may seem to; or ``balanced``, as many of those who do
    are missed as others are taken for one (where a no accuses as much as a yes). Without ``posture`` the thing alone
    speaks. ``least`` bounds it where nobody held out comes near.
    """

    alarms: Share | None = None
    balanced: bool = False
    posture: bool = True
    least: Share = 0.0
    kinds: list[str]

    @model_validator(mode="after")
    def _either(self) -> ActWish:
        if (self.alarms is None) is not self.balanced:
            raise ValueError("say either alarms or balanced")
        return self


class Recipe(_Strict):
    """All of it. ``classes`` and ``answers`` (of the second output) are in output order; ``phantoms`` is the share of
    empty held-out seats on which a crop's threshold may show a person, for a network that looks at seats.
    """

    name: str
    version: str
    classes: list[str]
    inputs: dict[str, int]
    start: Start
    teaching: Teaching
    sources: list[Source]
    split_seed: int
    compose: Compose
    fit: Fit
    thresholds: dict[str, Threshold]
    phantoms: Share | None = None
    answers: list[str] = []
    acts: dict[str, ActWish] = {}

    def making(self) -> dict[str, Any]:
        """What pictures and weights are made by; the rest is read off them, and may change without a new fit."""
        content = self.model_dump(mode="json", exclude={"version", "inputs", "thresholds", "phantoms", "acts"})
        content["fit"].pop("blend")
        return content


def load_recipe(path: Path) -> Recipe:
    """The recipe in ``path``; raises ``TrainingError`` naming the file and the first key that is wrong."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such recipe") from None
    except yaml.YAMLError as error:
        raise TrainingError(f"{path}: not YAML ({str(error).splitlines()[0]})") from None
    try:
        recipe = Recipe.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise TrainingError(f"{path}: {key}: {first['msg']}") from None
    _check_classes(path, recipe)
    return recipe


def _check_classes(path: Path, recipe: Recipe) -> None:
    known = set(recipe.classes)
    for number, source in enumerate(recipe.sources):
        for key, names in (
            ("truth", list(source.truth.values())),
            ("whole", source.whole),
            ("absent", source.absent),
            ("present", source.present),
            ("unsure", source.unsure),
            ("untaught", source.untaught),
            ("loose", source.loose),
        ):
            strange = [name for name in names if name not in known]
            if strange:
                raise TrainingError(f"{path}: sources.{number}.{key} ({source.set}): {strange[0]!r} is not in classes")
        told = {act for said in source.acts.values() for act in said}
        if told - set(recipe.answers):
            strange_act = sorted(told - set(recipe.answers))[0]
            raise TrainingError(f"{path}: sources.{number}.acts ({source.set}): {strange_act!r} is not in answers")
    missing = [name for name in recipe.classes if name not in recipe.thresholds and "others" not in recipe.thresholds]
    if missing:
        raise TrainingError(f"{path}: thresholds: none for {missing[0]!r} and no 'others'")
