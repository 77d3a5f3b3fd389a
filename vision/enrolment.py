"""A hall's own uniform: what is kept of its reference pictures, how like it somebody looks, and how far that goes.

What is enrolled are embeddings of torsos (`vision.uniform`), never pictures. Somebody's likeness to a uniform is that
to its nearest references, less that to the nearest plain clothes. Two thresholds make three answers of it: below
``no_below`` it is not the uniform, from ``yes_from`` on it is, between them nobody can tell.
"""

import io
import json
import os
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from vision.disk import put_in_place
from vision.errors import BadInput

__all__ = [
    "ENOUGH_OTHERS",
    "LEAST_REFERENCES",
    "TOO_CLOSE",
    "Embeddings",
    "Enrolled",
    "Reference",
    "area_under_curve",
    "enrol",
    "likeness",
    "read_enrolled",
    "write_enrolled",
]

Embeddings: TypeAlias = npt.NDArray[np.float32]
"""Unit vectors, one a torso, shape (n, dimensions)."""

Scores: TypeAlias = npt.NDArray[np.float64]

LEAST_REFERENCES: Final = 5
TOO_CLOSE: Final = 0.1
"""Share of plain clothes that pass from which on a uniform is called too close to them."""

_FORMAT: Final = 1
_NEAREST: Final = 3
_NEAREST_PLAIN: Final = 3
_PLAIN_WEIGHT: Final = 0.5
_LEAST_SPREAD: Final = 0.06
# What numpy, zipfile and zlib raise of a file that was cut short or spoilt, wherever in it that is.
_SPOILT: Final = (
    *(OSError, KeyError, TypeError, ValueError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
ENOUGH_OTHERS: Final = 10
"""The hall's own people in other clothes from which on they stand for all, instead of the bank."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where one reference came from: the picture's file name and SHA-256, and the torso's box in it."""

    file: str
    sha256: str
    torso: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """One uniform as the network ``network`` (SHA-256 of its weights) sees it.

    ``references`` (n, d) and ``others`` (k, d): this hall's people who do not wear it, as far as pictures were given.
    ``passing`` is the share of other clothes that reach the likeness which 95 of 100 pictures of the uniform reach,
    ``auc`` the chance that somebody in it is more like it than somebody who is not; both leave the picture that is
    judged out of the references.
    """

    name: str
    network: str
    network_name: str
    references: Embeddings
    pictures: tuple[Reference, ...]
    others: Embeddings
    no_below: float
    yes_from: float
    passing: float
    auc: float

    @property
    def too_close(self) -> bool:
        """Whether it is too like plain clothes to accuse anybody."""
        return self.passing > TOO_CLOSE

    def score(self, likeness: float) -> float:
        """``likeness`` as 0..1: up to 0.25 is no, from 0.75 on yes."""
        middle, half = (self.yes_from + self.no_below) / 2, max((self.yes_from - self.no_below) / 2, 1e-6)
        return float(1 / (1 + np.exp(-np.clip(np.log(3) * (likeness - middle) / half, -40, 40))))


def likeness(seen: Embeddings, references: Embeddings, plain: Embeddings) -> Scores:
    """How like the uniform each of ``seen`` looks, shape (len(seen),)."""
    return _nearest(seen @ references.T, _NEAREST) - _PLAIN_WEIGHT * _nearest(seen @ plain.T, _NEAREST_PLAIN)


def enrol(
    name: str,
    network: tuple[str, str],
    references: Embeddings,
    pictures: Sequence[Reference],
    others: Embeddings,
    bank: Embeddings,
) -> Enrolled:
    """The uniform ``name`` with its thresholds; ``network`` is the name and SHA-256 of what embedded it.

    Raises BadInput for fewer than five references.
    """
    if len(references) < LEAST_REFERENCES:
        raise BadInput(
            f'uniform "{name}": {len(references)} usable pictures; it takes at least {LEAST_REFERENCES}, '
            "better 10 to 20, of different people, sides and light"
        )
    own = np.array([_without(references, row, bank) for row in range(len(references))])
    strange = _strange(references, others, bank)
    spread = max(float(own.std(ddof=1)), _LEAST_SPREAD)
    lowest, usual = float(own.mean()) - 2.05 * spread, float(own.mean()) - 1.64 * spread
    highest = float(np.quantile(strange, 0.95))
    no_below = lowest if lowest < highest else (lowest + highest) / 2
    return Enrolled(
        name,
        network[1],
        network[0],
        references,
        tuple(pictures),
        others,
        no_below,
        max(highest, no_below + 0.02),
        float((strange >= usual).mean()),
        area_under_curve(own, strange),
    )


def _without(references: Embeddings, row: int, bank: Embeddings) -> float:
    return float(likeness(references[row : row + 1], np.delete(references, row, axis=0), bank)[0])


def _strange(references: Embeddings, others: Embeddings, bank: Embeddings) -> Scores:
    """The likeness of whoever wears something else: the hall's own people where enough are known, else the bank's."""
    if len(others) >= ENOUGH_OTHERS:
        return likeness(others, references, bank)
    own = bank @ bank.T
    np.fill_diagonal(own, -1)  # nobody is her own neighbour
    nearest = _nearest(bank @ references.T, _NEAREST) - _PLAIN_WEIGHT * _nearest(own, _NEAREST_PLAIN)
    return np.concatenate([nearest, likeness(others, references, bank)]) if len(others) else nearest


def _nearest(likenesses: npt.NDArray[np.float32], count: int) -> Scores:
    """The mean of the ``count`` highest of each row."""
    count = min(count, likenesses.shape[1])
    return np.asarray(np.partition(likenesses, -count, axis=1)[:, -count:].mean(axis=1), np.float64)


def area_under_curve(positive: npt.ArrayLike, negative: npt.ArrayLike) -> float:
    """The chance that one of ``positive`` scores higher than one of ``negative``, a tie counting half."""
    high, low = np.asarray(positive, np.float64)[:, None], np.asarray(negative, np.float64)[None, :]
    return float((high > low).mean() + 0.5 * (high == low).mean())


def write_enrolled(uniform: Enrolled, file: Path) -> None:
    """Put ``uniform`` into ``file``, whole or not at all; raises BadInput when the disk refuses."""
    about = {
        "format": _FORMAT,
        "name": uniform.name,
        "network": {"name": uniform.network_name, "sha256": uniform.network},
        "pictures": [asdict(picture) for picture in uniform.pictures],
        "no_below": uniform.no_below,
        "yes_from": uniform.yes_from,
        "passing": uniform.passing,
        "auc": uniform.auc,
    }
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as stream:
            np.savez_compressed(
                stream,
                references=uniform.references.astype(np.float32),
                others=uniform.others.astype(np.float32),
                about=np.array(json.dumps(about, ensure_ascii=False)),
            )
        put_in_place(draft, file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise BadInput(f"{file}: cannot be written ({(error.strerror or str(error)).lower()})") from error


def read_enrolled(file: Path) -> Enrolled:
    """The uniform in ``file``; raises BadInput when it is none or was cut short."""
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            references, others = (np.asarray(kept[name], np.float32) for name in ("references", "others"))
        return _enrolled(about, references, others)
    except FileNotFoundError:
        raise BadInput(f"{file}: no such uniform; make it with: zaigang enroll-uniform NAME PICTURES") from None
    except _SPOILT as error:
        raise BadInput(f"{file}: is no enrolled uniform, or was cut short ({error})") from error


def _enrolled(about: dict[str, Any], references: Embeddings, others: Embeddings) -> Enrolled:
    if about["format"] != _FORMAT:
        raise ValueError(f"format {about['format']}, this version reads {_FORMAT}")
    sound = np.isfinite(references).all() and np.isfinite(others).all()
    if references.ndim != 2 or others.ndim != 2 or not len(references) or not sound:
        raise ValueError("its references are no vectors")
    if references.shape[1] != others.shape[1]:
        raise ValueError(f"vectors of {references.shape[1]} and of {others.shape[1]} figures")
    pictures = tuple(
        Reference(str(one["file"]), str(one["sha256"]), tuple(float(side) for side in one["torso"]))  # type: ignore[arg-type]
        for one in about["pictures"]
    )
    figures = [float(about[key]) for key in ("no_below", "yes_from", "passing", "auc")]
    if not np.isfinite(figures).all() or figures[0] >= figures[1]:
        raise ValueError(f"no_below {figures[0]:g} must be less than yes_from {figures[1]:g}")
    network = about["network"]
    return Enrolled(
        str(about["name"]), str(network["sha256"]), str(network["name"]), references, pictures, others, *figures
    )
