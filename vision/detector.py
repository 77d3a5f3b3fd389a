"""Pictures to boxes: runs a network of `vision/models` in OpenVINO (or ONNX Runtime) and reads its output.

Two lines run a shipped network on one picture (BGR, uint8, as `cv2.imread` gives it)::

    detector = load_detector(SHIPPED / "person")
    boxes, scores, names = detector.detect([picture])[0].arrays()
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from vision.card import SHIPPED, ModelCard, read_card
from vision.errors import ModelError
from vision.geometry import Boxes
from vision.picture import Pixels

__all__ = ["SHIPPED", "Detections", "Detector", "Runtime", "decode", "letterbox", "load_detector"]

Runtime = Literal["openvino", "onnx"]

_STRIDE: Final = 32
_PAD: Final = 114  # the grey that YOLO networks are trained with
_NMS_IOU: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes found in one picture, best first; ``classes`` index ``names``. Arrays are of equal length.

    ``acts``: what the network says of the picture as a whole, taken as the crop of one person (act to 0..1); None
    where it has no such answer.
    """

    boxes: Boxes
    scores: npt.NDArray[np.float32]
    classes: npt.NDArray[np.intp]
    names: tuple[str, ...]
    acts: Mapping[str, float] | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, kept: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "Detections":
        return replace(self, boxes=self.boxes[kept], scores=self.scores[kept], classes=self.classes[kept])

    def of(self, name: str, threshold: float = 0.0) -> "Detections":
        """Those of the class ``name`` that score at least ``threshold``."""
        return self[(self.classes == self.names.index(name)) & (self.scores >= threshold)]

    def arrays(self) -> tuple[Boxes, npt.NDArray[np.float32], list[str]]:
        """Boxes (n, 4) xyxy in pixels, scores (n,), and the class name of each."""
        return self.boxes, self.scores, [self.names[index] for index in self.classes]

    def moved(self, x: float, y: float) -> "Detections":
        """The same, ``x`` to the right and ``y`` down: from pixels of a crop to those of its picture."""
        return replace(self, boxes=self.boxes + np.array([x, y, x, y], np.float32))

    def scored(self, scores: npt.NDArray[np.float32], floor: float) -> "Detections":
        """The same with other ``scores``, best first, without those below ``floor``."""
        order = np.argsort(-scores, kind="stable")
        return replace(self, scores=scores)[order[scores[order] >= floor]]

    @staticmethod
    def none(names: tuple[str, ...]) -> "Detections":
        return Detections(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.intp), names)


class Detector(Protocol):
    """A network that finds boxes; OpenVINO and ONNX Runtime stand behind it."""

    @property
    def card(self) -> ModelCard: ...

    def detect(self, pictures: Sequence[Pixels], long_side: int | None = None, floor: float = 0.05) -> list[Detections]:
        """The boxes of each picture that score ``floor`` or more.

        Pictures are shrunk or grown so that their longer side is ``long_side`` (default: the card's scene input).
        """


Answers = tuple[npt.NDArray[np.float32], ...]
"""A network's outputs for one picture: boxes, and acts where it judges them."""


class _Backend(Protocol):
    def run(self, inputs: Sequence[Pixels]) -> list[Answers]: ...


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture was fitted into a network's input: scaled, then padded at the right and bottom."""

    scale: float
    width: int
    height: int


def letterbox(picture: Pixels, long_side: int) -> tuple[Pixels, Letterbox]:
    """``picture`` scaled to ``long_side`` and padded to whole strides, with what it takes to map boxes back."""
    height, width = picture.shape[:2]
    scale = long_side / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.full((_padded(inner[1], inner[0]), _padded(inner[0], inner[1]), 3), _PAD, np.uint8)
    shrink = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    canvas[: inner[1], : inner[0]] = picture if scale == 1 else cv2.resize(picture, inner, interpolation=shrink)
    return canvas, Letterbox(scale, width, height)


def _padded(length: int, other: int) -> int:
    """``length`` in whole strides; the shorter side in twice as many, since every shape is compiled for itself."""
    strides = -(-length // _STRIDE) if length >= other else min(-(-length // (2 * _STRIDE)) * 2, -(-other // _STRIDE))
    return strides * _STRIDE


def decode(answers: Answers, card: ModelCard, fit: Letterbox, floor: float) -> Detections:
    """One picture's outputs, the first (300, 6) or (4 + classes, anchors), as boxes in pixels of the source picture;
    a second one, (acts,), is what the network says of the picture as a whole.
    """
    raw = answers[0]
    acts = _acts(answers, card)
    if card.output == "yolo26":
        if raw.ndim != 2 or raw.shape[1] != 6:
            raise ModelError(f"{card.file}: gives {raw.shape}, but its card says yolo26, which is (300, 6)")
        boxes, scores, classes = raw[:, :4], raw[:, 4], raw[:, 5].astype(np.intp)
        kept = np.flatnonzero(scores >= floor)
    else:
        if raw.ndim != 2 or raw.shape[0] != 4 + len(card.classes):
            raise ModelError(f"{card.file}: gives {raw.shape}, but its card names {len(card.classes)} classes")
        centre, size = raw[:2].T, raw[2:4].T
        boxes = np.hstack([centre - size / 2, centre + size / 2])
        classes, scores = raw[4:].argmax(axis=0), raw[4:].max(axis=0)
        kept = _non_maximum_suppression(boxes, scores, classes, floor)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    limits = np.array([fit.width, fit.height, fit.width, fit.height], np.float32)
    inside = np.clip(boxes[kept] / fit.scale, 0, limits).astype(np.float32)
    whole = (inside[:, 2] > inside[:, 0]) & (inside[:, 3] > inside[:, 1])
    found = Detections(inside, scores[kept].astype(np.float32), classes[kept].astype(np.intp), card.classes, acts)
    return found[whole]


def _acts(answers: Answers, card: ModelCard) -> Mapping[str, float] | None:
    if not card.answers:
        return None
    if len(answers) < 2 or answers[1].shape != (len(card.answers),):
        raise ModelError(f"{card.file}: its card names the answers {', '.join(card.answers)}, which it does not give")
    return MappingProxyType(dict(zip(card.answers, answers[1].tolist(), strict=True)))


def _non_maximum_suppression(
    boxes: npt.NDArray[np.float32], scores: npt.NDArray[np.float32], classes: npt.NDArray[np.intp], floor: float
) -> npt.NDArray[np.intp]:
    corner_and_size = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxesBatched(corner_and_size.tolist(), scores.tolist(), classes.tolist(), floor, _NMS_IOU)
    return np.asarray(kept, np.intp).reshape(-1)


@dataclass(slots=True)
class _Network:
    card: ModelCard
    backend: _Backend

    def detect(self, pictures: Sequence[Pixels], long_side: int | None = None, floor: float = 0.05) -> list[Detections]:
        if not pictures:
            return []
        fitted = [letterbox(picture, long_side or self.card.inputs["scene"]) for picture in pictures]
        raw = self.backend.run([canvas for canvas, _ in fitted])
        return [decode(answers, self.card, fit, floor) for answers, (_, fit) in zip(raw, fitted, strict=True)]


def load_detector(folder: Path, runtime: Runtime = "openvino", threads: int = 0) -> Detector:
    """The network in ``folder``; ``threads`` 0 uses every core. Raises ModelError naming what is wrong with it."""
    card = read_card(folder)
    if card.output == "embedding":
        raise ModelError(f'model "{card.name}" ({folder}) embeds torsos and finds no boxes; it is no detector')
    if runtime == "openvino":
        return _Network(card, _OpenVino(card, threads))
    return _Network(card, _OnnxRuntime(card, threads))


class _OpenVino:
    """Compiles the network once for each input shape it meets, and runs pictures side by side."""

    def __init__(self, card: ModelCard, threads: int) -> None:
        import openvino as ov

        self._ov = ov
        self._core = ov.Core()
        self._card = card
        self._threads = threads
        self._queues: dict[tuple[int, int], ov.AsyncInferQueue] = {}
        try:
            self._core.read_model(card.file)
        except RuntimeError as error:
            raise ModelError(f"{card.file}: OpenVINO cannot read it ({str(error).splitlines()[-1]})") from error

    def run(self, inputs: Sequence[Pixels]) -> list[Answers]:
        outputs: list[Answers] = [()] * len(inputs)
        queues = [self._queue(canvas.shape[0], canvas.shape[1]) for canvas in inputs]
        for index, (canvas, queue) in enumerate(zip(inputs, queues, strict=True)):
            queue.start_async({0: canvas[None]}, (outputs, index))
        for queue in queues:
            queue.wait_all()
        return outputs

    def _queue(self, height: int, width: int):  # type: ignore[no-untyped-def]  # OpenVINO ships no types
        if (height, width) not in self._queues:
            self._queues[height, width] = self._compiled(height, width)
        return self._queues[height, width]

    def _compiled(self, height: int, width: int):  # type: ignore[no-untyped-def]  # as above
        ov = self._ov
        model = self._core.read_model(self._card.file)
        model.reshape([1, 3, height, width])
        steps = ov.preprocess.PrePostProcessor(model)
        steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(
            ov.preprocess.ColorFormat.BGR
        )
        steps.input().model().set_layout(ov.Layout("NCHW"))
        steps.input().preprocess().convert_element_type(ov.Type.f32).convert_color(ov.preprocess.ColorFormat.RGB).scale(
            255.0
        )
        # One picture a core: with several at hand this is up to 1.4 times as fast as all cores on one picture.
        options: dict[str, object] = {"PERFORMANCE_HINT": "THROUGHPUT"}
        if self._threads:
            options["INFERENCE_NUM_THREADS"] = self._threads
        queue = ov.AsyncInferQueue(self._core.compile_model(steps.build(), "CPU", options))
        queue.set_callback(_keep_output)
        return queue


def _keep_output(request, place) -> None:  # type: ignore[no-untyped-def]  # OpenVINO ships no types
    outputs, index = place
    outputs[index] = tuple(tensor.data[0].copy() for tensor in request.output_tensors)


class _OnnxRuntime:
    def __init__(self, card: ModelCard, threads: int) -> None:
        try:
            import onnxruntime as ort
        except ImportError as error:
            raise ModelError("the runtime onnx needs ONNX Runtime: pip install 'zaigang[onnx]'") from error
        file = card.folder / "model.onnx"
        if not file.is_file():
            raise ModelError(f'model "{card.name}" ({card.folder}) has no model.onnx; use the runtime openvino')
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, inputs: Sequence[Pixels]) -> list[Answers]:
        outputs: list[Answers] = []
        for canvas in inputs:
            rgb = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], np.float32) / np.float32(255)
            given = self._session.run(None, {self._input: rgb})
            outputs.append(tuple(np.asarray(output[0], np.float32) for output in given))
        return outputs
