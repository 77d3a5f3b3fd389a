"""Cuts an event's evidence out of the ring and the log of looks: clip, key frames, track, manifest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from av.video.frame import VideoFrame

from service.evidence.manifest import FileEntry, Missing, file_entry, write_manifest
from service.rules.event import Event
from service.rules.rulebook import Rule, Rulebook
from service.settings import RecorderSettings
from service.worker.looklog import LookLog
from vision.clip import Clip, cut, frame_at
from vision.disk import put_in_place, sync
from vision.errors import SourceError
from vision.geometry import Size
from vision.streamtime import SECOND, StreamTime, iso, seconds, to_datetime

__all__ = ["UNKNOWN", "EvidenceCutter", "Scene", "folder_of"]

_POINTS = 1500


@dataclass(frozen=True, slots=True)
class Scene:
    """What an event was judged with: its camera (id and title), zones on a picture of ``size``, and networks.

    ``models``: name, version and sha256 of each.
    """

    camera: str
    title: str
    zones: Mapping[str, Sequence[float]]
    size: Size | None
    models: tuple[Mapping[str, str], ...]


UNKNOWN: Final = Scene("", "", {}, None, ())
"""Of an event whose camera nobody remembers."""


def folder_of(event: Event) -> str:
    """Where an event's evidence lies below the evidence folder: by month, so that no folder grows without end."""
    return f"{to_datetime(event.started_at):%Y-%m}/{event.id}"


class EvidenceCutter:
    """Makes evidence of one worker's events; ``ring`` and ``looks`` hold a folder a camera."""

    def __init__(self, ring: Path, looks: Path, evidence: Path, limits: RecorderSettings) -> None:
        self._ring, self._looks, self._evidence, self.limits = ring, looks, evidence, limits

    def clip_span(self, event: Event, now: StreamTime, closed_at: StreamTime | None) -> tuple[StreamTime, StreamTime]:
        """From the pre-roll to the post-roll after the event closed, at most the first stretch of a long one."""
        start = event.started_at - seconds(self.limits.pre_roll)
        end = closed_at + seconds(self.limits.post_roll) if closed_at is not None else now
        return StreamTime(start), StreamTime(min(end, event.started_at + seconds(self.limits.first)))

    def make(
        self, event: Event, scene: Scene, book: Rulebook | None, now: StreamTime, closed_at: StreamTime | None
    ) -> tuple[str, dict[str, Any]]:
        """Write the evidence as of ``now`` (whole once ``closed_at`` is given); returns its folder and manifest.

        ``book`` is the one that judged the event, None where it is not known any more: then there are no answers.
        Raises OSError when the disk refuses; what stood there before stays.
        """
        folder = self._evidence / folder_of(event)
        folder.mkdir(parents=True, exist_ok=True)
        for parent in (folder.parent, self._evidence):
            sync(parent)
        ring = self._ring / scene.camera
        missing: list[Missing] = []
        files: list[Path] = []
        span = self.clip_span(event, now, closed_at)
        clip = self._clip(ring, span, folder, missing) if scene.camera else None
        if not scene.camera:
            missing.append(Missing("clip", "it is not known any more which camera saw it", "camera_unknown"))
        played = clip.file if clip else None
        if clip is not None:
            files.append(clip.file)
            if not clip.playable:
                copy = self._copy(ring, span, folder, clip, missing)
                if copy is not None:
                    played = copy
                    files.append(copy)
        files += self._pictures(ring, event, closed_at, folder, missing)
        rule = book.rules.get(event.rule) if book is not None else None
        if rule is None:
            why = "the rules that judged it are not known any more: there are no answers"
            missing.append(Missing("track", why, "rule_unknown"))
        files.append(self._track(event, scene, rule, span, clip, folder))
        content = {
            "version": 1,
            "complete": closed_at is not None,
            "event": asdict(event),
            "started": iso(event.started_at),
            "camera": {"id": scene.camera, "name": scene.title} if scene.camera else None,
            "rule": {"id": event.rule, **(rule.model_dump(mode="json") if rule is not None else {})},
            "rulebook": event.rulebook,
            "model": {name: scene.models[0][name] for name in ("name", "sha256")} if scene.models else None,
            "models": [dict(model) for model in scene.models],
            "zones": {name: list(numbers) for name, numbers in scene.zones.items()},
            "size": list(scene.size) if scene.size else None,
            "clip": _clip_entry(clip, played),
            "missing": [asdict(one) for one in missing],
            "made_at": now,
            "software": version("zaigang"),
        }
        entries: list[FileEntry] = [file_entry(file) for file in files]
        manifest = write_manifest(folder, content, entries)
        for stale in {file.name for file in folder.iterdir()} - {file.name for file in files} - {"manifest.json"}:
            (folder / stale).unlink()  # a piece of an earlier version that this one no longer has
        return folder_of(event), manifest

    def _clip(
        self, ring: Path, span: tuple[StreamTime, StreamTime], folder: Path, missing: list[Missing]
    ) -> Clip | None:
        clip = cut(ring, *span, folder / "clip.mp4")
        if clip is None:
            missing.append(Missing("clip", "the camera's recording holds nothing of this time", "nothing_recorded"))
            return None
        late = (clip.start - span[0]) / SECOND
        if late > 0.5:
            why = f"the recording begins {late:.0f} s late: there is none from before"
            missing.append(Missing("clip", why, "begins_late", round(late, 1)))
        early = (span[1] - clip.end) / SECOND
        if early > 1.5:
            why = f"the recording ends {early:.0f} s early: the stream broke off"
            missing.append(Missing("clip", why, "ends_early", round(early, 1)))
        for gap in clip.gaps:
            length = (gap.end - gap.start) / SECOND
            why = f"nothing was recorded for {length:.0f} s from {iso(gap.start)}"
            missing.append(Missing("clip", why, "gap", round(length, 1), gap.start))
        return clip

    def _copy(
        self, ring: Path, span: tuple[StreamTime, StreamTime], folder: Path, clip: Clip, missing: list[Missing]
    ) -> Path | None:
        """A copy of ``clip`` that every browser plays; the clip itself is there without it."""
        try:
            copy = cut(ring, *span, folder / "clip-h264.mp4", playable=True)
            reason = "nothing of it could be decoded"
        except (SourceError, ValueError) as error:  # ValueError: a build of FFmpeg that has no such encoder
            copy, reason = None, str(error)
        if copy is not None:
            return copy.file
        why = f"the clip is {clip.codec}, which not every browser plays, and no copy in H.264 could be made ({reason})"
        missing.append(Missing("clip", why, "no_copy"))
        return None

    def _pictures(
        self, ring: Path, event: Event, closed_at: StreamTime | None, folder: Path, missing: list[Missing]
    ) -> list[Path]:
        moments = {"begin": event.started_at, "satisfied": event.satisfied_at}
        if closed_at is not None:
            moments["end"] = event.until
        files = []
        for name, at in moments.items():
            found = frame_at(ring, at)
            if found is None:
                why = f"the recording holds no picture of {iso(at)}"
                missing.append(Missing(f"{name}.jpg", why, "no_picture", at=at))
                continue
            jpeg = _jpeg(found[1])
            if jpeg is None:
                why = f"the picture of {iso(at)} could not be encoded"
                missing.append(Missing(f"{name}.jpg", why, "not_encoded", at=at))
                continue
            _write(folder / f"{name}.jpg", jpeg)
            files.append(folder / f"{name}.jpg")
        return files

    def _track(
        self,
        event: Event,
        scene: Scene,
        rule: Rule | None,
        span: tuple[StreamTime, StreamTime],
        clip: Clip | None,
        folder: Path,
    ) -> Path:
        """Boxes of the clip's looks, and the answers of the whole event, both in seconds from the clip's begin.

        Answers reach back by the rule's sliding window, so that the share over it can be shown from the clip's begin.
        """
        zero = clip.start if clip else span[0]
        until = max(span[1], event.until)
        boxes, answers = [], []
        since = StreamTime(span[0] - (rule.policy().window if rule is not None else 0))
        for look in LookLog(self._looks / scene.camera).between(since, StreamTime(until)):
            t = round((look.at - zero) / SECOND, 3)
            if span[0] <= look.at <= span[1]:
                boxes.append([t, [[one.label, *one.box, one.score, one.window] for one in look.seen]])
            if rule is not None:
                answers += [[t, rule.offends(one)] for one in look.observations if one.window == event.window]
        step = max(1, -(-len(answers) // _POINTS))
        content = {
            "window": event.window,
            "size": list(scene.size) if scene.size else None,
            "started": round((event.started_at - zero) / SECOND, 3),
            "satisfied": round((event.satisfied_at - zero) / SECOND, 3),
            "until": round((event.until - zero) / SECOND, 3),
            "boxes": boxes,
            "answers": answers[::step],
        }
        _write(folder / "track.json", json.dumps(content, separators=(",", ":")).encode())
        return folder / "track.json"


def _clip_entry(clip: Clip | None, played: Path | None) -> dict[str, Any] | None:
    if clip is None or played is None:
        return None
    return {
        "file": clip.file.name,
        "play": played.name,
        "start": clip.start,
        "end": clip.end,
        "codec": clip.codec,
        "encoded": clip.encoded,
        "gaps": [[gap.start, gap.end] for gap in clip.gaps],
    }


def _jpeg(frame: VideoFrame) -> bytes | None:
    try:
        written, jpeg = cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, 90])
    except (cv2.error, ValueError):
        return None
    return np.asarray(jpeg).tobytes() if written else None


def _write(file: Path, content: bytes) -> None:
    draft = file.with_name(file.name + ".part")
    draft.write_bytes(content)
    put_in_place(draft, file)
