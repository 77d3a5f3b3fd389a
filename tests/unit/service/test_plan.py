"""A worker's plan: what the service says is what the process hears, whatever this machine's locale is."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from service.settings import Settings
from service.worker.plan import Drawn, WorkerPlan, plan_of, plan_text
from tests.fixtures.site import SETTINGS
from vision.errors import BadInput
from vision.observation import WindowId

HEARD = "import sys; from service.worker.plan import *; print(plan_text(plan_of(sys.stdin.readline())), end='')"


def a_plan() -> WorkerPlan:
    leave = {"windows": ["w1"], "from": "2026-01-05T10:00", "to": "2026-01-05T10:20", "by": "王主任"}
    settings = Settings(**SETTINGS, recorder={"keep": "1000001s"}, leave=[leave])
    drawn = {WindowId("w1"): Drawn({"staff": [0.0, 0.0, 9.5, 9.0]}, (1280, 720))}
    return WorkerPlan("worker1", settings, settings.cameras[:1], drawn, Path("/数据"), "http://127.0.0.1:1", "token")


def test_plan_reads_back_as_it_was() -> None:
    heard = plan_of(plan_text(a_plan()))

    assert heard.settings.model_dump() == a_plan().settings.model_dump()
    assert replace(heard, settings=a_plan().settings) == a_plan()


def test_environment_is_not_asked_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    text = plan_text(a_plan())
    monkeypatch.setenv("ZAIGANG_LOOKS_PER_SECOND", "9")

    assert plan_of(text).settings.looks_per_second == 5


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "latin-1", "ascii"])
def test_plan_is_heard_whatever_the_locale(encoding: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HEARD],
        input=plan_text(a_plan()).encode(),
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )

    assert ended.stdout.decode() == plan_text(a_plan())


def test_what_is_no_plan_is_not_shown() -> None:
    with pytest.raises(BadInput) as refused:
        plan_of('{"settings": "geheim"}')

    assert "geheim" not in str(refused.value)
