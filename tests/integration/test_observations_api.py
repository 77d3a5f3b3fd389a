"""The timeline of a window over the API: stretches of one answer, and what is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.observed import logged
from tests.fixtures.site import NOW, PlayedSite, played_site
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
SPAN = {"since": "2026-01-05T09:00:00+08:00", "until": "2026-01-05T09:10:00+08:00"}


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PlayedSite]:
    monkeypatch.chdir(tmp_path)  # its data folder is named relative to this one
    async with played_site(tmp_path) as played:
        yield played


def at_post(site: PlayedSite, *spans: tuple[int, int, dict[str, Any]]) -> None:
    looks = [
        Observation(W1, StreamTime(NOW + second * SECOND), **said)
        for begin, end, said in spans
        for second in range(begin, end)
    ]
    logged(site.site.settings.data / "observations", looks, "cam1")


async def test_answers_are_told_as_stretches_with_gaps_where_nobody_could_tell(site: PlayedSite) -> None:
    at_post(
        site,
        (-60, 100, {"occupied": True, "staff_count": 1}),
        (100, 200, {"occupied": False, "staff_count": 0}),
        (200, 260, {"reason": "covered"}),
        (300, 320, {"occupied": False}),
    )

    answer = (await site.client.get("/api/v1/windows/w1/observations", params=SPAN)).json()

    told = {
        name: [(run["since"][14:19], run["until"][14:19], run["value"]) for run in own]
        for name, own in answer["answers"].items()
        if own
    }
    assert told["occupied"] == [
        ("00:00", "01:40", True),
        ("01:40", "03:20", False),
        ("05:00", "05:20", False),
    ]
    assert told["staff_count"] == [("00:00", "01:40", 1), ("01:40", "03:20", 0)]
    assert told["reason"] == [("03:20", "04:21", "covered")]
    assert answer["unreadable_lines"] == 0


async def test_only_what_is_asked_for_is_told_and_a_window_without_a_log_says_nothing(site: PlayedSite) -> None:
    at_post(site, (0, 10, {"occupied": True}))

    one = (await site.client.get("/api/v1/windows/w1/observations", params={**SPAN, "answer": "occupied"})).json()
    none = (await site.client.get("/api/v1/windows/w2/observations", params={**SPAN, "answer": "badge"})).json()

    assert set(one["answers"]) == {"occupied"}
    assert none["answers"] == {"badge": []}


@pytest.mark.parametrize(
    ("window", "change", "status", "field"),
    [
        ("w9", {}, 404, None),
        ("w1", {"since": "2026-01-05T09:00:00"}, 422, "since"),
        ("w1", {"since": "monday"}, 422, "since"),
        ("w1", {"until": SPAN["since"]}, 422, "until"),
        ("w1", {"until": "2026-01-05T13:00:01+08:00"}, 422, "until"),
        ("w1", {"answer": "mood"}, 422, "answer"),
        ("w1", {"since": "0001-01-01T00:00:00+14:00"}, 422, "since"),
        ("w1", {"until": "9999-12-31T23:59:59-14:00"}, 422, "until"),
    ],
)
async def test_question_that_cannot_be_answered_names_its_field(
    site: PlayedSite, window: str, change: dict[str, str], status: int, field: str | None
) -> None:
    answer = await site.client.get(f"/api/v1/windows/{window}/observations", params={**SPAN, **change})

    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)
