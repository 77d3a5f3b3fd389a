"""The worker: one process for a group of cameras, from their newest pictures to spooled events and evidence."""

import queue
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import structlog

from service.models import load_eye
from service.observations import give_way as observations_give_way
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import Rulebook
from service.settings import Settings
from service.worker.delivery import Deliverer, LiveLink
from service.worker.evidence import EvidenceCutter, Scene
from service.worker.jobs import EvidenceJobs
from service.worker.looklog import LookLog
from service.worker.plan import WorkerPlan
from service.worker.post import CameraPost, picture_shown
from service.worker.resuming import in_force, resumed
from service.worker.spool import Job, Spool
from service.worker.upkeep import LogUpkeep
from service.worker.wardrobe import Wardrobe
from vision.errors import StorageFull, ZaigangError
from vision.observation import Observation, WindowId
from vision.picture import Picture
from vision.pipeline import Look, see_all
from vision.recorder import Recorder, give_way
from vision.streamtime import SECOND, StreamTime, seconds

__all__ = ["ClockSetBack", "Worker", "utc_now"]

log = structlog.get_logger()

_SAVE_EVERY: Final = 2 * SECOND
_TRIM_EVERY: Final = 20 * SECOND
_ROOM_EVERY: Final = SECOND
_SHOW_EVERY: Final = 400_000
_SET_BACK: Final = 2 * SECOND
_STALLED: Final = 2_500_000
_GAVE_WAY_SHOWN: Final = 10 * SECOND


class ClockSetBack(ZaigangError):
    """The machine's clock was set back: the worker ends, and what judges on begins anew at the earlier time."""


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
        self._duty, self._why_closed = plan.settings.duty_by_window(), plan.settings.why_closed_by_window()
        self._changed: queue.SimpleQueue[Settings] = queue.SimpleQueue()
        self._ring = plan.data / "ring"
        self._observations = plan.data / "observations"
        self._give_way(self._short_by())
        self._spool = Spool(plan.data / "spool" / f"{plan.worker}.db")
        self._eye = load_eye(plan.settings.models, self._books.values())
        self._wardrobe = Wardrobe(plan.settings)
        mine = {WindowId(window.id) for camera in plan.cameras for window in camera.windows}
        books = {window: book for window, book in self._books.items() if window in mine}
        self._judge = Judge(books, self._duty, plan.settings.shifts_by_window(), plan.settings.exempt())
        rate = plan.settings.looks_per_second
        self._posts = [
            CameraPost(camera, plan.drawn, self._eye, self._wardrobe.worn, plan.data, rate, clock, self._arrived)
            for camera in plan.cameras
        ]
        self._by_window = {window: post for post in self._posts for window in post.windows}
        recorder = plan.settings.recorder
        cutter = EvidenceCutter(self._ring, plan.data / "looks", plan.data / "evidence", recorder)
        rules = [rule for book in self._books.values() for rule in book.judged().values()]
        # Absences that add up have clips of their own: for their sum nothing is kept for hours.
        longest = max((rule.after for rule in rules if rule.shift != "sum"), default=0.0)
        needed = longest + recorder.pre_roll + recorder.first + recorder.last + recorder.post_roll
        self._keep = seconds(max(recorder.keep, needed + 120))
        self._deliverer = Deliverer(plan.worker, self._spool, plan.service, plan.token, self.stop)
        self._live = LiveLink(plan.service, plan.token, self._told, self.stop)
        self._jobs = EvidenceJobs(self._spool, cutter, self._scene, clock, self._deliverer.nudge, self.stop)
        cameras, kept = [camera.id for camera in plan.cameras], seconds(plan.settings.retention.observations)
        self._upkeep = LogUpkeep(self._observations, cameras, kept, clock, self.stop)
        self._saved_at = self._trimmed_at = self._roomed_at = self._looped_at = clock()
        self._gave_way_at: StreamTime | None = None
        self._unkept: Settings | None = plan.settings
        self._pending = resumed(self._judge, self._spool, self._posts, plan.settings, books, self._looped_at)
        self._pending_jobs = [self._job(event) for event in self._pending]
        self._shown_at: dict[str, StreamTime] = {}
        self._troubles: dict[str, str] = {}

    def run(self) -> None:
        """Work until ``stop`` is called; raises what a thread of the worker failed of, or ClockSetBack."""
        threads = (self._deliverer.thread, self._live.thread, self._jobs.thread, self._upkeep.thread)
        for post in self._posts:
            post.camera.start()
        for thread in threads:
            thread.start()
        log.info("worker runs", worker=self._plan.worker, cameras=[post.settings.id for post in self._posts])
        try:
            while not self._stop.is_set():
                self._arrived.wait(0.2)
                self._arrived.clear()
                self._mark_time()
                self._take_up()
                self._look()
                self._keep_house()
                self._beat()
        finally:
            self._shut()
        for thread in threads:
            if thread.fault is not None:
                raise thread.fault

    def follow(self, settings: Settings) -> None:
        """Judge by ``settings``' hours, leave and uniforms from the next look on; may be called from another thread."""
        self._changed.put(settings)
        self._arrived.set()

    def stop(self) -> None:
        """Ask ``run`` to end; may be called from a signal handler or another thread."""
        self._stop.set()
        self._arrived.set()

    def _take_up(self) -> None:
        """Changed hours, leave and uniforms; what is being judged goes on."""
        while not self._changed.empty():
            settings = self._changed.get()
            self._duty, self._why_closed = settings.duty_by_window(), settings.why_closed_by_window()
            self._judge.follow(self._duty, settings.shifts_by_window(), settings.exempt())
            if self._wardrobe.take_up(settings):
                for post in self._posts:
                    post.wear(self._wardrobe.worn)
            self._unkept = settings
            self._save(self._clock())
            log.info("hours, leave and uniforms taken up", worker=self._plan.worker)

    def _mark_time(self) -> None:
        now = self._clock()
        if now < self._looped_at - _SET_BACK:
            by = (self._looped_at - now) / SECOND
            raise ClockSetBack(f"this machine's clock was set back by {by:.0f} s; judging begins anew")
        self._looped_at = now

    def _look(self) -> None:
        taken = [(post, picture) for post in self._posts if (picture := post.camera.take()) is not None]
        work = [
            (post, pipeline, picture) for post, picture in taken if (pipeline := post.pipeline(picture)) is not None
        ]
        looks = see_all(self._eye, [(pipeline, picture) for _, pipeline, picture in work])
        events: list[Event] = []
        for (post, _, _), look in zip(work, looks, strict=True):
            now = self._clock()
            post.looked(look, now)
            for observation in look.observations:
                events += self._judged(observation)
            self._log_look(post, look)
        now = self._clock()
        for post, picture in taken:
            self._show(post, picture, now)  # one that zones do not fit too: they are drawn anew on it
        for post in self._posts:
            blind = post.blind(now)
            for observation in blind:
                events += self._judged(observation)
            if blind:
                self._log_look(post, Look(now, tuple(blind)))
        if events:
            self._pending += events
            self._pending_jobs += [self._job(event) for event in events]
            self._save(now)

    def _judged(self, observation: Observation) -> list[Event]:
        status = self._by_window[observation.window].status[observation.window]
        duty = self._duty(observation.window, observation.at)
        why = self._why_closed(observation.window, observation.at) if duty == "closed" else None
        status.look(observation, duty, why)
        return self._judge.observe(observation)

    def _job(self, event: Event) -> Job:
        return self._jobs.job(event, self._book(event))

    def _book(self, event: Event) -> dict[str, Any] | None:
        """The rulebook that judged the event, None for one that was in force before this spool was made."""
        book = self._books.get(event.window)
        if book is not None and book.version == event.rulebook:
            return book.model_dump(mode="json")
        return self._spool.book(event.rulebook)

    def _save(self, now: StreamTime) -> None:
        """Events, rule state and jobs into the spool; what cannot be kept waits here and is tried again."""
        self._saved_at = now
        try:
            try:
                self._record()
            except StorageFull:
                # The spool has given up its ballast: with an old recording gone too there is room for this.
                self._give_way(1)
                self._record()
        except ZaigangError as error:
            if "spool" not in self._troubles:
                log.error("events cannot be kept on the disk, they wait in memory", why=str(error))
            self._troubles["spool"] = str(error)
            return
        self._troubles.pop("spool", None)
        if self._pending:
            self._deliverer.nudge()
        self._pending, self._pending_jobs = [], []

    def _record(self) -> None:
        books = {event.rulebook: self._book(event) for event in self._pending}
        bodies = [{**asdict(event), "book": books[event.rulebook]} for event in self._pending]
        kept = {version: book for version, book in books.items() if book is not None}
        judged_by = None
        if self._unkept is not None:
            mine = {window: self._books[window] for window in self._by_window}
            judged_by = in_force(self._unkept, mine)
            versions = {book.version: book for book in mine.values()}
            kept |= {version: book.model_dump(mode="json") for version, book in versions.items()}
        self._spool.record(bodies, self._judge.snapshot(self._by_window), self._pending_jobs, kept, judged_by)
        self._unkept = None

    def _keep_house(self) -> None:
        now = self._clock()
        if now - self._saved_at >= _SAVE_EVERY:
            self._save(now)
        if now - self._roomed_at >= _ROOM_EVERY:
            self._roomed_at = now
            self._keep_room(now)
            self._check_uniform(now)
        if now - self._trimmed_at >= _TRIM_EVERY:
            self._trimmed_at = now
            self._trim(StreamTime(now - self._keep))
            if not self._troubles:
                self._spool.refill_ballast()

    def _trim(self, before: StreamTime) -> None:
        """Delete what was recorded and seen before ``before``, of cameras that are no longer configured too."""
        for folder in self._ring.glob("*/"):
            Recorder(folder).trim(before)
        for folder in (self._plan.data / "looks").glob("*/"):
            LookLog(folder).trim(before)

    def _keep_room(self, now: StreamTime) -> None:
        """Recordings give way, the oldest first, while less room is left than events and their evidence may need."""
        short_by = self._short_by()
        if short_by > 0 and self._give_way(short_by):
            self._gave_way_at = now
        least = self._plan.settings.recorder.min_free_mb
        if self._short_by() > 0:
            free = shutil.disk_usage(self._plan.data).free // 1_000_000
            self._troubles["room"] = (
                f"only {free} MB are left on the disk of {self._plan.data}, recorder.min_free_mb asks for {least}, "
                "and no older recording is left to give way; free some"
            )
        elif self._gave_way_at is not None and now - self._gave_way_at <= _GAVE_WAY_SHOWN:
            self._troubles["room"] = (
                f"the disk of {self._plan.data} is full up to recorder.min_free_mb ({least} MB): "
                "the oldest recordings give way before their time"
            )
        else:
            self._troubles.pop("room", None)

    def _check_uniform(self, now: StreamTime) -> None:
        """Say so, as long as nobody can tell which uniform is worn today, or an edited one cannot be loaded."""
        trouble = self._wardrobe.trouble(now)
        if trouble is None:
            self._troubles.pop("uniform", None)
        elif self._troubles.get("uniform") != trouble:
            log.warning(trouble)
            self._troubles["uniform"] = trouble

    def _short_by(self) -> int:
        """How many bytes are missing to the room that recordings leave to events."""
        try:
            free = shutil.disk_usage(self._plan.data).free
        except OSError:
            return 0  # the folder is made in a moment; a disk that is gone shows itself when it is written to
        return self._plan.settings.recorder.min_free_mb * 1_000_000 - free

    def _give_way(self, short_by: int) -> int:
        """Recordings first: what looks answered is little, and is all that is left of a day once its recordings go."""
        freed = give_way(self._ring, short_by)
        if freed >= short_by:
            return freed
        given_up = observations_give_way(self._observations, short_by - freed)
        if given_up:
            log.warning(
                "the oldest observations give way, the disk is full", bytes=given_up, of=str(self._observations)
            )
        return freed + given_up

    def _log_look(self, post: CameraPost, look: Look) -> None:
        try:
            post.log.write(look)
            self._troubles.pop("log", None)
        except OSError as error:
            self._troubles["log"] = f"the log of looks cannot be written ({(error.strerror or str(error)).lower()})"
        if not self._plan.settings.retention.observations:
            return
        try:
            post.observations.write(look.observations)
            self._troubles.pop("observations", None)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self._troubles["observations"] = f"the log of observations cannot be written ({reason})"

    def _show(self, post: CameraPost, picture: Picture, now: StreamTime) -> None:
        if now - self._shown_at.get(post.settings.id, 0) >= _SHOW_EVERY:
            self._shown_at[post.settings.id] = now
            self._live.show(post.settings.id, picture.at, picture_shown(picture))

    def _told(self) -> dict[str, Any]:
        now = self._clock()
        stalled = now - self._looped_at > _STALLED
        return {
            "worker": self._plan.worker,
            "at": now,
            "waiting": self._deliverer.waiting,
            "trouble": "; ".join(self._all_troubles(stalled)) or None,
            "cameras": [
                post.told(now, [(window, self._judge.standings(window)) for window in post.windows], stalled)
                for post in self._posts
            ],
        }

    def _all_troubles(self, stalled: bool) -> list[str]:
        told = [*self._troubles.values(), self._jobs.trouble, self._upkeep.trouble, self._deliverer.trouble]
        if stalled:
            told.append(f"worker {self._plan.worker} stands still: its disk or its processor does not keep up")
        return list(dict.fromkeys(one for one in told if one))

    def _scene(self, event: Event) -> Scene | None:
        post = self._by_window.get(event.window)
        if post is None:
            return None
        camera = post.settings
        zones, clock = post.zones.get(event.window, {}), post.camera.clock
        cards = (self._eye.person.card, self._eye.objects.card, *self._wardrobe.cards)
        networks = tuple({"name": card.name, "version": card.version, "sha256": card.sha256} for card in cards)
        return Scene(camera.id, camera.title, zones, post.size, networks, clock)

    def _shut(self) -> None:
        """End everything; state first, since a worker that is slow to end is killed."""
        self._save(self._clock())
        self._stop.set()
        for post in self._posts:
            post.camera.ask_to_stop()
        self._live.stop()
        self._deliverer.stop()
        self._jobs.thread.stop(20)
        self._upkeep.thread.stop(10)
        for post in self._posts:
            post.shut()
        self._spool.close()
        log.info("worker ended", worker=self._plan.worker)
