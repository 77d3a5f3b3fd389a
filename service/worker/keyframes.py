"""The pictures of an event's evidence: its begin, report, surest look and end, and one a minute of a long one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np

from service.rules.event import Event
from service.worker.drawing import drawn
from service.worker.earlier import Pieces
from service.worker.looklog import LookLog
from service.worker.track import Surest, seen_at
from vision.clip import frame_at
from vision.disk import put_in_place
from vision.geometry import Size
from vision.picture import Pixels
from vision.source import pixels
from vision.streamtime import SECOND, StreamTime, iso

__all__ = ["KeyFrame", "key_frames", "minutes", "take_pictures", "write"]

Kind = Literal["begin", "satisfied", "strongest", "end", "minute"]

_MINUTE: Final = 60 * SECOND


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A picture to be taken of the moment ``at``; ``surest``: of which look, where it is that of the surest one."""

    name: str
    kind: Kind
    at: StreamTime
    surest: Surest | None = None


def key_frames(event: Event, closed: bool, surest: Surest | None) -> list[KeyFrame]:
    """The pictures that every event has as of now, in order of their meaning."""
    frames = [
        KeyFrame("begin", "begin", event.started_at),
        KeyFrame("satisfied", "satisfied", event.satisfied_at),
    ]
    if surest is not None:
        frames.append(KeyFrame("strongest", "strongest", surest.at, surest))
    return [*frames, KeyFrame("end", "end", event.until)] if closed else frames


def minutes(event: Event, begin: StreamTime, end: StreamTime) -> list[KeyFrame]:
    """A picture a minute of the event's time from ``begin`` to ``end``, counted from the event's begin."""
    first = -((event.started_at - begin) // _MINUTE)
    last = (end - event.started_at) // _MINUTE
    return [
        KeyFrame(f"minute-{number:03d}", "minute", StreamTime(event.started_at + number * _MINUTE))
        for number in range(max(1, first), last + 1)
    ]


def take_pictures(
    frames: Sequence[KeyFrame],
    ring: Path,
    log: LookLog,
    window: str,
    zones: Mapping[str, Sequence[float]],
    size: Size | None,
    pieces: Pieces,
) -> list[dict[str, Any]]:
    """Take ``frames`` from the recording, but for those that are there; returns the manifest's entries of pictures.

    All but those of the minutes come a second time with what was seen drawn on them.
    """
    taken: list[dict[str, Any]] = []
    for frame in frames:
        names = [f"{frame.name}.jpg"] + ([f"{frame.name}-boxes.jpg"] if frame.kind != "minute" else [])
        kept = pieces.picture(frame.kind, frame.at)
        if kept is not None and kept["name"] == names[0] and pieces.keep(*names):
            taken += _entries(frame, names)
            continue
        found = frame_at(ring, frame.at)
        if found is None:
            why = f"the recording holds no picture of {iso(frame.at)}"
            pieces.lacks(names[0], why, "no_picture", at=frame.at)
            continue
        plain = pixels(found[1])
        shown = [plain]
        if len(names) > 1:
            shown.append(drawn(plain, window, seen_at(log, frame.at), zones, size))
        jpegs = [jpeg for jpeg in map(_jpeg, shown) if jpeg is not None]
        if len(jpegs) < len(shown):
            pieces.lacks(names[0], f"the picture of {iso(frame.at)} could not be encoded", "not_encoded", at=frame.at)
            continue
        for name, jpeg in zip(names, jpegs, strict=True):
            write(pieces.folder / name, jpeg)
            pieces.made(name)
        taken += _entries(frame, names)
    return taken


def _entries(frame: KeyFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    more = {} if frame.surest is None else {"confidence": frame.surest.confidence}
    return [
        {"name": name, "at": frame.at, "kind": frame.kind, "boxes": name.endswith("-boxes.jpg"), **more}
        for name in names
    ]


def _jpeg(picture: Pixels) -> bytes | None:
    try:
        written, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    except (cv2.error, ValueError):
        return None
    return np.asarray(jpeg).tobytes() if written else None


def write(file: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``file``, on the disk and whole. Raises OSError when the disk refuses."""
    draft = file.with_name(file.name + ".part")
    draft.write_bytes(content)
    put_in_place(draft, file)
