"""`POST /whatif`: a rulebook is tried on the log of a running site, in a process of its own, one at a time."""

import asyncio
import gc
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.whatif import Question, Span
from tests.fixtures.command import called
from tests.fixtures.observed import logged
from tests.fixtures.site import NOW, SETTINGS, PlayedSite, an_event, played_site
from vision.errors import ZaigangError
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

ASKED = {
    "content": {"hall": {"phone_use": {"after": "20s"}}},
    "from": "2026-01-05T00:00:00+08:00",
    "to": "2026-01-06T00:00:00+08:00",
}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PlayedSite]:
    async with played_site(tmp_path) as played:
        yield played


def log_of(folder: Path) -> None:
    """Ten minutes of w1, on the phone for 15 s and for 100 s."""
    looks = (
        Observation(
            WindowId("w1"),
            StreamTime(NOW + second * SECOND),
            occupied=True,
            phone_in_use=60 <= second < 75 or 300 <= second < 400,
        )
        for second in range(600)
    )
    logged(folder / "observations", looks, "cam1")


async def test_rules_are_tried_as_the_command_tries_them_and_one_at_a_time(site: PlayedSite, tmp_path: Path) -> None:
    log_of(tmp_path)
    (tmp_path / "zaigang.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    await site.bring(an_event(site.book, rule="phone_use", started_s=300, lasted_s=100))

    first = asyncio.create_task(site.client.post("/api/v1/whatif", json=ASKED, timeout=60))
    async with asyncio.timeout(30):
        while not site.site.trials.busy:  # noqa: ASYNC110  # the service tells nobody when it begins
            await asyncio.sleep(0.01)
    second = await site.client.post("/api/v1/whatif", json=ASKED)
    answer = (await first).json()

    site_here = ("--config", tmp_path / "zaigang.yaml", "--data", tmp_path)
    asked = ("--set", "phone_use.after=20s", "--since", "2026-01-05", "--until", "2026-01-05", "--json")
    assert answer == json.loads(await asyncio.to_thread(called, "whatif", *site_here, *asked))
    assert [(one["kind"], one["window"]) for one in answer["events"]] == [("only_now", "w1"), ("alert", "w1")]
    assert answer["recorded"]["found_again"] == 1
    assert (second.status_code, second.json()["error"]["code"]) == (409, "busy")
    assert not site.site.trials.busy
    assert (await site.client.get("/api/v1/parts/rules")).json()["version"] == 0


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"content": {"hall": {"phone_use": {"after": "soon"}}}}, "content.hall.phone_use.after", "soon"),
        ({"content": {"windows": {"w9": {}}}}, "content.windows.w9", "there is no window"),
        ({"content": {"hours": {}}}, "content.hours", ""),
        ({"windows": ["w1", "w9"]}, "windows", 'there is no window "w9"; there are w1, w2'),
        ({"windows": []}, "windows", ""),
        ({"from": "2026-01-05T00:00:00"}, "from", "UTC offset"),
        ({"to": "2026-01-05T00:00:00+08:00"}, "to", "later than from"),
        ({"to": "2026-02-04T00:01:00+08:00"}, "to", "2 windows for so long are 1,441 window-hours, 1,440 are the most"),
        ({"by": "王主任"}, "by", ""),
    ],
)
async def test_question_that_cannot_be_answered_is_refused_by_name(
    site: PlayedSite, change: dict[str, Any], field: str, says: str
) -> None:
    answer = await site.client.post("/api/v1/whatif", json={**ASKED, **change})

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert says in answer.json()["error"]["message"]


async def test_process_ends_with_whoever_asked(
    site: PlayedSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    books = {WindowId("w1"): site.book}
    span = Span(NOW, StreamTime(NOW + SECOND))
    asked = Question(site.site.settings, books, books, span)
    before, started = set(_children()), set[int]()

    async def left() -> bool:
        started.update(set(_children()) - before)
        return True

    with pytest.raises(ZaigangError, match="nobody waits"):
        await site.site.trials.ask(asked, span, tmp_path, left)

    gc.collect()
    assert len(started) == 1
    assert not started & set(_children())
    assert caplog.messages == []  # asyncio tells of what nobody has looked after
    assert not site.site.trials.busy


async def test_process_that_fails_is_told_and_holds_nobody_up(
    site: PlayedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    answer = await site.client.post("/api/v1/whatif", json=ASKED)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert "could not be tried" in answer.json()["error"]["message"]
    assert not site.site.trials.busy


def _children() -> list[int]:
    """Processes that this one has started from this thread and that have not ended."""
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]
