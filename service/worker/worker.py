"""The worker: one process for a group of cameras, from their newest pictures to spooled events and evidence."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import structlog

from service.models import load_eye
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import Rulebook
from service.worker.delivery import Deliverer, LiveLink
from service.worker.evidence import EvidenceCutter, Scene
from service.worker.plan import WorkerPlan
from service.worker.post import CameraPost, picture_shown
from service.worker.spool import Job, Spool
from vision.errors import SourceError, StorageFull
from vision.observation import Observation, WindowId
from vision.picture import Picture
from vision.pipeline import see_all
from vision.streamtime import SECOND, StreamTime, seconds

__all__ = ["Worker", "utc_now"]

log = structlog.get_logger()

_SAVE_EVERY: Final = 2 * SECOND
_TRIM_EVERY: Final = 20 * SECOND
_SHOW_EVERY: Final = 400_000
_SETTLE: Final = 2 * SECOND  # the recorder flushes packet by packet, but the stream itself comes late at times
_RETRY: Final = 10 * SECOND


def utc_now() -> StreamTime:
    """The present moment by the system's clock."""
    return StreamTime(time.time_ns() // 1000)


class Worker:
    """Runs until stopped. ``beat`` is called at least once a second while all is well."""

    def __init__(
        self,
        plan: WorkerPlan,
        beat: Callable[[], None] = lambda: None,
        clock: Callable[[], StreamTime] = utc_now,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._beat = beat
        self._stop = threading.Event()
        self._arrived = threading.Event()
        self._books: Mapping[WindowId, Rulebook] = plan.settings.books()
        self._duty = plan.settings.duty_by_window()
        self._spool = Spool(plan.data / "spool" / f"{plan.worker}.db")
        self._eye = load_eye(plan.settings.models, self._books.values())
        self._judge = Judge(self._books, self._duty)
        rate = plan.settings.looks_per_second
        self._posts = [
            CameraPost(camera, plan.drawn, self._eye, plan.data, rate, clock, self._arrived) for camera in plan.cameras
        ]
        self._by_window = {window: post for post in self._posts for window in post.windows}
        recorder = plan.settings.recorder
        self._cutter = EvidenceCutter(plan.data / "ring", plan.data / "looks", plan.data / "evidence", recorder)
        longest = max((rule.after for book in self._books.values() for rule in book.judged().values()), default=0.0)
        self._keep = seconds(max(recorder.keep, longest + recorder.first + 120))
        self._deliverer = Deliverer(self._spool, plan.service, plan.token)
        self._live = LiveLink(plan.service, plan.token, self._told)
        self._cutting = threading.Thread(target=self._cut_evidence, name="evidence", daemon=True)
        self._pending = self._judge.restore(self._spool.state())
        self._pending_jobs = [self._job(event, clock()) for event in self._pending]
        self._saved_at = self._trimmed_at = clock()
        self._shown_at: dict[str, StreamTime] = {}
        self._trouble: str | None = None

    def run(self) -> None:
        """Work until ``stop`` is called."""
        for post in self._posts:
            post.camera.start()
        self._deliverer.start()
        self._live.start()
        self._cutting.start()
        log.info("worker runs", worker=self._plan.worker, cameras=[post.settings.id for post in self._posts])
        try:
            while not self._stop.is_set():
                self._arrived.wait(0.2)
                self._arrived.clear()
                self._look()
                self._keep_house()
                self._beat()
        finally:
            self._shut()

    def stop(self) -> None:
        """Ask ``run`` to end; may be called from a signal handler or another thread."""
        self._stop.set()
        self._arrived.set()

    def _look(self) -> None:
        taken = [(post, picture) for post in self._posts if (picture := post.camera.take()) is not None]
        work = [
            (post, pipeline, picture) for post, picture in taken if (pipeline := post.pipeline(picture)) is not None
        ]
        looks = see_all(self._eye, [(pipeline, picture) for _, pipeline, picture in work])
        events: list[Event] = []
        for (post, _, picture), look in zip(work, looks, strict=True):
            now = self._clock()
            post.looked(look, now)
            for observation in look.observations:
                events += self._judged(observation)
            self._log_look(post, look)
            self._show(post, picture, now)
        now = self._clock()
        for post in self._posts:
            for observation in post.blind(now):
                events += self._judged(observation)
        if events:
            self._pending += events
            self._pending_jobs += [self._job(event, now) for event in events]
            self._save(now)

    def _judged(self, observation: Observation) -> list[Event]:
        status = self._by_window[observation.window].status[observation.window]
        status.look(observation, self._duty(observation.window, observation.at))
        return self._judge.observe(observation)

    def _job(self, event: Event, now: StreamTime) -> Job:
        """Evidence at once when an event opens, and whole when the post-roll after its close is on the disk."""
        closed = event.state != "open"
        due = now + seconds(self._plan.settings.recorder.post_roll) + _SETTLE if closed else now
        camera = self._by_window[event.window].settings.id if event.window in self._by_window else None
        body = {"event": asdict(event), "camera": camera, "book": self._book(event)}
        return Job(event.id, StreamTime(due), {**body, "closed_at": now if closed else None})

    def _book(self, event: Event) -> dict[str, Any] | None:
        """The rulebook that judged the event, None for one that is no longer in force (the service knows it)."""
        book = self._books.get(event.window)
        return book.model_dump(mode="json") if book is not None and book.version == event.rulebook else None

    def _save(self, now: StreamTime) -> None:
        """Events, rule state and jobs into the spool; what finds no room waits here and is tried again."""
        bodies = [{**asdict(event), "book": self._book(event)} for event in self._pending]
        try:
            self._spool.record(bodies, self._judge.snapshot(self._by_window), self._pending_jobs)
        except StorageFull as error:
            self._make_room(str(error))
            return
        if self._pending:
            self._deliverer.nudge()
        self._pending, self._pending_jobs = [], []
        self._saved_at, self._trouble = now, None

    def _make_room(self, why: str) -> None:
        """The disk is full: the ring of recordings gives way to events."""
        self._trouble = why
        log.error("the disk is full", why=why)
        for post in self._posts:
            post.recorder.drop_oldest()

    def _keep_house(self) -> None:
        now = self._clock()
        if now - self._saved_at >= _SAVE_EVERY:
            self._saved_at = now
            self._save(now)
        if now - self._trimmed_at >= _TRIM_EVERY:
            self._trimmed_at = now
            before = StreamTime(now - self._keep)
            for post in self._posts:
                post.recorder.trim(before)
                post.log.trim(before)
            if self._trouble is None:
                self._spool.refill_ballast()

    def _log_look(self, post: CameraPost, look: Any) -> None:
        try:
            post.log.write(look)
        except OSError as error:
            self._trouble = f"the log of looks cannot be written ({error.strerror})"

    def _show(self, post: CameraPost, picture: Picture, now: StreamTime) -> None:
        if now - self._shown_at.get(post.settings.id, 0) >= _SHOW_EVERY:
            self._shown_at[post.settings.id] = now
            self._live.show(post.settings.id, picture.at, picture_shown(picture))

    def _told(self) -> dict[str, Any]:
        now = self._clock()
        refused = self._spool.refused()
        trouble = self._trouble or self._deliverer.trouble
        if trouble is None and refused:
            trouble = f"{refused} messages were refused by the service and are set aside in the spool"
        return {
            "worker": self._plan.worker,
            "at": now,
            "waiting": self._spool.waiting(),
            "trouble": trouble,
            "cameras": [
                post.told(
                    now,
                    [status.told(window, self._judge.standings(window)) for window, status in post.status.items()],
                )
                for post in self._posts
            ],
        }

    def _cut_evidence(self) -> None:
        while not self._stop.wait(0.3):
            for job in self._spool.due_jobs(self._clock()):
                if self._stop.is_set():
                    return
                self._do(job)

    def _do(self, job: Job) -> None:
        event = Event(**job.body["event"])
        closed_at: StreamTime | None = job.body["closed_at"]
        now = self._clock()
        again: Job | None = None
        evidence: dict[str, Any] | None = None
        post = self._by_window.get(event.window)
        if post is not None and job.body["book"] is not None:
            cards = (self._eye.person.card, self._eye.objects.card)
            scene = Scene(post.settings, post.zones.get(event.window, {}), post.size, cards)
            book = Rulebook.model_validate(job.body["book"])
            try:
                folder, manifest = self._cutter.make(event, scene, book, now, closed_at)
                evidence = {"event": event.id, "folder": folder, "manifest": manifest}
            except (OSError, SourceError) as error:
                log.warning("evidence could not be made, it is tried again", event=event.id, why=str(error))
                again = Job(event.id, StreamTime(now + _RETRY), job.body)
        full = event.started_at + seconds(self._plan.settings.recorder.first) + _SETTLE
        if again is None and closed_at is None and now < full:
            again = Job(event.id, StreamTime(full), job.body)
        self._spool.finish_job(job, evidence, again)
        self._deliverer.nudge()

    def _shut(self) -> None:
        for post in self._posts:
            post.shut()
        self._stop.set()
        self._cutting.join(20)
        self._save(self._clock())
        self._live.stop()
        self._deliverer.stop()
        self._spool.close()
        log.info("worker ended", worker=self._plan.worker)
