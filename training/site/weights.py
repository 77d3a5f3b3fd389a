"""Weights into torch: out of a checkpoint or an exported file, and with other classes in the head."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.errors import TrainingError

_UNREADABLE = (
    OSError, RuntimeError, TypeError, AttributeError, LookupError, EOFError, ValueError, ImportError,
    pickle.UnpicklingError,
)  # fmt: skip

BODY = 23
"""Layers of a YOLO26 before its head."""


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


def read_exported(file: Path, classes: Sequence[str]) -> Any:
    """A YOLO26n with the weights of an exported file.

    The export folded batch norm into convolutions and left the one-to-many head out. Batch norm becomes the identity
    (and must stay in eval mode while training); the one-to-many head begins as a copy of the one that was kept, which
    has the same shape and the same task.
    """
    import torch
    from ultralytics.nn.tasks import DetectionModel

    given, wrapped = _tensors(file)
    given = {name.removeprefix(wrapped): values for name, values in given.items()}
    hidden = given.get("model.23.one2one_cv3.0.2.weight", np.zeros((1, 1))).shape[1]
    build: Any = DetectionModel
    # The hidden width of the class branches follows from the number of classes: 80 of them make it 80.
    network = build("yolo26n.yaml", ch=3, nc=hidden if hidden > 64 else 1, verbose=False).float().eval()
    network.names = dict(enumerate(f"{number}" for number in range(network.model[-1].nc)))
    network = with_rows(network, classes, 0)
    wanted = network.state_dict()
    folded: set[str] = set()
    for name, module in network.named_modules():
        if hasattr(module, "conv") and hasattr(module, "bn"):
            scale = torch.ones_like(module.bn.weight)
            wanted[f"{name}.bn.weight"], wanted[f"{name}.bn.running_var"] = scale, scale - module.bn.eps
            wanted[f"{name}.bn.running_mean"] = torch.zeros_like(scale)
            folded |= {f"{name}.bn.{part}" for part in ("weight", "running_var", "running_mean", "num_batches_tracked")}
    for key in wanted.keys() - folded:
        source = key.replace(".bn.bias", ".conv.bias")
        if source.startswith("model.23.cv"):
            source = source.replace("model.23.cv", "model.23.one2one_cv", 1)
        wanted[key] = torch.from_numpy(_taken(given, source, tuple(wanted[key].shape), file))
    network.load_state_dict(wanted)
    return network.eval()


def with_answers(network: Any, file: Path, answers: int) -> Any:
    """``network`` with the second output of the exported ``file``, which says what it said as long as the layers
    before the head are those of that network.
    """
    import torch

    from training.act_head import with_acts

    network = with_acts(network, answers, 0)
    given, _ = _tensors(file)
    first = next((name for name in given if name.endswith("acts.scales.0.0.weight")), "")
    wrapped = first.removesuffix("scales.0.0.weight")
    wanted = network.acts.state_dict()
    for key in wanted:
        wanted[key] = torch.from_numpy(_taken(given, f"{wrapped}{key}", tuple(wanted[key].shape), file))
    network.acts.load_state_dict(wanted)
    return network.eval()


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


def _tensors(file: Path) -> tuple[dict[str, NDArray[Any]], str]:
    """The weights in an ONNX file by the names that torch gave them, and what stands before those of the detector."""
    import onnx
    from onnx import numpy_helper

    arrays: dict[str, NDArray[Any]] = {
        one.name.removesuffix(".half"): numpy_helper.to_array(one) for one in onnx.load(file).graph.initializer
    }
    first = next((name for name in arrays if name.endswith("model.0.conv.weight")), "model.0.conv.weight")
    return arrays, first.removesuffix("model.0.conv.weight")


def _taken(given: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...], file: Path) -> NDArray[np.float32]:
    values = given.get(name)
    if values is None or values.shape != shape:
        raise TrainingError(f"{file}: is no YOLO26n network as its card has it ({name} is not as expected)")
    return np.array(values, dtype=np.float32)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
