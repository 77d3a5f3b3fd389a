"""The fitted network to OpenVINO and ONNX, and its answers held against torch's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training.errors import TrainingError
from training.export import halved, sha256
from training.look import Picture
from vision.enrolment import Embeddings

WORST = 0.02
"""Largest difference of a number of the embedding that FP16 weights make; a wrong graph differs by far more."""


def embedded(network: nn.Module, seen: Sequence[Picture], step: int = 64) -> Embeddings:
    """What torch makes of ``seen``, each (h, w, 3) BGR: unit vectors (n, dimensions), mirrored pictures as well."""
    vectors = []
    for start in range(0, len(seen), step):
        planes = _planes(seen[start : start + step])
        with torch.no_grad():
            both = network(planes) + network(planes.flip(3))
        vectors.append((both / both.norm(dim=1, keepdim=True)).numpy())
    return np.concatenate(vectors).astype(np.float32)


def export(network: nn.Module, size: tuple[int, int], folder: Path, seen: Sequence[Picture]) -> dict[str, str]:
    """Write ``model.xml``, ``model.bin``, ``model.onnx`` (FP16 weights, any number of torsos); returns their SHA-256.

    Raises TrainingError when the exported network says something else of ``seen`` than torch does.
    """
    import onnx
    import openvino as ov

    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    width, height = size
    file = folder / "model.onnx"
    torch.onnx.export(
        network,
        (torch.zeros(2, 3, height, width),),
        str(file),
        dynamo=False,
        opset_version=18,
        input_names=["images"],
        output_names=["embedding"],
        dynamic_axes={"images": {0: "batch"}, "embedding": {0: "batch"}},
    )
    ov.save_model(ov.convert_model(file), folder / "model.xml", compress_to_fp16=True)
    graph = onnx.load(file)
    halved(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, file)
    _check(network, folder, seen)
    return {name: sha256(folder / name) for name in ("model.xml", "model.bin", "model.onnx")}


def _check(network: nn.Module, folder: Path, seen: Sequence[Picture]) -> None:
    import openvino as ov

    compiled = ov.Core().compile_model(folder / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    planes = _planes(seen)
    with torch.no_grad():
        wanted = network(planes).numpy()
    worst = float(np.abs(wanted - np.asarray(compiled(planes.numpy())[0])).max())
    if worst > WORST:
        raise TrainingError(f"{folder / 'model.xml'}: differs from torch by {worst:.3f} in its embedding")


def _planes(seen: Sequence[Picture]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.stack(seen)[..., ::-1].transpose(0, 3, 1, 2))).float() / 255
