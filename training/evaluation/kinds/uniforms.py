"""uniform-*: how well a hall's uniform, enrolled from ten pictures, is told from other clothes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from datasets import DatasetError, Sample
from training.evaluation.kinds.kind import Kind
from training.evaluation.looks import Glance
from training.evaluation.measure import Findings, Measure, Subject
from vision.picture import Pixels
from vision.still import Still

__all__ = ["GREY_SHIRT", "RESTAURANT"]

_NAME = "uniform.auc10"
_UNIFORM, _OTHER, _HARD = "uniform", "other", "staff_other"
_REFERENCES, _DRAWS = 10, 20
_HOME = "training.uniform.auc"


def _look(_: Still, sample: Sample, picture: Pixels) -> Glance:
    return Glance(sample, (picture.shape[1], picture.shape[0]))


def _judge(subject: Subject) -> Findings:
    if subject.uniform is None:
        return Findings(
            [subject.unable(_NAME, "no network for uniforms comes with the product, and --uniform names none")]
        )
    try:
        uniform_auc: Callable[..., Sequence[float]] = import_module(_HOME).uniform_auc
    except ModuleNotFoundError as error:
        return Findings([subject.unable(_NAME, f"uniforms cannot be judged: {error.name} is missing")])
    with TemporaryDirectory(prefix="zaigang-") as folder:
        _write_plainly(subject, Path(folder))
        try:
            areas = uniform_auc(subject.uniform, Path(folder), references=_REFERENCES, draws=_DRAWS)
        except DatasetError as error:
            return Findings([subject.unable(_NAME, str(error).replace(folder, subject.set.name))])
    low, high = np.percentile(areas, (2.5, 97.5))
    judged = sum(box.kind in (_UNIFORM, _OTHER) for glance in subject.glances for box in glance.sample.boxes)
    interval = (float(low), float(high)) if subject.resampling.times else None
    return Findings(
        [Measure(_NAME, subject.set.name, float(np.mean(areas)), judged, "persons", interval, drawn="references")]
    )


def _write_plainly(subject: Subject, folder: Path) -> None:
    """The set in the one layout that is read without guessing, its pictures being links: however it came, and whatever
    its classes were called.
    """
    kinds = (_UNIFORM, _OTHER, _HARD)
    for name in ("images", "labels"):
        (folder / name).mkdir()
    (folder / "classes.txt").write_text("\n".join(kinds), encoding="utf-8")
    with (folder / "groups.csv").open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(("file", "group"))
        for number, glance in enumerate(subject.glances):
            sample, name = glance.sample, f"{number:06d}"
            (folder / "images" / f"{name}.jpg").symlink_to(sample.picture.resolve())
            lines = [
                f"{kinds.index(box.kind)} {_kept(box.cx)} {_kept(box.cy)} {_kept(box.width)} {_kept(box.height)}\n"
                for box in sample.boxes
                if box.kind in kinds
            ]
            if sample.folder in kinds:  # a person a picture
                lines = [f"{kinds.index(sample.folder)} 0.5 0.5 1 1\n"]
            (folder / "labels" / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
            rows.writerow((f"{name}.jpg", sample.group))


def _kept(share: float) -> float:
    return min(1.0, max(0.0, share))


RESTAURANT = Kind(
    "uniform-restaurant",
    needs=((_UNIFORM,), (_OTHER,)),
    knows=(_UNIFORM, _OTHER, _HARD),
    measures=(_NAME,),
    look=_look,
    judge=_judge,
)
GREY_SHIRT = replace(RESTAURANT, name="uniform-greyshirt")
