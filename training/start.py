"""Start weights: a plain person detector out of a pose network, a detector with fewer classes out of a bigger one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.errors import TrainingError


def load_network(path: Path) -> Any:
    """The float32 network of an ultralytics checkpoint, in eval mode, both heads alive."""
    import torch

    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    except FileNotFoundError:
        raise TrainingError(f"start.weights: no file {path}") from None
    network = checkpoint.get("ema") or checkpoint["model"]
    return network.float().eval()


def person_from_pose(pose: Any) -> Any:
    """The pose network's backbone, neck and box/class heads under a plain one-class ``Detect`` head.

    Every tensor is copied, none is initialised: the boxes and scores are those of the pose network.
    """
    network = _empty_like(pose, 1)
    wanted = network.state_dict()
    given = {key: value for key, value in pose.state_dict().items() if key in wanted}
    _load_all(network, given)
    network.names = {0: "person"}
    return network


def with_classes(base: Any, names: Sequence[str], like: Mapping[str, str] | None = None) -> Any:
    """The same function with only the rows ``names`` of the class head, in that order; a class that the base does not
    know begins as the row of the one that ``like`` names.

    The hidden width of the class head follows from the number of classes in ultralytics' ``Detect`` (80 for COCO),
    so the base's own class branches are kept and only their last 1x1 convolution is cut.
    """
    from torch import nn

    index = {name: row for row, name in base.names.items()}
    rows_of = {name: (like or {}).get(name, name) for name in names}
    missing = [row for row in rows_of.values() if row not in index]
    if missing:
        raise TrainingError(
            f"classes: {', '.join(missing)} not among those of the start weights; say in start.like what each begins as"
        )
    rows = [index[rows_of[name]] for name in names]
    head = base.model[-1]
    for branches in (head.cv3, head.one2one_cv3):
        for branch in branches:
            old = branch[-1]
            new: Any = nn.Conv2d(old.in_channels, len(rows), old.kernel_size)
            new.weight.data = old.weight.data[rows].clone()
            new.bias.data = old.bias.data[rows].clone()
            branch[-1] = new
    head.nc = len(rows)
    head.no = head.nc + 4 * head.reg_max
    base.nc = base.yaml["nc"] = len(rows)
    base.names = dict(enumerate(names))
    return base


def _empty_like(network: Any, classes: int) -> Any:
    from ultralytics.nn.tasks import DetectionModel

    layout = {key: value for key, value in network.yaml.items() if key not in ("kpt_shape", "yaml_file")}
    head = [*layout["head"][:-1], [layout["head"][-1][0], 1, "Detect", ["nc"]]]
    build: Any = DetectionModel
    return build({**layout, "head": head, "nc": classes}, ch=3, nc=classes, verbose=False).float().eval()


def _load_all(network: Any, tensors: dict[str, Any]) -> None:
    result = network.load_state_dict(tensors, strict=False)
    unfilled = [key for key in result.missing_keys if not key.endswith("num_batches_tracked")]
    if unfilled or result.unexpected_keys:
        raise TrainingError(
            f"start.weights: {len(unfilled)} tensors of the new head have no source, e.g. {unfilled[:1]}"
        )
