"""Reference pictures of a uniform: whose torso in them shows it, or why a picture cannot be used."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from vision.enrolment import Embeddings, Reference
from vision.errors import BadInput
from vision.picture import Pixels
from vision.still import Still
from vision.torso import Box, torso_of, unclear
from vision.uniform import TorsoNetwork

__all__ = ["SUFFIXES", "Shown", "Single", "look_at", "people_in", "picture_files"]

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp")

_NO_PICTURE: Final[Pixels] = np.empty((0, 0, 3), np.uint8)
_SURE: Final = 0.4
_IN_FRONT: Final = 2.5  # whoever is so many times larger than anybody else is the one whom the picture shows
_FAULTS: Final = {
    "outside": "her torso is cut off by the picture's edge",
    "small": "her torso is too small in it",
    "dark": "it is too dark",
    "blurred": "it is blurred",
}


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture: its file, and either its torso with the embedding (1, d), or why it cannot be used."""

    file: str
    reference: Reference | None
    vector: Embeddings | None
    fault: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """One picture (h, w, 3) BGR: its file and SHA-256, and the box of the one person in it, or why there is none."""

    file: str
    sha256: str
    pixels: Pixels
    person: Box | None
    fault: str | None


def picture_files(paths: Sequence[Path]) -> list[Path]:
    """The pictures that ``paths`` name, folders opened, each once; raises BadInput for what is no picture."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and not one.is_dir())
            if not inside:
                raise BadInput(f"{path}: holds no picture ({', '.join(SUFFIXES)})")
            found += inside
        elif not path.is_file():
            raise BadInput(f"{path}: no such picture or folder")
        elif path.suffix.lower() not in SUFFIXES:
            raise BadInput(f"{path}: is no picture; pictures end in {', '.join(SUFFIXES)}")
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def look_at(files: Sequence[Path], network: TorsoNetwork, still: Still | None, known: set[str]) -> Iterator[Shown]:
    """What each picture shows; ``still`` finds the person in it, None takes the whole picture for one person.

    A picture whose SHA-256 is in ``known``, or came before, cannot be used again.
    """
    for one in people_in(files, still, known):
        if one.person is None:
            yield Shown(one.file, None, None, one.fault)
        else:
            torso = torso_of(one.person)
            yield Shown(one.file, Reference(one.file, one.sha256, torso), network.embed(one.pixels, [torso]), None)


def people_in(files: Sequence[Path], still: Still | None, known: set[str]) -> Iterator[Single]:
    """The one person of each picture, as `look_at` takes them; her torso is clearly shown."""
    seen = set(known)
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            yield Single(
                file.name, "", _NO_PICTURE, None, f"it cannot be read ({(error.strerror or str(error)).lower()})"
            )
            continue
        digest, pixels = hashlib.sha256(content).hexdigest(), _decoded(content)
        person: Box | None = None
        if digest in seen:
            fault: str | None = "it is a reference already, or the same as another"
        elif not pixels.size:
            fault = "it cannot be read as a picture"
        else:
            person, fault = _person(pixels, still)
        if person is not None and (reason := unclear(pixels, torso_of(person))) is not None:
            person, fault = None, _FAULTS[reason]
        seen.add(digest)
        yield Single(file.name, digest, pixels, person, fault)


def _decoded(content: bytes) -> Pixels:
    """The picture, BGR; an empty one where there is none, or one too large to be held."""
    try:
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    except cv2.error:
        decoded = None
    return _NO_PICTURE if decoded is None else np.asarray(decoded, np.uint8)


def _person(pixels: Pixels, still: Still | None) -> tuple[Box | None, str | None]:
    """The box of the one person whom the picture shows, or what is wrong."""
    height, width = pixels.shape[:2]
    if still is None:
        return (0.0, 0.0, float(width), float(height)), None
    people = still.people(pixels)
    boxes = people.boxes[people.scores >= _SURE]
    if not len(boxes):
        return None, "it shows nobody"
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = np.argsort(-areas, kind="stable")
    if len(boxes) > 1 and areas[order[0]] < _IN_FRONT * areas[order[1]]:
        return None, f"it shows {len(boxes)} people; cut it to one"
    x1, y1, x2, y2 = (float(side) for side in boxes[order[0]])
    return (x1, y1, x2, y2), None
