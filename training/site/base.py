"""The network that a site's training begins with: one that ships, one that was trained before, or a checkpoint."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from training.errors import TrainingError
from training.export import sha256
from training.model_folder import folder_named, unknown
from vision.card import read_card
from vision.errors import ModelError

_UNREADABLE = (
    OSError, RuntimeError, TypeError, AttributeError, LookupError, EOFError, ValueError, ImportError,
    pickle.UnpicklingError,
)  # fmt: skip

LICENCE = "AGPL-3.0"

PLAIN = 0.25
"""The threshold of a class for which nobody has found one."""


@dataclass(frozen=True, slots=True)
class Base:
    """``file`` is a checkpoint or the ONNX file of a model folder; ``thresholds`` are its card's, or ``PLAIN``.

    ``answers`` names its second output, which training does not carry on.
    """

    name: str
    file: Path
    sha256: str
    classes: tuple[str, ...]
    thresholds: dict[str, float]
    inputs: dict[str, int]
    answers: tuple[str, ...] = ()

    @property
    def folder(self) -> Path | None:
        """Its model folder, where it is one already."""
        return self.file.parent if self.file.suffix == ".onnx" else None


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
    return read_checkpoint(base.file) if base.folder is None else _from_onnx(base.file, base.classes)


def read_checkpoint(path: Path) -> Any:
    """The detector in an ultralytics checkpoint, read without running code from it; of a pose network its boxes."""
    from training.start import person_from_pose

    try:
        from ultralytics.nn.tasks import DetectionModel, torch_safe_load

        checkpoint, _ = torch_safe_load(str(path), safe_only=True)
        network = checkpoint.get("ema") or checkpoint["model"]
    except _UNREADABLE as error:
        raise TrainingError(f"{path}: is no checkpoint of ultralytics ({_first_line(error)})") from error
    if not isinstance(network, DetectionModel):
        raise TrainingError(f"{path}: holds a {type(network).__name__}, which is no detector")
    if getattr(network.model[-1], "one2one_cv3", None) is None:
        raise TrainingError(
            f"{path}: its head needs suppression of doubles afterwards; only YOLO26 and its like do here"
        )
    network = network.float().eval()
    if type(network).__name__ == "PoseModel":
        return person_from_pose(network)
    return network


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


def with_rows(network: Any, names: Sequence[str], seed: int) -> Any:
    """The same network with the classes ``names`` in that order; a class it has not begins as 'hardly ever'.

    Only the last 1x1 convolution of the class branches is exchanged, as in ``start.with_classes``.
    """
    import torch
    from torch import nn

    rows = {name: row for row, name in network.names.items()}
    head = network.model[-1]
    chance = torch.Generator().manual_seed(seed)
    for branches in (head.cv3, head.one2one_cv3):
        for branch, stride in zip(branches, head.stride.tolist(), strict=True):
            old = branch[-1]
            new: Any = nn.Conv2d(old.in_channels, len(names), old.kernel_size)
            weight = torch.randn(new.weight.shape, generator=chance) * 0.01
            # As ultralytics begins a head: some five things of all classes in a picture of 640.
            bias = torch.full((len(names),), math.log(5 / len(names) / (640 / stride) ** 2))
            for at, name in enumerate(names):
                if name in rows:
                    weight[at], bias[at] = old.weight.data[rows[name]], old.bias.data[rows[name]]
            new.weight.data, new.bias.data = weight, bias
            branch[-1] = new
    head.nc = len(names)
    head.no = head.nc + 4 * head.reg_max
    network.nc = network.yaml["nc"] = len(names)
    network.names = dict(enumerate(names))
    return network


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
    )


def _from_onnx(file: Path, classes: Sequence[str]) -> Any:
    """A YOLO26n with the weights of an exported file.

    The export folded batch norm into convolutions and left the one-to-many head out. Batch norm becomes the identity
    (and must stay in eval mode while training); the one-to-many head begins as a copy of the one that was kept, which
    has the same shape and the same task.
    """
    import torch
    from ultralytics.nn.tasks import DetectionModel

    given = _tensors(file)
    hidden = _shape(given, file, "model.23.one2one_cv3.0.2.weight")[1]
    build: Any = DetectionModel
    # The hidden width of the class branches follows from the number of classes: 80 of them make it 80.
    network = build("yolo26n.yaml", ch=3, nc=hidden if hidden > 64 else 1, verbose=False).float().eval()
    network.names = dict(enumerate(f"{number}" for number in range(network.model[-1].nc)))
    network = with_rows(network, classes, 0)
    wanted = network.state_dict()
    for name, module in network.named_modules():
        if hasattr(module, "conv") and hasattr(module, "bn"):
            scale = torch.ones_like(module.bn.weight)
            wanted[f"{name}.bn.weight"], wanted[f"{name}.bn.running_var"] = scale, scale - module.bn.eps
            wanted[f"{name}.bn.running_mean"] = torch.zeros_like(scale)
            given[f"{name}.bn.bias"] = given.pop(f"{name}.conv.bias", None)
    for key in wanted:
        if key.endswith((".bn.weight", ".bn.running_var", ".bn.running_mean", "num_batches_tracked")):
            continue
        kept = (
            key.replace(".cv2.", ".one2one_cv2.").replace(".cv3.", ".one2one_cv3.")
            if key.startswith("model.23.")
            else key
        )
        values = given.get(kept)
        if values is None or tuple(values.shape) != tuple(wanted[key].shape):
            raise TrainingError(f"{file}: is no YOLO26n network of {len(classes)} classes ({kept} is not as expected)")
        wanted[key] = torch.from_numpy(np.array(values, dtype=np.float32))
    network.load_state_dict(wanted)
    return network.eval()


def _tensors(file: Path) -> dict[str, Any]:
    """The weights in an ONNX file by the names that torch gave them, whatever the network was wrapped in."""
    import onnx
    from onnx import numpy_helper

    arrays: dict[str, NDArray[Any]] = {
        one.name.removesuffix(".half"): numpy_helper.to_array(one) for one in onnx.load(file).graph.initializer
    }
    first = next((name for name in arrays if name.endswith("model.0.conv.weight")), "model.0.conv.weight")
    wrapped = first.removesuffix("model.0.conv.weight")
    return {name.removeprefix(wrapped): values for name, values in arrays.items() if name.startswith(wrapped)}


def _shape(given: dict[str, Any], file: Path, name: str) -> tuple[int, ...]:
    if name not in given:
        raise TrainingError(f"{file}: is no YOLO26n network of ours ({name} is missing)")
    return tuple(given[name].shape)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
