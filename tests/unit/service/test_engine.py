"""A worker asked to begin anew, or told of changes, has what is configured at that moment, whatever it was doing."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from service.engine.local import Supervised
from service.settings import Settings
from service.worker.plan import WorkerPlan, plan_of
from tests.fixtures.waiting import until


def a_plan(folder: Path) -> WorkerPlan:
    return WorkerPlan("worker1", Settings(), (), {}, folder, "http://127.0.0.1:9", "token")


@pytest.fixture
def beating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a worker, a process that takes a plan and beats until it is told to end."""
    script = tmp_path / "python"
    script.write_text(
        f'#!{sys.executable}\nimport time\ninput()\nwhile True:\n  print("beat", flush=True)\n  time.sleep(0.05)\n'
    )
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))


@pytest.mark.usefixtures("beating")
async def test_worker_asked_to_begin_anew_while_it_starts_does_not_keep_an_old_plan(tmp_path: Path) -> None:
    asked = asyncio.Event()
    go_on = asyncio.Event()
    plans = 0

    async def plan(_worker: str) -> WorkerPlan:
        nonlocal plans
        plans += 1
        made = a_plan(tmp_path)  # what was configured when it was asked for
        asked.set()
        await go_on.wait()
        return made

    worker = Supervised("worker1", plan, 20, 20)
    worker.start()
    await asked.wait()

    await worker.restart()
    go_on.set()

    running = "it runs by a plan made after it was asked"
    await asyncio.to_thread(until, lambda: plans == 2 and worker.status().state == "running", running)
    await worker.stop()


@pytest.fixture
def noting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of a worker, a process that beats and notes how many plans it was told; the file of its notes."""
    script, notes = tmp_path / "python", tmp_path / "notes"
    script.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "for line in sys.stdin:\n"
        f"  open({str(notes)!r}, 'a').write(line)\n"
        "  print('beat', flush=True)\n"
    )
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    return notes


def rates_told(notes: Path) -> list[float]:
    """What is different in the plans that were told, in order."""
    told = notes.read_text().splitlines() if notes.exists() else []
    return [plan_of(line).settings.looks_per_second for line in told]


async def test_running_worker_is_told_of_changes_and_goes_on(tmp_path: Path, noting: Path) -> None:
    rates = iter([5.0, 2.0])

    async def plan(_worker: str) -> WorkerPlan:
        return replace(a_plan(tmp_path), settings=Settings(looks_per_second=next(rates)))

    worker = Supervised("worker1", plan, 20, 20)
    worker.start()
    await asyncio.to_thread(until, lambda: worker.status().state == "running", "it runs")
    pid = worker.status().pid

    await worker.tell()

    await asyncio.to_thread(until, lambda: len(rates_told(noting)) == 2, "it was told")
    assert (rates_told(noting), worker.status().pid) == ([5.0, 2.0], pid)
    await worker.stop()


async def test_worker_told_of_changes_while_it_starts_hears_them_after_its_first_plan(
    tmp_path: Path, noting: Path
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()
    plans = 0

    async def plan(_worker: str) -> WorkerPlan:
        nonlocal plans
        plans += 1
        made = replace(a_plan(tmp_path), settings=Settings(looks_per_second=plans))
        asked.set()
        await go_on.wait()
        return made

    worker = Supervised("worker1", plan, 20, 20)
    worker.start()
    await asked.wait()

    await worker.tell()
    go_on.set()

    await asyncio.to_thread(until, lambda: len(rates_told(noting)) == 2, "it was told of the changes too")
    assert rates_told(noting) == [1, 2]
    await worker.stop()
