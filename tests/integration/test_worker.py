"""A worker in the test's own process: what it takes up when it starts, and what it does when a part of it fails."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog

from service.observations import ObservationReader
from service.rules import Judge
from service.rules.duty import always_on
from service.settings import Settings
from service.worker.looklog import LookLog
from service.worker.plan import WorkerPlan
from service.worker.resuming import in_force
from service.worker.spool import Spool
from service.worker.worker import ClockSetBack, Worker, utc_now
from tests.fixtures.site import PlayedClock
from tests.fixtures.toy_network import write_networks
from tests.fixtures.waiting import until
from vision.observation import Observation, WindowId
from vision.pipeline import Look
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")


def plan(
    folder: Path,
    observations: str = "30d",
    min_free_mb: int = 0,
    duty: Mapping[str, Any] | None = None,
    **rules: dict[str, Any],
) -> WorkerPlan:
    settings = Settings(
        rules=rules,
        duty=duty or {"always": True},  # type: ignore[arg-type]
        models=write_networks(folder),  # type: ignore[arg-type]
        recorder={"min_free_mb": min_free_mb},  # type: ignore[arg-type]
        retention={"observations": observations},  # type: ignore[arg-type]
        cameras=({"id": "cam", "source": "none.mp4", "windows": [{"id": "w1"}]},),  # type: ignore[arg-type]
    )
    return WorkerPlan("worker1", settings, settings.cameras, {}, folder, "http://127.0.0.1:9", "token")


def look(at: int, occupied: bool) -> Look:
    return Look(StreamTime(at), (Observation(W1, StreamTime(at), occupied=occupied),))


def kept(folder: Path) -> dict[str, Any]:
    spool = Spool(folder / "spool" / "worker1.db", patience_s=0)
    try:
        return spool.state()
    finally:
        spool.close()


def test_looks_that_were_logged_but_not_kept_when_a_worker_was_killed_count(tmp_path: Path) -> None:
    killed_at = utc_now()
    there, left = killed_at - 3 * SECOND, killed_at - SECOND
    judge = Judge(plan(tmp_path).settings.books(), always_on)
    judge.observe(look(there, True).observations[0])
    spool = Spool(tmp_path / "spool" / "worker1.db")
    spool.record([], judge.snapshot([W1]))
    spool.close()
    log = LookLog(tmp_path / "looks" / "cam")
    for at in range(left, killed_at, SECOND // 5):
        log.write(look(at, False))
    log.close()

    worker = Worker(plan(tmp_path))
    worker.stop()
    worker.run()

    assert kept(tmp_path)["w1"]["leave_post"]["stretch"]["onset"] == left


@pytest.mark.parametrize(
    ("edited", "ends"),
    [
        ({"duty": {"always": True, "closed": [{"from": "2026-01-05", "why": "装修"}]}}, "closed"),
        ({"leave_post": {"after": "10min"}}, "interrupted"),
    ],
)
def test_last_looks_before_a_kill_are_judged_by_the_hours_and_the_book_of_then(
    tmp_path: Path, edited: dict[str, Any], ends: str
) -> None:
    clock = PlayedClock()
    then = plan(tmp_path, leave_post={"after": "1s"})
    first = Worker(then, beat=lambda: first.stop(), clock=clock)
    first.run()
    log = LookLog(tmp_path / "looks" / "cam")
    for fifth in range(1, 15):
        log.write(look(clock.now + fifth * SECOND // 5, False))
    log.close()
    clock.pass_by(3)  # it looked for that long, was killed before it kept what it had judged, and then came the edit

    now = plan(tmp_path, **{"leave_post": {"after": "1s"}, **edited})
    second = Worker(now, beat=lambda: second.stop(), clock=clock)
    second.run()
    third = Worker(now, beat=lambda: third.stop(), clock=clock)  # what judges now is kept by now
    third.run()

    spool = Spool(tmp_path / "spool" / "worker1.db", patience_s=0)
    events = [message.body for message in spool.next_messages() if message.kind == "event"]
    by_now = spool.in_force()
    spool.close()
    assert [event["state"] for event in events] == ["open", ends]
    assert {event["rulebook"] for event in events} == {then.settings.books()[W1].version}
    assert by_now["books"] == {"w1": now.settings.books()[W1].version}
    assert "none.mp4" not in json.dumps(by_now)


def test_hours_that_were_taken_up_are_kept_beside_what_they_judge(tmp_path: Path) -> None:
    worker = Worker(plan(tmp_path), beat=lambda: worker.stop(), clock=PlayedClock())
    edited = plan(tmp_path, duty={"shifts": ["10:00-11:00"]}).settings
    worker.follow(edited)

    worker.run()

    spool = Spool(tmp_path / "spool" / "worker1.db", patience_s=0)
    assert spool.in_force() == in_force(edited, edited.books())
    spool.close()


@pytest.mark.parametrize(
    "spoilt",
    [
        None,
        {},
        {"settings": {"duty": 5}, "books": {}},
        {"settings": {}, "books": 5},
        {"settings": {}, "books": {"w1": "spoilt"}},
    ],
)
def test_worker_that_cannot_tell_what_was_in_force_judges_by_what_is(tmp_path: Path, spoilt: Any) -> None:
    clock = PlayedClock()
    spool = Spool(tmp_path / "spool" / "worker1.db")
    judge = Judge(plan(tmp_path).settings.books(), always_on)
    judge.observe(look(clock.now - 3 * SECOND, True).observations[0])
    spool.record([], judge.snapshot([W1]), in_force=spoilt)
    spool.close()
    with closing(sqlite3.connect(tmp_path / "spool" / "worker1.db")) as connection, connection:
        connection.execute("INSERT INTO books VALUES ('spoilt', '{')")
    log = LookLog(tmp_path / "looks" / "cam")
    log.write(look(clock.now - SECOND, False))
    log.close()

    worker = Worker(plan(tmp_path), beat=lambda: worker.stop(), clock=clock)
    worker.run()

    assert kept(tmp_path)["w1"]["leave_post"]["stretch"]["onset"] == clock.now - SECOND


def test_event_that_a_changed_rulebook_ends_gets_its_evidence_by_the_book_that_judged_it(tmp_path: Path) -> None:
    now = utc_now()
    first = plan(tmp_path, leave_post={"after": "1s"})
    judge = Judge(first.settings.books(), always_on)
    judge.observe(look(now - 4 * SECOND, True).observations[0])
    spool = Spool(tmp_path / "spool" / "worker1.db")
    spool.record([], judge.snapshot([W1]))
    spool.close()
    log = LookLog(tmp_path / "looks" / "cam")
    for at in range(now - 3 * SECOND, now, SECOND // 5):
        log.write(look(at, False))
    log.close()
    for one in (first, plan(tmp_path, leave_post={"after": "2s"})):
        worker = Worker(one)
        worker.stop()
        worker.run()

    spool = Spool(tmp_path / "spool" / "worker1.db", patience_s=0)
    jobs = spool.due_jobs(StreamTime(now + 60 * SECOND))
    spool.close()

    version = first.settings.books()[W1].version
    assert [(job.body["event"]["state"], job.body["event"]["rulebook"]) for job in jobs] == [("interrupted", version)]
    assert jobs[0].body["book"]["version"] == version


def test_what_was_recorded_of_a_camera_that_is_gone_goes_with_time(tmp_path: Path) -> None:
    clock = PlayedClock()
    worker = Worker(plan(tmp_path), beat=lambda: worker.stop(), clock=clock)
    ring, looks = tmp_path / "ring" / "former", tmp_path / "looks" / "former"
    for folder in (ring, looks):
        folder.mkdir(parents=True)
    for age_s in (7200, 7196, 10):
        (ring / f"{clock.now - age_s * SECOND:020d}.ts").touch()
        (looks / f"{clock.now - age_s * SECOND:020d}.jsonl").touch()
    clock.pass_by(30)  # since the worker was made

    worker.run()

    assert [file.stem for file in sorted(ring.iterdir())] == [f"{clock.now - one * SECOND:020d}" for one in (7226, 40)]
    assert [file.stem for file in looks.iterdir()] == [f"{clock.now - 40 * SECOND:020d}"]


def test_worker_whose_clock_is_set_back_ends_and_says_so(tmp_path: Path) -> None:
    clock = PlayedClock()
    worker = Worker(plan(tmp_path), beat=lambda: clock.pass_by(-60), clock=clock)

    with pytest.raises(ClockSetBack, match="set back by 60 s"):
        worker.run()


def test_worker_starts_on_state_that_another_version_kept(tmp_path: Path) -> None:
    now = utc_now()
    judge = Judge(plan(tmp_path, leave_post={"after": "1s"}).settings.books(), always_on)
    for at in range(now - 9 * SECOND, now, SECOND // 5):
        judge.observe(look(at, at < now - 8 * SECOND).observations[0])
    state = judge.snapshot([W1])
    for rule in state[W1].values():
        rule["version"] = 0
        rule.pop("clear_at", None)
    spool = Spool(tmp_path / "spool" / "worker1.db")
    spool.record([], state)
    spool.close()

    with structlog.testing.capture_logs() as told:
        worker = Worker(plan(tmp_path, leave_post={"after": "1s"}))
    worker.stop()
    worker.run()
    spool = Spool(tmp_path / "spool" / "worker1.db", patience_s=0)
    events = [message.body["state"] for message in spool.next_messages() if message.kind == "event"]
    spool.close()

    assert events == ["interrupted"]
    assert len([one for one in told if "rule state cannot be read" in one["event"]]) == 1


def test_what_was_answered_is_kept_for_days_and_goes_with_them(tmp_path: Path) -> None:
    clock, ended = PlayedClock(), threading.Event()
    worker = Worker(plan(tmp_path), beat=lambda: worker.stop() if ended.is_set() else None, clock=clock)
    former, cam = tmp_path / "observations" / "former", tmp_path / "observations" / "cam"
    for folder in (former, cam):
        folder.mkdir(parents=True)
    for name in ("20251201T00.jsonl.gz", "20260104T00.jsonl.gz"):
        (former / name).touch()
    (cam / "20260104T00.jsonl").write_text('{"v":1,"s":1767484800,"n":1,"w":{"w1":{"occupied":true}}}\n')
    clock.pass_by(30)  # since the worker was made

    run = threading.Thread(target=worker.run)
    run.start()
    until(lambda: not (cam / "20260104T00.jsonl").exists(), "the closed hour is made small")
    ended.set()
    run.join(30)

    assert [file.name for file in former.iterdir()] == ["20260104T00.jsonl.gz"]
    before, look = ObservationReader(tmp_path / "observations").looks("cam", StreamTime(0), StreamTime(2 * clock.now))
    assert (before.window, before.occupied, before.at // SECOND) == ("w1", True, 1_767_484_800)
    assert (look.window, look.reason, look.at // SECOND) == ("w1", "no_stream", clock.now // SECOND)


def test_site_that_keeps_no_observations_has_none(tmp_path: Path) -> None:
    clock = PlayedClock()
    worker = Worker(plan(tmp_path, observations="0s"), beat=lambda: worker.stop(), clock=clock)
    clock.pass_by(30)

    worker.run()

    assert not (tmp_path / "observations").exists()


def test_observations_give_way_to_events_once_no_recording_is_left(tmp_path: Path) -> None:
    former = tmp_path / "observations" / "former"
    former.mkdir(parents=True)
    for hour in (1, 2, 3):
        (former / f"20260105T0{hour}.jsonl.gz").write_bytes(b"of old")
    (tmp_path / "ring" / "cam").mkdir(parents=True)
    for at in (1, 2):
        (tmp_path / "ring" / "cam" / f"{at:020d}.ts").write_bytes(b"picture")

    with structlog.testing.capture_logs() as told:
        Worker(plan(tmp_path, min_free_mb=10**9)).stop()

    assert [file.name for file in former.iterdir()] == ["20260105T03.jsonl.gz"]
    assert len(list((tmp_path / "ring" / "cam").iterdir())) == 1
    assert [one["bytes"] for one in told if "observations give way" in one["event"]] == [12]
