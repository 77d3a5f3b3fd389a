"""How well uniforms enrolled from some pictures of a set are told from other clothes on its other pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets import DatasetError, Sample, read_yolo
from training.labels import read_picture
from training.look import Picture
from vision.card import read_card
from vision.detector import load_detector
from vision.enrolment import Embeddings, area_under_curve, likeness
from vision.torso import Box, torso_of
from vision.uniform import TorsoNetwork, load_torso_network
from vision.uniform_class import UniformClass

WORN, OTHER = "uniform", "other"
NEIGHBOURS = 1
WHOLE = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class Torsos:
    """A set's torsos: embeddings (n, d), whether each is in the uniform, and the order number of its scene (n,)."""

    vectors: Embeddings
    worn: NDArray[np.bool_]
    scene: NDArray[np.intp]


def uniform_auc(folder: Path, root: Path, references: int = 10, draws: int = 20, seed: int = 0) -> list[float]:
    """One area under the curve a draw, for the network in ``folder`` on the set in ``root``; of a detector that has a
    class for this uniform and needs no references, one in all.

    The set's classes are ``uniform`` and ``other``; boxes of any other class count as neither. Where nearly every box
    is its whole picture, it is a person's, else a torso's. A draw enrols ``references`` random pictures and judges all
    others but those of the same scene (``groups.csv``) and of the scenes next to it in natural order, since frames of a
    film and pictures of a series are nearly the same as their neighbours.

    Raises DatasetError when the set has too few of either class, ModelError when the network cannot be used.
    """
    if read_card(folder).output != "embedding":
        return [_of_class(UniformClass(load_detector(folder)), root)]
    network = load_torso_network(folder)
    torsos = torsos_of(network, root)
    return [
        area_under_curve(*_draw(torsos, network.bank, references, np.random.default_rng((seed, draw)), root))
        for draw in range(draws)
    ]


def torsos_of(network: TorsoNetwork, root: Path) -> Torsos:
    """Every torso of the set in ``root`` as ``network`` sees it."""
    samples = read_yolo(root)
    order = {group: place for place, group in enumerate(sorted({one.group for one in samples}, key=_natural))}
    vectors, worn, scene = [], [], []
    for one in _people(samples, root):
        vectors.append(network.embed(one.picture, one.torsos))
        worn += one.worn
        scene += [order[one.group]] * len(one.worn)
    return Torsos(np.concatenate(vectors), np.array(worn), np.array(scene))


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """One picture (h, w, 3) BGR of the set, and of each of its people the torso and whether it is in the uniform."""

    picture: Picture
    group: str
    torsos: list[Box]
    worn: list[bool]


def _people(samples: Sequence[Sample], root: Path) -> Iterator[_Shown]:
    """The pictures of the set in ``root`` with anybody in them; raises DatasetError where none has."""
    whole = _whole_pictures(box.width * box.height for sample in samples for box in sample.boxes)
    none = True
    for sample in samples:
        boxes = [box for box in sample.boxes if box.kind in (WORN, OTHER)]
        if not boxes:
            continue
        none, picture = False, read_picture(sample.picture)
        corners: list[Box] = [box.pixels(picture.shape[1], picture.shape[0]) for box in boxes]
        yield _Shown(
            picture,
            sample.group,
            [torso_of(one) for one in corners] if whole else corners,
            [box.kind == WORN for box in boxes],
        )
    if none:
        raise DatasetError(f"{root}: no box of class {WORN} or {OTHER}")


def _of_class(judge: UniformClass, root: Path) -> float:
    """How well the class of a detector tells the set's people in uniform from the others."""
    scores: dict[bool, list[float]] = {True: [], False: []}
    for one in _people(read_yolo(root), root):
        for worn, score in zip(one.worn, judge.scores(one.picture, one.torsos), strict=True):
            scores[worn].append(score)
    if not scores[True] or not scores[False]:
        missing = OTHER if scores[True] else WORN
        raise DatasetError(f"{root}: no box of class {missing}")
    return area_under_curve(scores[True], scores[False])


def _draw(
    torsos: Torsos, bank: Embeddings, references: int, rng: np.random.Generator, root: Path
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The likenesses of those in the uniform and of the others, for one draw of references."""
    own = np.flatnonzero(torsos.worn)
    if len(own) <= references or torsos.worn.all():
        raise DatasetError(
            f"{root}: {len(own)} boxes of class {WORN} and {int((~torsos.worn).sum())} of {OTHER}; too few"
        )
    chosen = rng.permutation(own)[:references]
    near = np.abs(torsos.scene[:, None] - torsos.scene[chosen][None]).min(axis=1) <= NEIGHBOURS
    if (near | ~torsos.worn).all():  # a set of a few scenes: then at least no scene is on both sides
        near = np.isin(torsos.scene, torsos.scene[chosen])
    judged = torsos.worn & ~near
    if not judged.any():
        raise DatasetError(f"{root}: all pictures of class {WORN} are of one scene; none is left to judge")
    scores = likeness(torsos.vectors, torsos.vectors[chosen], bank)
    return scores[judged], scores[~torsos.worn]


def _whole_pictures(areas: Iterator[float] | Sequence[float]) -> bool:
    return float(np.median(list(areas))) >= WHOLE


def _natural(text: str) -> list[tuple[int, str]]:
    """Numbers inside names by their value: frame 900 comes before frame 1000."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text) if part]
