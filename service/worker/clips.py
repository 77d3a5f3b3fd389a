"""Cuts a clip of an event's evidence, with the copy that browsers play, and says what of it is missing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from service.evidence.manifest import Missing
from service.worker.earlier import Pieces
from service.worker.track import Span
from vision.clip import Clip, cut
from vision.disk import put_in_place
from vision.errors import SourceError
from vision.streamtime import SECOND, StreamTime, iso

__all__ = ["cut_clip"]

_FILES: Final = {"clip": "clip", "last_clip": "last"}
_NO_COPY: Final = "no_copy"


def cut_clip(ring: Path, key: str, span: Span, final: bool, pieces: Pieces) -> dict[str, Any] | None:
    """The manifest's entry of the clip ``key`` of ``span``; None where nothing was recorded, which is said.

    The one that was made before stays where it is of this span, or holds more: the recording may be gone by now. What
    is missing of it is looked for once more when the evidence is made for the last time.
    """
    before = pieces.clip(key)
    copyless = [one for one in pieces.lacked(key) if one.code == _NO_COPY]
    if before is not None and before.get("span") == list(span):
        if not (final and (copyless or _lacks(before, span))):
            return _kept(before, key, span, copyless, pieces)
    name = _FILES[key]
    clip = cut(ring, *span, pieces.folder / f"{name}-new.mp4")
    entry = None if clip is None else _entry(clip, name, span)
    if before is not None:
        more = 0 if entry is None else _held(entry, span) - _held(before, span)
        if entry is None or more < 0 or (more == 0 and not copyless):
            return _kept(before, key, span, copyless, pieces)
    if clip is None or entry is None:
        pieces.lacks(key, "the camera's recording holds nothing of this time", "nothing_recorded")
        return None
    put_in_place(clip.file, pieces.folder / entry["file"])
    pieces.made(entry["file"])
    _say(pieces, key, entry, span)
    if not clip.playable:
        entry["play"] = _copied(ring, key, span, clip, pieces)
    return entry


def _kept(
    before: Mapping[str, Any], key: str, span: Span, copyless: Sequence[Missing], pieces: Pieces
) -> dict[str, Any]:
    pieces.keep(before["file"], before["play"])
    _say(pieces, key, before, span)
    pieces.missing += copyless
    return {**before, "span": list(span)}


def _entry(clip: Clip, name: str, span: Span) -> dict[str, Any]:
    return {
        "file": f"{name}.mp4",
        "play": f"{name}.mp4",
        "start": clip.start,
        "end": clip.end,
        "codec": clip.codec,
        "encoded": clip.encoded,
        "gaps": [[gap.start, gap.end] for gap in clip.gaps],
        "span": list(span),
    }


def _held(entry: Mapping[str, Any], span: Span) -> int:
    """How much of ``span`` the clip holds, in microseconds."""
    start, end = max(int(entry["start"]), span[0]), min(int(entry["end"]), span[1])
    lost = sum(max(0, min(int(until), end) - max(int(begin), start)) for begin, until in entry["gaps"])
    return max(0, end - start) - lost


def _lacks(entry: Mapping[str, Any], span: Span) -> Sequence[tuple[str, Any, float, StreamTime | None]]:
    """What of ``span`` the clip does not hold: why, code, seconds, and from when on where it is a gap."""
    found: list[tuple[str, Any, float, StreamTime | None]] = []
    late, early = (entry["start"] - span[0]) / SECOND, (span[1] - entry["end"]) / SECOND
    if late > 0.5:
        found.append((f"the recording begins {late:.0f} s late: there is none from before", "begins_late", late, None))
    if early > 1.5:
        found.append((f"the recording ends {early:.0f} s early: the stream broke off", "ends_early", early, None))
    for begin, end in entry["gaps"]:
        length = (end - begin) / SECOND
        found.append((f"nothing was recorded for {length:.0f} s from {iso(begin)}", "gap", length, begin))
    return found


def _say(pieces: Pieces, key: str, entry: Mapping[str, Any], span: Span) -> None:
    for why, code, length, at in _lacks(entry, span):
        pieces.lacks(key, why, code, round(length, 1), at)


def _copied(ring: Path, key: str, span: Span, clip: Clip, pieces: Pieces) -> str:
    """The name of a copy of ``clip`` that every browser plays; the clip's own where none can be made, which is said."""
    name = f"{_FILES[key]}-h264.mp4"
    try:
        copy = cut(ring, *span, pieces.folder / name, playable=True)
        reason = "nothing of it could be decoded"
    except (SourceError, ValueError) as error:  # ValueError: a build of FFmpeg that has no such encoder
        copy, reason = None, str(error)
    if copy is not None:
        pieces.made(name)
        return name
    why = f"not every browser plays the clip ({clip.codec}), and no copy in H.264 could be made ({reason})"
    pieces.lacks(key, why, _NO_COPY)
    return f"{_FILES[key]}.mp4"
