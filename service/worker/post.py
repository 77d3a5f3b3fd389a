"""One camera of a worker: its thread, its ring, its pipeline once the picture's size is known, its windows' status."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import structlog

from service.observations import ObservationLog
from service.rules.judge import Standing
from service.settings import CameraSettings
from service.worker.looklog import LookLog
from service.worker.plan import Drawn
from service.worker.status import WindowStatus
from vision.camera import Camera
from vision.closeup import Eye
from vision.dress import UniformAt
from vision.errors import ZoneError, without_password
from vision.geometry import Size
from vision.layout import layout
from vision.observation import Observation, Reason, WindowId, unknown
from vision.picture import Picture
from vision.pipeline import CameraPipeline, Look
from vision.recorder import Recorder
from vision.streamtime import SECOND, StreamTime

__all__ = ["CameraPost"]

log = structlog.get_logger()

_SILENT_AFTER = 2_500_000
_STARTING_FOR = 10 * SECOND
_BLIND_EVERY = SECOND
_SHOWN_WIDTH = 960


class CameraPost:
    """What a worker keeps of one camera."""

    def __init__(
        self,
        settings: CameraSettings,
        drawn: Mapping[WindowId, Drawn],
        eye: Eye,
        uniforms: UniformAt | None,
        data: Path,
        rate: float,
        clock: Callable[[], StreamTime],
        arrived: threading.Event,
    ) -> None:
        self.settings = settings
        self._started = clock()
        self.windows = [WindowId(window.id) for window in settings.windows]
        self.status = {window: WindowStatus(self._started) for window in self.windows}
        self.recorder = Recorder(data / "ring" / settings.id)
        self.log = LookLog(data / "looks" / settings.id)
        self.observations = ObservationLog(data / "observations" / settings.id)
        self.camera = Camera(settings.source, rate, clock, self.recorder, arrived)
        self.size: Size | None = None
        self.zones: dict[WindowId, dict[str, list[float]]] = {}
        self.look: Look | None = None
        self.trouble: str | None = None
        self._drawn = drawn
        self._eye = eye
        self._uniforms = uniforms
        self._pipeline: CameraPipeline | None = None
        self._looked_at: StreamTime | None = None
        self._blind_at: StreamTime | None = None
        self._said: str | None = None
        self._delays: list[float] = []
        self._moments: list[StreamTime] = []

    def pipeline(self, picture: Picture) -> CameraPipeline | None:
        """The pipeline for pictures of this size; None, with ``trouble`` saying why, where the zones do not fit it."""
        size = (picture.pixels.shape[1], picture.pixels.shape[0])
        if size != self.size:
            self.size, self._pipeline = size, None
            self.zones = {
                WindowId(window.id): _fitted(window.id, window.zones, self._drawn, size)
                for window in self.settings.windows
            }
            try:
                plan = layout(self.settings.title, size, self.zones)
                self._pipeline = CameraPipeline(plan, self._eye, self._uniforms)
                self.trouble = None
            except ZoneError as error:
                self.trouble = str(error)
        return self._pipeline

    def wear(self, uniforms: UniformAt | None) -> None:
        """Judge by other uniforms from the next look on."""
        self._uniforms = uniforms
        if self._pipeline is not None:
            self._pipeline.wear(uniforms)

    def blind(self, now: StreamTime) -> list[Observation]:
        """Once a second while no picture can be judged: an observation a window that says why."""
        reason = "moved" if self.trouble else self._silence(now)
        if reason is None or (self._blind_at is not None and now - self._blind_at < _BLIND_EVERY):
            return []
        self._blind_at = now
        if self.look is not None and self.look.reason is None:
            self.look = Look(now, (), reason=reason)
        return [unknown(window, now, reason) for window in self.windows]

    def _silence(self, now: StreamTime) -> Reason | None:
        if self._looked_at is None:
            return "starting" if now - self._started < _STARTING_FOR and not self.camera.trouble else "no_stream"
        if now - self._looked_at <= _SILENT_AFTER:
            return None
        arrival = self.camera.arrival
        return "overload" if arrival is not None and now - arrival <= SECOND else "no_stream"

    def _silent(self, now: StreamTime) -> str | None:
        since = self._looked_at or self._started
        if self._silence(now) != "no_stream":
            return None
        return f'source "{without_password(self.settings.source)}": no picture has come for {(now - since) // SECOND} s'

    def looked(self, look: Look, now: StreamTime) -> None:
        """Remember a look that was made ``now``."""
        self.look, self._looked_at, self._blind_at = look, now, None
        self._delays = [*self._delays[-99:], (now - look.at) / 1000]
        self._moments = [moment for moment in self._moments if now - moment <= 10 * SECOND] + [now]

    def told(
        self, now: StreamTime, standings: list[tuple[WindowId, list[Standing]]], stalled: bool = False
    ) -> dict[str, Any]:
        """What the service is told of the camera; ``latency_ms`` is the 95th percentile of the last hundred looks.

        ``stalled``: the worker does not get to its looks, so that what was last seen is no longer so.
        """
        summary = self.camera.summary
        look = self.look
        trouble = self.trouble or self.camera.trouble or self._silent(now)
        self._say(trouble)
        reason = look.reason if look is not None else "starting"
        if self.trouble:
            reason = "moved"
        elif look is None and self.camera.trouble:
            reason = "no_stream"
        windows = [self.status[window].told(window, standing) for window, standing in standings]
        if stalled:
            reason = reason or "overload"
            windows = [{**one, "status": "unknown", "reason": reason} for one in windows]
        moments = [moment for moment in self._moments if now - moment <= 10 * SECOND]
        span = min(10.0, max(1.0, (now - self._started) / SECOND))
        return {
            "id": self.settings.id,
            "reason": reason,
            "trouble": trouble,
            "recording_trouble": self.camera.recording_trouble,
            "size": list(self.size) if self.size else None,
            "codec": summary.codec if summary else None,
            "fps": round(summary.fps, 2) if summary else None,
            "looks_per_s": round(len(moments) / span, 2),
            "latency_ms": round(float(np.percentile(self._delays, 95))) if self._delays else None,
            "boxes": [
                {
                    "label": one.label,
                    "box": one.box,
                    "score": round(one.score, 3),
                    "track": one.track,
                    "window": one.window,
                }
                for one in (look.seen if look is not None else ())
            ],
            "windows": windows,
        }

    def _say(self, trouble: str | None) -> None:
        """Once on the terminal when trouble begins, and once when it is over."""
        if trouble is not None and self._said is None:
            log.warning("camera cannot be watched", camera=self.settings.id, why=trouble)
        elif trouble is None and self._said is not None:
            log.info("camera is back", camera=self.settings.id)
        self._said = trouble

    def shut(self) -> None:
        self.camera.stop()
        for log_ in (self.log, self.observations):
            with suppress(OSError):  # on a full disk the last lines of the logs are lost; events are not in them
                log_.close()


def picture_shown(picture: Picture) -> bytes:
    """The picture as the pages show it: JPEG, at most 960 pixels wide."""
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, _SHOWN_WIDTH / width)
    shown = picture.pixels
    if scale < 1:
        shown = np.asarray(
            cv2.resize(shown, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA), np.uint8
        )
    _, jpeg = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 75])
    return np.asarray(jpeg).tobytes()


def _fitted(
    window: str, given: Mapping[Any, Any], drawn: Mapping[WindowId, Drawn], size: Size
) -> dict[str, list[float]]:
    """The window's zones for a picture of ``size``: those of the file, else those drawn, scaled where it changed."""
    if given:
        return {str(name): list(numbers) for name, numbers in given.items()}
    own = drawn.get(WindowId(window))
    if own is None:
        return {}
    scale = size[0] / own.size[0], size[1] / own.size[1]
    return {
        name: [number * scale[index % 2] for index, number in enumerate(numbers)] for name, numbers in own.zones.items()
    }
