"""When evidence is made, when it is not yet, and what is told when it cannot be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.rules import Event
from service.settings import RecorderSettings, Settings
from service.worker.evidence import EvidenceCutter, Scene
from service.worker.jobs import EvidenceJobs
from service.worker.spool import Job, Spool
from tests.fixtures.site import SETTINGS, PlayedClock, an_event
from tests.fixtures.waiting import until
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

BOOK = Settings(**SETTINGS).books()[WindowId("w1")]
JUDGED_BY = BOOK.model_dump(mode="json")
SEEN = Scene("cam1", "一号", {"staff": [0, 0, 9, 9]}, (320, 240), ({"name": "n", "version": "1", "sha256": "5"},))


@contextmanager
def at_work(
    folder: Path,
    clock: PlayedClock,
    scene_of: Callable[[Event], Scene | None],
    book: dict[str, Any] | None = JUDGED_BY,
) -> Iterator[tuple[EvidenceJobs, Spool]]:
    """The jobs of a worker that has just started, one closed event's evidence due."""
    spool = Spool(folder / "worker1.db")
    cutter = EvidenceCutter(folder / "ring", folder / "looks", folder / "evidence", RecorderSettings())
    jobs = EvidenceJobs(spool, cutter, scene_of, clock, lambda: None, lambda: None)
    spool.record([], {}, [replace(jobs.job(an_event(BOOK), book), due=clock())])
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


def test_evidence_of_a_window_that_is_gone_is_made_with_what_it_was_judged_with(tmp_path: Path) -> None:
    told = iter([SEEN])
    with at_work(tmp_path, PlayedClock(), lambda _event: next(told, None)) as (_, spool):
        (message,) = until(spool.next_messages, "the evidence is made")

    manifest = message.body["manifest"]
    assert manifest["camera"] == {"id": "cam1", "name": "一号"}
    assert (manifest["zones"], manifest["size"]) == ({"staff": [0, 0, 9, 9]}, [320, 240])
    assert manifest["models"] == [{"name": "n", "version": "1", "sha256": "5"}]
    assert ("clip", "nothing_recorded") in missing(manifest)


def test_scene_is_known_at_the_close_of_a_long_event_too(tmp_path: Path) -> None:
    clock = PlayedClock()
    event = replace(an_event(BOOK), state="open", started_at=clock())
    told = iter([SEEN])
    with at_work(tmp_path, clock, lambda _event: next(told, None)) as (jobs, spool):
        until(lambda: spool.waiting() == 1, "the evidence of the fixture's event is made")
        told = iter([replace(SEEN, title="二号")])
        spool.record([], {}, [jobs.job(event, None)])
        until(lambda: spool.waiting() == 2, "the first evidence is made")
        clock.pass_by(100)
        until(lambda: spool.waiting() == 3, "the first stretch is whole")
        spool.record([], {}, [jobs.job(replace(event, state="closed", until=clock()), None)])
        clock.pass_by(10)
        until(lambda: spool.waiting() == 4, "the whole evidence is made")
        clock.pass_by(2**40)
        left = spool.due_jobs(clock())

        manifest = spool.next_messages()[-1].body["manifest"]

    assert (manifest["complete"], manifest["camera"]["name"]) == (True, "二号")
    assert left == []


def test_evidence_of_an_event_whose_rulebook_is_unknown_says_so(tmp_path: Path) -> None:
    for book in (None, {"of": "another version"}):
        folder = tmp_path / str(book is None)
        folder.mkdir()
        with at_work(folder, PlayedClock(), lambda _event: SEEN, book) as (_, spool):
            (message,) = until(spool.next_messages, "the evidence is made")

        assert ("track", "rule_unknown") in missing(message.body["manifest"])
        assert message.body["manifest"]["rule"] == {"id": "leave_post"}


def test_evidence_of_an_event_whose_camera_nobody_remembers_says_so(tmp_path: Path) -> None:
    with at_work(tmp_path, PlayedClock(), lambda _event: None) as (_, spool):
        (message,) = until(spool.next_messages, "the evidence is made")

    assert ("clip", "camera_unknown") in missing(message.body["manifest"])
    assert message.body["manifest"]["camera"] is None


def test_job_that_another_version_kept_is_in_nobodys_way(tmp_path: Path) -> None:
    clock = PlayedClock()
    with at_work(tmp_path, clock, lambda _event: SEEN) as (jobs, spool):
        spool.record([], {}, [Job("old", clock(), {"what": "another version kept"})])
        until(lambda: spool.due_jobs(clock()) == [], "both jobs are done")

        assert jobs.thread.fault is None
        assert spool.waiting() == 1


def test_evidence_that_was_due_before_the_clock_was_set_back_is_made(tmp_path: Path) -> None:
    clock = PlayedClock()
    spool = Spool(tmp_path / "worker1.db")
    cutter = EvidenceCutter(tmp_path / "ring", tmp_path / "looks", tmp_path / "evidence", RecorderSettings())
    jobs = EvidenceJobs(spool, cutter, lambda _event: SEEN, clock, lambda: None, lambda: None)
    clock.pass_by(86400)
    spool.record([], {}, [jobs.job(an_event(BOOK), JUDGED_BY)])
    clock.pass_by(-86400)

    jobs.thread.start()
    try:
        until(lambda: spool.due_jobs(StreamTime(clock() + 10 * SECOND)), "the job is due soon")
        clock.pass_by(10)
        until(spool.next_messages, "the evidence is made")
    finally:
        jobs.thread.stop(10)
        spool.close()


def missing(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["what"], one["code"]) for one in manifest["missing"]]
