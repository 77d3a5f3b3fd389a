"""A network's card: what a folder of `vision/models` holds, what it was made from, and which scores to trust."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml

from vision.errors import ModelError

__all__ = ["SHIPPED", "ActWeights", "ModelCard", "Output", "identity_of", "read_card"]

SHIPPED = Path(__file__).parent / "models"
"""The folder of the networks that come with the product."""

_FILE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_WEIGHTS: Final = frozenset(("threshold", "bias", "thing", "posture"))
_STRIDE: Final = 32
_LARGEST: Final = 8192

Output = Literal["yolo26", "yolov8", "embedding"]
"""Layout of a network's output: ``yolo26`` is (n, 300, 6), NMS-free; ``yolov8`` is (n, 4 + classes, anchors);
``embedding`` is (n, dimensions), which `vision.uniform` reads.
"""


@dataclass(frozen=True, slots=True)
class ActWeights:
    """How an act's score comes of a thing's box and of posture: logistic, on the logits of both; and what it must
    reach.
    """

    threshold: float
    bias: float
    thing: float
    posture: float


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of one network; ``sha256`` names the network in every event (see `identity_of`).

    ``answers`` names its second output, in order, where it has one; ``acts`` how those are weighed.
    """

    name: str
    version: str
    folder: Path
    file: Path
    sha256: str
    classes: tuple[str, ...]
    output: Output
    inputs: Mapping[str, int]
    thresholds: Mapping[str, float]
    answers: tuple[str, ...] = ()
    acts: Mapping[str, ActWeights] = field(default_factory=dict)

    def require(self, classes: frozenset[str], asked_by: str) -> None:
        """Raise ModelError unless the network knows every one of ``classes``."""
        missing = sorted(classes - set(self.classes))
        if missing:
            raise ModelError(
                f'model "{self.name}" ({self.folder}) has no class {", ".join(missing)}, which {asked_by} needs; '
                f"it has {', '.join(self.classes)}. Name another model in zaigang.yaml, or switch the rule off"
            )

    def threshold(self, name: str) -> float:
        """The score from which the class ``name`` counts as seen."""
        return self.thresholds[name]


def read_card(folder: Path) -> ModelCard:
    """The card of ``folder`` with its files checked against their hashes; raises ModelError naming what is wrong."""
    path = folder / "card.yaml"
    if not path.is_file():
        raise ModelError(f"{folder} is no model: it holds no card.yaml")
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not readable as YAML ({' '.join(str(error).split())[:200]})") from error
    if not isinstance(entries, dict):
        raise ModelError(f"{path}: must hold keys and values")
    name = _entry(path, entries, "name", str)
    classes = tuple(str(name) for name in _entry(path, entries, "classes", list))
    if len(set(classes)) < len(classes):
        raise ModelError(f"{path}: classes names one twice: {', '.join(classes)}")
    thresholds = {
        str(key): _number(path, f"thresholds.{key}", value, 0.0, 1.0)
        for key, value in _entry(path, entries, "thresholds", dict).items()
    }
    if set(thresholds) != set(classes):
        raise ModelError(f"{path}: thresholds must name every class once: {', '.join(classes)}")
    output = _entry(path, entries, "output", str)
    if output not in get_args(Output):
        raise ModelError(f"{path}: output is {output!r}; it must be one of {', '.join(get_args(Output))}")
    hashes = _entry(path, entries, "files", dict)
    for file, expected in hashes.items():
        if not _FILE.fullmatch(str(file)):
            raise ModelError(f"{path}: files names {str(file)[:60]!r}; only files of this folder stand there")
        _check_file(folder / str(file), str(expected))
    file = folder / ("model.xml" if "model.xml" in hashes else "model.onnx")
    for needed, why in _needed(file.name, output):
        if needed not in hashes:
            raise ModelError(f"{path}: files names {why}")
    return ModelCard(
        name=name,
        version=str(_entry(path, entries, "version", (str, int, float))),
        folder=folder,
        file=file,
        sha256=identity_of(output, hashes),
        classes=classes,
        output=output,
        inputs=_inputs(path, entries, output),
        thresholds=thresholds,
        answers=tuple(str(name) for name in _entry(path, entries, "answers", list)) if "answers" in entries else (),
        acts=_act_weights(path, entries),
    )


def _needed(file: str, output: str) -> list[tuple[str, str]]:
    """What a card's ``files`` must name, and what is wrong where it does not."""
    needed = [(file, "neither model.xml nor model.onnx")]
    if file == "model.xml":
        needed.append(("model.bin", "model.xml but not model.bin, which holds its weights"))
    if output == "embedding":
        needed.append(("bank.npz", "no bank.npz, which holds the plain clothes that uniforms are told from"))
    return needed


def identity_of(output: str, hashes: Mapping[str, Any]) -> str:
    """What names a network whose files have these SHA-256: a detector's weights.

    What embeds may have hardly any, and a uniform enrolled with it is compared with its bank: it is all of its files.
    """
    if output == "embedding":
        lines = "".join(f"{one} {hashes[one]}\n" for one in sorted(hashes))
        return hashlib.sha256(lines.encode()).hexdigest()
    return str(hashes["model.bin" if "model.bin" in hashes else "model.onnx"])


def _inputs(path: Path, entries: Mapping[str, Any], output: str) -> dict[str, int]:
    """The sizes of what goes in: a detector's two looks, or the torso that is embedded."""
    given = _entry(path, entries, "inputs", dict)
    needed, least = (("width", "height"), 1) if output == "embedding" else (("scene", "close"), _STRIDE)
    for name in needed:
        if name not in given:
            raise ModelError(f"{path}: inputs.{name} is missing")
    return {str(key): int(_number(path, f"inputs.{key}", value, least - 1, _LARGEST)) for key, value in given.items()}


def _number(path: Path, key: str, value: Any, above: float, most: float) -> float:
    """``value`` as a number that is more than ``above`` and at most ``most``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= most:
        raise ModelError(f"{path}: {key} is {value!r}; it must be a number over {above:g}, {most:g} at most")
    return float(value)


def _act_weights(path: Path, entries: Mapping[str, Any]) -> dict[str, ActWeights]:
    given = _entry(path, entries, "acts", dict) if "acts" in entries else {}
    found = {}
    for act, one in given.items():
        if not isinstance(one, dict) or set(one) != _WEIGHTS:
            raise ModelError(f"{path}: acts.{act} needs threshold, bias, thing and posture")
        # A logit is 7 at most, so a weight of 30 leaves no doubt to anything.
        weights = {key: _number(path, f"acts.{act}.{key}", value, -30.0, 30.0) for key, value in one.items()}
        weights["threshold"] = _number(path, f"acts.{act}.threshold", one["threshold"], 0.0, 1.0)
        found[str(act)] = ActWeights(**weights)
    return found


def _entry(path: Path, entries: Mapping[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    if key not in entries:
        raise ModelError(f"{path}: {key} is missing")
    if not isinstance(entries[key], kind):
        raise ModelError(f"{path}: {key} is {entries[key]!r}, which is of the wrong kind")
    return entries[key]


def _check_file(file: Path, expected: str) -> None:
    if not file.is_file():
        raise ModelError(f"{file} is missing, though card.yaml names it")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != expected:
        raise ModelError(
            f"{file} is damaged or was exchanged: its SHA-256 is {found[:12]}…, card.yaml says {expected[:12]}…"
        )
