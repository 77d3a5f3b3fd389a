"""Boxes of what a source left unlabelled, agreed on by several networks, sizes and mirrored pictures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.errors import TrainingError
from training.export import export_openvino, sha256
from training.look import Boxes, Found, Network, Picture
from training.measure import iou_matrix, stacked, suppressed
from training.recipe import Recipe
from training.start import load_network, person_from_pose, with_classes

SAME = 0.55
NEAR = 0.7


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the teachers say about one picture: boxes (n, 4) in its pixels, mean score over all views, our class."""

    boxes: Boxes
    scores: list[float]
    kinds: list[int]


class Teachers:
    """The teachers of a recipe with their answers kept in ``folder``, so that a killed run asks nothing twice."""

    def __init__(self, recipe: Recipe, weights: Path, folder: Path) -> None:
        self._views, self._square = recipe.teaching.views, recipe.teaching.square
        self._recipe, self._weights, self._folder = recipe, weights, folder
        self._networks: list[tuple[Network, list[int]]] = []
        asked = recipe.teaching.model_dump_json(exclude={"sure", "doubtful"})
        self._file = folder / f"opinions-{hashlib.sha256(asked.encode()).hexdigest()[:12]}.jsonl"
        self._kept: dict[str, Any] = {}
        if self._file.exists():
            for line in self._file.read_text().splitlines():
                row = json.loads(line)
                self._kept[row["key"]] = row

    def opinion(self, key: str, picture: Picture) -> Opinion:
        if key not in self._kept:
            opinion = self._ask(picture)
            row = {
                "key": key,
                "boxes": [[round(float(side), 2) for side in box] for box in opinion.boxes],
                "scores": [round(score, 4) for score in opinion.scores],
                "kinds": opinion.kinds,
            }
            with self._file.open("a") as stream:
                stream.write(json.dumps(row) + "\n")
            self._kept[key] = row
        row = self._kept[key]
        return Opinion(stacked(row["boxes"]), row["scores"], row["kinds"])

    def _asked(self) -> list[tuple[Network, list[int]]]:
        """The networks and the classes each is asked for; made when the first picture has no kept opinion."""
        for number, teacher in enumerate(self._recipe.teaching.teachers[len(self._networks) :]):
            file = self._weights / teacher.weights
            if not file.is_file() or sha256(file) != teacher.sha256:
                raise TrainingError(f"teaching.teachers.{number}: {file} is missing or not the file of the recipe")
            base = load_network(file)
            network = person_from_pose(base) if base.yaml.get("kpt_shape") else with_classes(base, teacher.names)
            home = self._folder / f"teacher{number}"
            if not (home / "model.bin").exists():
                export_openvino(network, home)
            self._networks.append((Network(home), [self._recipe.classes.index(name) for name in teacher.names]))
        return self._networks

    def _ask(self, picture: Picture) -> Opinion:
        width = picture.shape[1]
        mirrored = np.ascontiguousarray(picture[:, ::-1])
        answers: dict[int, list[list[Found]]] = {}
        for network, ours in self._asked():
            views: dict[int, list[Found]] = {kind: [] for kind in ours}
            for size, mirror in self._views:
                found = network(mirrored if mirror else picture, size, 0.02, square=self._square)
                if mirror:
                    boxes = found.boxes.copy()
                    boxes[:, [0, 2]] = width - found.boxes[:, [2, 0]]
                    found = Found(boxes, found.scores, found.classes)
                for row, kind in enumerate(ours):
                    views[kind].append(suppressed(found.above(0.02, row), NEAR))
            for kind in ours:
                answers.setdefault(kind, []).append(views[kind])
        opinion = Opinion(stacked([]), [], [])
        for kind, by_network in answers.items():
            opinion = _joined(opinion, _agreed(by_network), kind)
        return opinion


def _agreed(by_network: list[list[Found]]) -> Found:
    """Clusters over all views; a network's word is its mean over its views, the opinion the best network's word.

    The networks have learnt different things (bodies, small people), so the best is taken and not the mean.
    """
    clusters: list[tuple[Boxes, list[list[float]]]] = []
    flat = [
        (float(score), box, number)
        for number, views in enumerate(by_network)
        for found in views
        for score, box in zip(found.scores, found.boxes, strict=True)
    ]
    flat.sort(key=lambda item: -item[0])
    weighted: list[list[tuple[float, Boxes]]] = []
    for score, box, number in flat:
        best, best_iou = -1, SAME
        for at, (anchor, _) in enumerate(clusters):
            overlap = float(iou_matrix(anchor[None], box[None])[0, 0])
            if overlap > best_iou:
                best, best_iou = at, overlap
        if best < 0:
            clusters.append((box, [[] for _ in by_network]))
            weighted.append([])
            best = len(clusters) - 1
        clusters[best][1][number].append(score)
        weighted[best].append((score, box))
    boxes, scores = [], []
    for (_, words), members in zip(clusters, weighted, strict=True):
        means = [sum(sorted(word)[-len(views) :]) / len(views) for word, views in zip(words, by_network, strict=True)]
        total = sum(score for score, _ in members)
        boxes.append(sum(box * (score / total) for score, box in members))
        scores.append(max(means))
    return Found(stacked(boxes), np.asarray(scores, dtype=np.float32), np.zeros(len(scores), dtype=np.int64))  # type: ignore[arg-type]


def _joined(opinion: Opinion, found: Found, kind: int) -> Opinion:
    return Opinion(
        np.concatenate([opinion.boxes, found.boxes]),
        [*opinion.scores, *(float(score) for score in found.scores)],
        [*opinion.kinds, *([kind] * len(found.scores))],
    )
