"""A worker asked to begin anew does so with what is configured at that moment, whatever it was doing."""

import asyncio
import sys
from pathlib import Path

import pytest

from service.engine.local import Supervised
from service.settings import Settings
from service.worker.plan import WorkerPlan
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
