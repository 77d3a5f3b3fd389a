"""The network that a site's training begins with: one that ships, one that was trained before, or a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from training.export import sha256
from training.model_folder import folder_named, unknown
from training.site.weights import read_checkpoint, read_exported
from vision.card import read_card
from vision.errors import ModelError

LICENCE = "AGPL-3.0"

PLAIN = 0.25
"""The threshold of a class for which nobody has found one."""


@dataclass(frozen=True, slots=True)
class Base:
    """``file`` is a checkpoint or the ONNX file of a model folder; ``thresholds`` are its card's, or ``PLAIN``.

    ``answers`` names its second output (what posture says), ``acts`` is how its card weighs those.
    """

    name: str
    file: Path
    sha256: str
    classes: tuple[str, ...]
    thresholds: dict[str, float]
    inputs: dict[str, int]
    answers: tuple[str, ...] = ()
    acts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path | None:
        """Its model folder, where it is one already."""
        return self.file.parent if self.file.suffix == ".onnx" else None

    def carries_answers(self, classes: Sequence[str]) -> bool:
        """Whether a network with ``classes`` is still this one, so that its second output stays worth having."""
        return bool(self.answers) and set(self.classes) <= set(classes)


def base_of(given: str) -> Base:
    """The network that ``--base`` names: one that ships, a model folder, a run of zaigang train, or a .pt file.

    Raises TrainingError where there is none, and ModelError where a model folder is damaged.
    """
    folder, path = folder_named(given), Path(given)
    if folder is not None:
        return _of_folder(folder)
    if path.suffix == ".pt" and path.is_file():
        names = tuple(str(name) for _, name in sorted(read_checkpoint(path).names.items()))
        return Base(path.stem, path, sha256(path), names, dict.fromkeys(names, PLAIN), {"scene": 640, "close": 320})
    raise unknown(given, " and no .pt file")


def network_of(base: Base) -> Any:
    """The torch network of ``base``, float32, in eval mode, both heads alive."""
    return read_checkpoint(base.file) if base.folder is None else read_exported(base.file, base.classes)


def plain_card(base: Base, files: Mapping[str, str]) -> dict[str, Any]:
    """The card of a network as it came: nobody has looked for its thresholds."""
    return {
        "name": base.name,
        "version": base.sha256[:8],
        "classes": list(base.classes),
        "inputs": dict(base.inputs),
        "output": "yolo26",
        "thresholds": dict(base.thresholds),
        "threshold_source": f"None was looked for: {PLAIN} for every class.",
        "parent": {"file": base.file.name, "sha256": base.sha256},
        "licence": LICENCE,
        "files": dict(files),
    }


def _of_folder(folder: Path) -> Base:
    card = read_card(folder)
    if not (folder / "model.onnx").is_file():
        raise ModelError(f'model "{card.name}" ({folder}) has no model.onnx, from which its weights are read')
    more = yaml.safe_load((folder / "card.yaml").read_text(encoding="utf-8"))
    return Base(
        card.name,
        folder / "model.onnx",
        sha256(folder / "model.onnx"),
        card.classes,
        dict(card.thresholds),
        dict(card.inputs),
        tuple(str(name) for name in more.get("answers", ())),
        dict(more.get("acts", {})),
    )
