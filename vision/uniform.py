"""Does somebody wear the hall's uniform? Yes, no, or cannot tell.

Give it the hall's enrolled uniforms (files that `zaigang enroll-uniform` writes) once, then people as they are found::

    uniforms = load_uniforms([Path("uniforms/winter.npz"), Path("uniforms/security.npz")])
    for seen in uniforms.look(picture, boxes):       # BGR pixels; people's boxes, shape (n, 4), xyxy
        seen.wears, seen.score, seen.uniform, seen.why

``wears`` is True when the torso looks like one of the uniforms, False when it is clearly none of them, and None when
it cannot be told: ``why`` says whether the torso lies outside the picture, is too small, dark or blurred, or looks
neither like the uniform nor unlike it ("doubtful"). ``score`` is 0..1: up to 0.25 is no, from 0.75 on yes. One look is
one look: who judges a person for good takes many, spread over time.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

import numpy as np

from vision.card import SHIPPED, ModelCard, read_card
from vision.enrolment import Embeddings, Enrolled, likeness, read_enrolled
from vision.errors import BadInput, ModelError
from vision.geometry import Boxes
from vision.picture import Pixels
from vision.torso import Box, TorsoLimits, Unclear, cut, torso_of, unclear

__all__ = ["TorsoNetwork", "Uniforms", "Wears", "enrolled_elsewhere", "load_torso_network", "load_uniforms"]

_NO: Final = 0.25
_YES: Final = 0.75


@dataclass(frozen=True, slots=True)
class Wears:
    """What one look says of one person: see above. ``uniform`` is the enrolled one that the torso is most like."""

    wears: bool | None
    score: float
    uniform: str
    why: Unclear | Literal["doubtful"] | None = None


class _Backend(Protocol):
    def run(self, inputs: Sequence[Pixels]) -> Embeddings: ...


class TorsoNetwork:
    """The uniform network with its bank of plain clothes: torsos to unit vectors."""

    def __init__(self, card: ModelCard, backend: _Backend, bank: Embeddings) -> None:
        self.card = card
        self.bank = bank
        self._backend = backend

    def embed(self, pixels: Pixels, torsos: Sequence[Box]) -> Embeddings:
        """One unit vector a torso (x1, y1, x2, y2 in pixels of the picture), shape (len(torsos), dimensions).

        A torso and its mirror image count as one: nobody wears a uniform the other way round.
        """
        size = (self.card.inputs["width"], self.card.inputs["height"])
        if not torsos:
            return np.empty((0, self.bank.shape[1]), np.float32)
        plain = [cut(pixels, torso, size) for torso in torsos]
        mirrored = [np.ascontiguousarray(one[:, ::-1]) for one in plain]
        vectors = self._backend.run([*plain, *mirrored])
        both = vectors[: len(plain)] + vectors[len(plain) :]
        return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True), np.float32)


class Uniforms:
    """A hall's uniforms; holds no state from look to look."""

    def __init__(self, network: TorsoNetwork, enrolled: Sequence[Enrolled], limits: TorsoLimits | None = None) -> None:
        """Raises BadInput where no uniform is given or one was enrolled with another network."""
        if not enrolled:
            raise BadInput("no uniform is enrolled; make one with: zaigang enroll-uniform NAME PICTURES")
        for one in enrolled:
            if (elsewhere := enrolled_elsewhere(one, network.card)) is not None:
                raise BadInput(elsewhere)
            if one.references.shape[1] != network.bank.shape[1]:
                raise BadInput(
                    f'uniform "{one.name}" holds vectors of {one.references.shape[1]} figures, its network makes '
                    f"{network.bank.shape[1]}; enrol it again from its pictures"
                )
        self._network, self._enrolled, self._limits = network, tuple(enrolled), limits or TorsoLimits()

    @property
    def card(self) -> ModelCard:
        """Of the network that all of them were enrolled with."""
        return self._network.card

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self._enrolled)

    def look(self, pixels: Pixels, people: Boxes, torsos: bool = False) -> list[Wears]:
        """One answer a box, in order; ``people`` are people's boxes or, with ``torsos``, those of their torsos."""
        boxes = [_torso(box, torsos) for box in people.tolist()]
        reasons = [unclear(pixels, box, self._limits) for box in boxes]
        clear = [box for box, reason in zip(boxes, reasons, strict=True) if reason is None]
        vectors = iter(self._network.embed(pixels, clear))
        return [
            Wears(None, 0.5, self._enrolled[0].name, reason) if reason is not None else self._answer(next(vectors))
            for reason in reasons
        ]

    def score(self, pixels: Pixels, box: Sequence[float], torso: bool = False) -> float:
        """How surely the person in ``box`` (or the torso in it) wears a uniform, 0..1, however little it shows."""
        return self._answer(self._network.embed(pixels, [_torso(box, torso)])[0]).score

    def _answer(self, vector: Embeddings) -> Wears:
        scores = [
            one.score(float(likeness(vector[None], one.references, self._network.bank)[0])) for one in self._enrolled
        ]
        best = int(np.argmax(scores))
        wears = None if _NO < scores[best] < _YES else scores[best] >= _YES
        return Wears(wears, scores[best], self._enrolled[best].name, "doubtful" if wears is None else None)


def enrolled_elsewhere(uniform: Enrolled, card: ModelCard) -> str | None:
    """Why the network of ``card`` does not know ``uniform``: another one has seen its pictures; None where it does."""
    if uniform.network == card.sha256:
        return None
    return (
        f'uniform "{uniform.name}" was enrolled with network "{uniform.network_name}" ({uniform.network[:12]}…), but '
        f'"{card.name}" ({card.sha256[:12]}…) is in use; enrol it again from its pictures'
    )


def load_uniforms(
    files: Sequence[Path],
    folder: Path = SHIPPED / "uniform",
    runtime: Literal["openvino", "onnx"] = "openvino",
    threads: int = 0,
) -> Uniforms:
    """The uniforms in ``files``; raises BadInput or ModelError naming the file, uniform or network that is wrong."""
    return Uniforms(load_torso_network(folder, runtime, threads), [read_enrolled(file) for file in files])


def load_torso_network(
    folder: Path = SHIPPED / "uniform", runtime: Literal["openvino", "onnx"] = "openvino", threads: int = 0
) -> TorsoNetwork:
    """The uniform network in ``folder``; raises ModelError naming what is missing or damaged."""
    card = read_card(folder)
    if card.output != "embedding":
        raise ModelError(f'model "{card.name}" ({folder}) finds boxes ({card.output}); uniforms need one that embeds')
    backend = _OpenVino(card, threads) if runtime == "openvino" else _OnnxRuntime(card, threads)
    return TorsoNetwork(card, backend, _read_bank(folder / "bank.npz"))


def _read_bank(file: Path) -> Embeddings:
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as kept:
            bank = np.asarray(kept["plain"], np.float32)
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{file}: is no bank of plain clothes ({error})") from error
    return np.asarray(bank / np.linalg.norm(bank, axis=1, keepdims=True), np.float32)


def _torso(box: Sequence[float], is_torso: bool) -> Box:
    x1, y1, x2, y2 = (float(side) for side in box)
    return (x1, y1, x2, y2) if is_torso else torso_of((x1, y1, x2, y2))


def _planes(inputs: Sequence[Pixels]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(n, 3, h, w) RGB, 0..1."""
    return np.ascontiguousarray(np.stack(inputs)[..., ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)


class _OpenVino:
    def __init__(self, card: ModelCard, threads: int) -> None:
        import openvino as ov

        options: dict[str, object] = {"INFERENCE_NUM_THREADS": threads} if threads else {}
        # A uniform's thresholds lie closer together than the last digits of bf16.
        options["INFERENCE_PRECISION_HINT"] = "f32"
        core = ov.Core()
        try:
            self._network = core.compile_model(core.read_model(card.file), "CPU", options)
        except RuntimeError as error:
            raise ModelError(f"{card.file}: OpenVINO cannot read it ({str(error).splitlines()[-1]})") from error

    def run(self, inputs: Sequence[Pixels]) -> Embeddings:
        return np.array(self._network(_planes(inputs))[0], np.float32)


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

    def run(self, inputs: Sequence[Pixels]) -> Embeddings:
        return np.asarray(self._session.run(None, {"images": _planes(inputs)})[0], np.float32)
