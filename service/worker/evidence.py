"""Cuts an event's evidence out of the ring and the log of looks: clips, key frames, track, manifest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from service.evidence.manifest import write_manifest
from service.rules.event import Event
from service.rules.rule import Rule
from service.rules.rulebook import Rulebook
from service.settings import RecorderSettings
from service.worker.clips import cut_clip
from service.worker.earlier import Pieces
from service.worker.keyframes import KeyFrame, key_frames, minutes, take_pictures, write
from service.worker.looklog import LookLog
from service.worker.track import Span, Surest, known_until, surest_look, track_of
from vision.anchor import Clock
from vision.disk import sync
from vision.geometry import Size
from vision.streamtime import SECOND, StreamTime, iso, seconds, to_datetime

__all__ = ["UNKNOWN", "EvidenceCutter", "Scene", "folder_of"]

_NO_CLOCK: Final = "the camera tells no time of its own (no sender report of RTSP)"


@dataclass(frozen=True, slots=True)
class Scene:
    """What an event was judged with: its camera (id and title), zones on a picture of ``size``, and networks.

    ``models``: name, version and sha256 of each. ``clock``: how the camera's time stamps stood to ours.
    """

    camera: str
    title: str
    zones: Mapping[str, Sequence[float]]
    size: Size | None
    models: tuple[Mapping[str, str], ...]
    clock: Clock | None = None


UNKNOWN: Final = Scene("", "", {}, None, ())
"""Of an event whose camera nobody remembers."""


def folder_of(event: Event) -> str:
    """Where an event's evidence lies below the evidence folder: by month, so that no folder grows without end."""
    return f"{to_datetime(event.started_at):%Y-%m}/{event.id}"


class EvidenceCutter:
    """Makes evidence of one worker's events; ``ring`` and ``looks`` hold a folder a camera."""

    def __init__(self, ring: Path, looks: Path, evidence: Path, limits: RecorderSettings) -> None:
        self._ring, self._looks, self._evidence, self.limits = ring, looks, evidence, limits

    def spans(self, event: Event, now: StreamTime, closed_at: StreamTime | None) -> tuple[Span, Span | None]:
        """What the clips hold: from the pre-roll to the post-roll after the event closed.

        Of a long event the first one holds the first stretch, and a second one its end once it has closed: from
        ``last`` before the last offending look to the post-roll, or to as much after that look as ``first`` is.
        """
        limits = self.limits
        start = StreamTime(event.started_at - seconds(limits.pre_roll))
        whole = StreamTime(event.started_at + seconds(limits.first))
        end = StreamTime(closed_at + seconds(limits.post_roll)) if closed_at is not None else now
        if closed_at is None or end <= whole or event.until + seconds(limits.post_roll) <= whole:
            return (start, min(end, whole)), None
        begin = max(StreamTime(event.until - seconds(limits.last)), event.started_at)
        return (start, whole), (begin, min(end, StreamTime(event.until + seconds(limits.first))))

    def make(
        self, event: Event, scene: Scene, book: Rulebook | None, now: StreamTime, closed_at: StreamTime | None
    ) -> tuple[str, dict[str, Any]]:
        """Write the evidence as of ``now`` (whole once ``closed_at`` is given); returns its folder and manifest.

        ``book`` is the one that judged the event, None where it is not known any more: then there are no answers. What
        was made before and is whole stays as it is. Raises OSError when the disk refuses, and leaves what stood there.
        """
        folder = self._evidence / folder_of(event)
        folder.mkdir(parents=True, exist_ok=True)
        for parent in (folder.parent, self._evidence):
            sync(parent)
        pieces = Pieces(folder, event.id)
        rule = book.rules.get(event.rule) if book is not None else None
        first, last = self.spans(event, now, closed_at)
        # The newest pictures of a stream that is still running come late at times.
        until = event.until if closed_at is not None else StreamTime(now - 2 * SECOND)
        before = pieces.track()
        surest = self._surest(event, scene, rule, StreamTime(0) if closed_at else known_until(before), until, pieces)
        frames = key_frames(event, closed_at is not None, surest) + minutes(event, first[1], until)
        clip, last_clip, pictures = self._shown(event, scene, rule, (first, last), frames, closed_at, pieces)
        if rule is None:
            why = "the rules that judged it are not known any more: there are no answers"
            pieces.lacks("track", why, "rule_unknown")
        spans = [first, last] if last is not None else [first]
        zero = StreamTime(clip["start"]) if clip is not None else first[0]
        whole = closed_at is not None
        track = track_of(self._log(scene), event, rule, scene.size, spans, zero, until, whole, before)
        write(folder / "track.json", json.dumps(track, separators=(",", ":")).encode())
        pieces.made("track.json")
        content = {
            "version": 1,
            "complete": closed_at is not None,
            "event": asdict(event),
            "started": iso(event.started_at),
            "camera": {"id": scene.camera, "name": scene.title} if scene.camera else None,
            "clock": _clock_entry(scene.clock),
            "rule": {"id": event.rule, **(rule.model_dump(mode="json") if rule is not None else {})},
            "rulebook": event.rulebook,
            "model": {name: scene.models[0][name] for name in ("name", "sha256")} if scene.models else None,
            "models": [dict(model) for model in scene.models],
            "zones": {name: list(numbers) for name, numbers in scene.zones.items()},
            "size": list(scene.size) if scene.size else None,
            "clip": clip,
            "last_clip": last_clip,
            "pictures": pictures,
            "missing": [asdict(one) for one in pieces.missing],
            "made_at": now,
            "software": version("zaigang"),
        }
        manifest = write_manifest(folder, content, pieces.entries)
        pieces.clear()
        return folder_of(event), manifest

    def _shown(
        self,
        event: Event,
        scene: Scene,
        rule: Rule | None,
        spans: tuple[Span, Span | None],
        frames: list[KeyFrame],
        closed_at: StreamTime | None,
        pieces: Pieces,
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None, list[dict[str, Any]]]:
        """The clip, the clip of the end and the pictures, as the manifest names them."""
        if rule is not None and rule.shift == "sum":
            why = "it adds up absences, each of which is an event of its own with a clip"
            pieces.lacks("clip", why, "added_up")
            return None, None, []
        if not scene.camera:
            pieces.lacks("clip", "it is not known any more which camera saw it", "camera_unknown")
            frames = [frame for frame in frames if frame.kind != "minute"]
        ring, final = self._ring / scene.camera, closed_at is not None
        clip = cut_clip(ring, "clip", spans[0], final, pieces) if scene.camera else None
        last_clip = cut_clip(ring, "last_clip", spans[1], final, pieces) if scene.camera and spans[1] else None
        log = self._log(scene)
        pictures = take_pictures(frames, ring, log, event.window, scene.zones, scene.size, pieces)
        return clip, last_clip, sorted(pictures, key=lambda picture: picture["at"])

    def _surest(
        self, event: Event, scene: Scene, rule: Rule | None, since: StreamTime, until: StreamTime, pieces: Pieces
    ) -> Surest | None:
        """The surest look of the event: the one whose picture is there, unless one since ``since`` is surer."""
        found = surest_look(self._log(scene), event, rule, since, until) if rule is not None else None
        before = pieces.picture("strongest")
        if before is None or before["at"] > until:
            return found
        known = Surest(StreamTime(before["at"]), before["confidence"])
        return found if found is not None and found.confidence > known.confidence else known

    def _log(self, scene: Scene) -> LookLog:
        return LookLog(self._looks / scene.camera)


def _clock_entry(clock: Clock | None) -> dict[str, Any] | None:
    """How the camera's own time stamps stood to the clock of the machine that judged, when the event was reported."""
    if clock is None:
        return None
    told = clock.camera_offset
    return {
        "read_at": clock.read_at,
        "anchored_at": clock.anchored_at,
        "shifted_ms": round(clock.shifted / 1000, 1),
        "jumps": clock.jumps,
        "camera_offset_s": None if told is None else round(told / SECOND, 3),
        "why": _NO_CLOCK if told is None else None,
    }
