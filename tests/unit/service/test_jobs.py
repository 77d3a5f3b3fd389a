"""When evidence is made, when it is not yet, and what is told when it cannot be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from service.rules import Event
from service.settings import CameraSettings, RecorderSettings, Settings
from service.worker.evidence import EvidenceCutter, Scene
from service.worker.jobs import EvidenceJobs
from service.worker.spool import Spool
from tests.fixtures.site import SETTINGS, PlayedClock, an_event
from tests.fixtures.waiting import until
from vision.observation import WindowId

BOOK = Settings(**SETTINGS).books()[WindowId("w1")]
CAMERA = CameraSettings(id="cam1", source="rtsp://10.0.0.9/1", windows=({"id": "w1"},))  # type: ignore[arg-type]
SEEN = Scene(CAMERA, {"staff": [0, 0, 9, 9]}, (320, 240), ())


@contextmanager
def at_work(
    folder: Path, clock: PlayedClock, scene_of: Callable[[Event], Scene]
) -> Iterator[tuple[EvidenceJobs, Spool]]:
    """The jobs of a worker that has just started, one closed event's evidence due."""
    spool = Spool(folder / "worker1.db")
    cutter = EvidenceCutter(folder / "ring", folder / "looks", folder / "evidence", RecorderSettings())
    jobs = EvidenceJobs(spool, cutter, scene_of, clock, lambda: None, lambda: None)
    spool.record([], {}, [replace(jobs.job(an_event(BOOK), BOOK.model_dump(mode="json")), due=clock())])
    jobs.thread.start()
    try:
        yield jobs, spool
    finally:
        jobs.thread.stop(10)
        spool.close()


def test_evidence_that_cannot_be_made_is_told_until_it_could_be(tmp_path: Path) -> None:
    clock = PlayedClock()
    (tmp_path / "evidence").write_text("a file in the way")
    with at_work(tmp_path, clock, lambda _event: SEEN) as (jobs, spool):
        told = until(lambda: jobs.trouble, "the trouble is told")
        (tmp_path / "evidence").unlink()
        clock.pass_by(10)
        (message,) = until(spool.next_messages, "the evidence is made")
        until(lambda: jobs.trouble is None, "the trouble is over")

    assert told.startswith(f"evidence of event {an_event(BOOK).id} could not be made")
    assert message.kind == "evidence"
    assert message.body["manifest"]["complete"]


def test_evidence_waits_for_the_picture_that_says_where_the_zones_are(tmp_path: Path) -> None:
    asked: list[Scene] = []

    def scene_of(_event: Event) -> Scene:
        asked.append(replace(SEEN, size=None, zones={}) if len(asked) < 3 else SEEN)
        return asked[-1]

    with at_work(tmp_path, PlayedClock(), scene_of) as (_, spool):
        (message,) = until(spool.next_messages, "the evidence is made")

    assert len(asked) == 4
    assert message.body["manifest"]["size"] == [320, 240]


def test_evidence_is_made_without_a_picture_when_none_comes(tmp_path: Path) -> None:
    clock = PlayedClock()
    asked: list[Event] = []

    def scene_of(event: Event) -> Scene:
        asked.append(event)
        return replace(SEEN, size=None, zones={})

    with at_work(tmp_path, clock, scene_of) as (_, spool):
        until(lambda: asked, "the job is looked at")
        assert spool.waiting() == 0
        clock.pass_by(20)
        (message,) = until(spool.next_messages, "the evidence is made")

    assert message.body["manifest"]["missing"]
