"""Trained weights to OpenVINO and ONNX files that take any picture size divisible by 32."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.errors import TrainingError

LARGE = 256
"""Weights of so many numbers are kept as FP16."""

OUTPUTS = ("detections", "acts")

TRACE_SHAPES = ((1, 3, 640, 640), (2, 3, 384, 640), (1, 3, 320, 320))


def export_openvino(network: Any, folder: Path) -> dict[str, str]:
    """Writes ``model.xml`` and ``model.bin`` (FP16 weights) and returns the SHA-256 of each.

    The graph ends in the one-to-one head: (batch, 300, 6) of x1, y1, x2, y2 in input pixels, score, class.
    Batch, height and width stay dynamic; anchors are built in the graph, so ``reshape`` needs no torch.
    """
    import openvino as ov
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    example = torch.zeros(TRACE_SHAPES[1])
    with torch.no_grad():
        trace: Any = torch.jit.trace
        traced = trace(_for_export(network), example, check_trace=False)
    graph = ov.convert_model(traced, example_input=example, input=[ov.PartialShape([-1, 3, -1, -1])])
    graph.inputs[0].get_tensor().set_names({"images"})
    for output, name in zip(graph.outputs, OUTPUTS, strict=False):
        output.get_tensor().set_names({name})
    ov.save_model(graph, folder / "model.xml", compress_to_fp16=True)
    return {name: sha256(folder / name) for name in ("model.xml", "model.bin")}


def export_onnx(network: Any, folder: Path) -> dict[str, str]:
    """Writes ``model.onnx`` beside the OpenVINO files, with the same output and FP16 weights; returns its SHA-256."""
    import onnx
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    file, model = folder / "model.onnx", _for_export(network, "onnx")
    names = OUTPUTS[: 2 if hasattr(network, "acts") else 1]
    torch.onnx.export(
        model,
        (torch.zeros(TRACE_SHAPES[1]),),
        str(file),
        dynamo=False,
        opset_version=18,
        input_names=["images"],
        output_names=list(names),
        dynamic_axes={"images": {0: "batch", 2: "height", 3: "width"}, **{name: {0: "batch"} for name in names}},
    )
    graph = onnx.load(file)
    halved(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, file)
    return {file.name: sha256(file)}


def halved(model: Any) -> None:
    """Keep large weights as FP16 and widen them when the file is loaded: half the size, the same arithmetic."""
    from onnx import TensorProto, helper, numpy_helper

    widened = []
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype == np.float32 and values.size >= LARGE:
            name = weights.name
            weights.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            widened.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*widened, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def check_export(
    network: Any, folder: Path, picture: NDArray[np.uint8], least_score: float = 0.25
) -> tuple[float, float]:
    """Largest differences of box (pixels) and score between torch and the exported file over several input shapes.

    ``picture`` is (height, width, 3) RGB and is resized to every shape; boxes from ``least_score`` on count. FP16
    weights move boxes by some tenths of a pixel and scores by some hundredths.
    """
    import cv2
    import openvino as ov
    import torch

    reference = _for_export(network)
    core = ov.Core()
    worst = (0.0, 0.0)
    for shape in (*TRACE_SHAPES, (1, 3, 640, 384), (4, 3, 320, 320)):
        graph = core.read_model(folder / "model.xml")
        graph.reshape(list(shape))
        compiled = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        resized = cv2.resize(picture, (shape[3], shape[2])).astype(np.float32) / 255
        batch = np.repeat(resized.transpose(2, 0, 1)[None], shape[0], axis=0)
        with torch.no_grad():
            answers = reference(torch.from_numpy(batch))
        wanted, *acts = [part.numpy() for part in (answers if isinstance(answers, tuple) else (answers,))]
        results = compiled(batch)
        given = np.asarray(results[0])
        if acts:
            worst = _larger(worst, (0.0, float(np.abs(np.asarray(results[1]) - acts[0]).max())))
        if given.shape != wanted.shape:
            raise TrainingError(
                f"{folder / 'model.xml'}: output {given.shape} at input {shape}, expected {wanted.shape}"
            )
        for one, other in zip(wanted, given, strict=True):
            worst = _larger(worst, _distance(one[one[:, 4] > least_score], other))
    return worst


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _for_export(network: Any, form: str = "openvino") -> Any:
    """A fused copy that answers with the one-to-one head alone, and with its act head where it has one."""
    model = copy.deepcopy(network).float().eval()
    model.end2end = True
    model = model.fuse(verbose=False)
    head = model.model[-1]
    head.export, head.dynamic, head.format, head.shape = True, True, form, None
    if not hasattr(model, "acts"):
        return model
    from training.act_head import Answering

    return Answering(model).eval()


def _distance(wanted: NDArray[np.float32], given: NDArray[np.float32]) -> tuple[float, float]:
    """Largest box and score difference over ``wanted``, each to its nearest box of the same class in ``given``."""
    worst = (0.0, 0.0)
    for row in wanted:
        same = given[given[:, 5] == row[5]]
        if not len(same):
            return float("inf"), float("inf")
        gaps = np.abs(same[:, :4] - row[:4]).max(axis=1)
        nearest = int(gaps.argmin())
        worst = _larger(worst, (float(gaps[nearest]), abs(float(same[nearest, 4] - row[4]))))
    return worst


def _larger(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return max(one[0], other[0]), max(one[1], other[1])
