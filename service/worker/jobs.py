"""Makes the evidence of a worker's events when it is due, and again when it could not be made."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import structlog
from pydantic import TypeAdapter, ValidationError

from service.rules.event import Event
from service.rules.rulebook import Rulebook
from service.worker.evidence import UNKNOWN, EvidenceCutter, Scene
from service.worker.spool import Job, Spool
from service.worker.watched import Watched
from vision.errors import ZaigangError
from vision.streamtime import SECOND, StreamTime, seconds

__all__ = ["EvidenceJobs"]

log = structlog.get_logger()

_SETTLE: Final = 2 * SECOND  # the recorder flushes packet by packet, but the stream itself comes late at times
_MINUTE: Final = 60 * SECOND
_RETRY: Final = 10 * SECOND
_POLL_S: Final = 0.3
_FIRST_PICTURE: Final = 20 * SECOND
_EVENT: Final = TypeAdapter(Event)
_SCENE: Final = TypeAdapter(Scene)


class EvidenceJobs:
    """Does the spool's jobs on a thread of its own; ``scene_of`` tells what an event was judged with."""

    def __init__(
        self,
        spool: Spool,
        cutter: EvidenceCutter,
        scene_of: Callable[[Event], Scene | None],
        clock: Callable[[], StreamTime],
        made: Callable[[], None],
        failed: Callable[[], None],
    ) -> None:
        self._spool, self._cutter, self._scene_of, self._clock, self._made = spool, cutter, scene_of, clock, made
        self.thread = Watched("evidence", self._run, failed)
        self._started = clock()
        self._troubles: dict[str, str] = {}

    @property
    def trouble(self) -> str | None:
        """Why evidence cannot be made now."""
        return next(iter([*self._troubles.values()]), None)

    def job(self, event: Event, book: Mapping[str, Any] | None) -> Job:
        """Evidence at once when an event opens, and whole when the post-roll after its close is on the disk.

        The job holds all that the evidence needs, since the window may be gone from the settings when it is made.
        """
        now = self._clock()
        closed = event.state != "open"
        due = self._after_post_roll(now) if closed else now
        scene = self._scene_of(event)
        body = {
            "event": asdict(event),
            "scene": None if scene is None else asdict(scene),
            "book": book,
            "closed_at": now if closed else None,
        }
        return Job(event.id, due, body)

    def _after_post_roll(self, now: StreamTime) -> StreamTime:
        return StreamTime(now + seconds(self._cutter.limits.post_roll) + _SETTLE)

    def _run(self) -> None:
        resumed = False
        while not self.thread.stopping.wait(_POLL_S):
            try:
                if not resumed:  # no job of before waits for longer than one that is made now
                    self._spool.cap_due(self._after_post_roll(self._clock()))
                    resumed = True
                for job in self._spool.due_jobs(self._clock()):
                    if self.thread.stopping.is_set():
                        return
                    self._do(job)
                self._troubles.pop("spool", None)
            except ZaigangError as error:
                self._troubles["spool"] = str(error)
                self.thread.stopping.wait(1.0)

    def _do(self, job: Job) -> None:
        try:
            event = _EVENT.validate_python(job.body.get("event"))
        except ValidationError:
            log.warning("an event cannot be read any more, it gets no evidence", of=job.event)
            self._spool.finish_job(job, None, None)
            return
        closed_at: StreamTime | None = job.body.get("closed_at")
        now = self._clock()
        scene = self._known(event, job.body.get("scene"))
        if scene.camera and scene.size is None and now - self._started < _FIRST_PICTURE:
            return  # a worker that has just started learns from the first picture where the zones are
        self._troubles.pop(event.id, None)
        again: Job | None = None
        evidence: dict[str, Any] | None = None
        body = {**job.body, "scene": asdict(scene)}
        try:
            folder, manifest = self._cutter.make(event, scene, _book(job), now, closed_at)
            evidence = {"event": event.id, "folder": folder, "manifest": manifest}
        except Exception as error:  # noqa: BLE001  # one event's evidence must not hold up the others'
            why = f"evidence of event {event.id} could not be made ({error}); it is tried again"
            self._troubles[event.id] = why
            log.warning("evidence could not be made, it is tried again", of=event.id, why=str(error))
            again = Job(event.id, StreamTime(now + _RETRY), body)
        if again is None and closed_at is None:
            again = Job(event.id, self._next(event, now), body)
        self._spool.finish_job(job, evidence, again)
        self._made()

    def _next(self, event: Event, now: StreamTime) -> StreamTime:
        """When the evidence of an open event is made again: when its first stretch is whole, then every minute.

        A picture a minute is taken while the recording holds it; the job that the close brings replaces this one.
        """
        begun = min(event.started_at, now)
        full = begun + seconds(self._cutter.limits.first) + _SETTLE
        return StreamTime(full if now < full else full + ((now - full) // _MINUTE + 1) * _MINUTE)

    def _known(self, event: Event, kept: object) -> Scene:
        """What the event was judged with as the job keeps it; as it is now where the job does not know it whole."""
        try:
            scene = _SCENE.validate_python(kept)
        except ValidationError:
            scene = None
        if scene is not None and scene.size is not None:
            return scene
        return self._scene_of(event) or scene or UNKNOWN


def _book(job: Job) -> Rulebook | None:
    """The rulebook that judged the job's event, None where it is not known or no longer means anything."""
    try:
        return Rulebook.model_validate(job.body.get("book"))
    except ValidationError:
        return None
