"""What people say of events is kept, told and written into the journal; what they hold is not deleted."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.rules import Event
from service.storage import JournalQueries
from tests.fixtures.site import PlayedSite, an_event, played_site

UPHELD = {"verdict": "upheld", "by": "王主任", "why": ""}
DISMISSED = {"verdict": "dismissed", "by": "李科长", "why": "有人替岗"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PlayedSite]:
    async with played_site(tmp_path) as played:
        yield played


async def judged(site: PlayedSite, event: Event, verdict: dict[str, Any], code: int = 200) -> dict[str, Any]:
    answer = await site.client.put(f"/api/v1/events/{event.id}/verdict", json=verdict)
    assert answer.status_code == code, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def journal(site: PlayedSite, **asked: Any) -> dict[str, Any]:
    told: dict[str, Any] = (await site.client.get("/api/v1/journal", params=asked)).json()
    return told


async def test_verdict_holds_and_those_of_before_stay_to_be_read(site: PlayedSite) -> None:
    event = an_event(site.book)
    await site.bring(event)
    assert (await site.client.get(f"/api/v1/events/{event.id}")).json()["verdict"] == "pending"

    await judged(site, event, UPHELD)
    site.clock.pass_by(60)
    told = await judged(site, event, DISMISSED)

    assert told["verdict"] == "dismissed"
    assert [(one["verdict"], one["by"]) for one in told["verdicts"]] == [("upheld", "王主任"), ("dismissed", "李科长")]
    assert [row["kind"] for row in (await journal(site, event=event.id))["rows"]] == ["verdict", "verdict"]


async def test_same_verdict_twice_is_one_and_pending_takes_it_back(site: PlayedSite) -> None:
    event = an_event(site.book)
    await site.bring(event)

    await judged(site, event, UPHELD)
    await judged(site, event, UPHELD)
    told = await judged(site, event, {"verdict": "pending", "by": "王主任"})

    assert told["verdict"] == "pending"
    assert len(told["verdicts"]) == 2


async def test_events_are_listed_by_verdict(site: PlayedSite) -> None:
    events = [an_event(site.book, number * 1000.0) for number in range(3)]
    for number, event in enumerate(events):
        await site.bring(event, number)
    await judged(site, events[1], UPHELD)

    listed = {
        verdict: [one["id"] for one in (await site.client.get(f"/api/v1/events?verdict={verdict}")).json()["events"]]
        for verdict in ("pending", "upheld", "dismissed")
    }

    assert listed == {"pending": [events[2].id, events[0].id], "upheld": [events[1].id], "dismissed": []}


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        ({"verdict": "dismissed", "by": "王"}, "why"),
        ({"verdict": "dismissed", "by": "王", "why": "   "}, "why"),
        ({"verdict": "upheld", "by": ""}, "by"),
        ({"verdict": "upheld", "by": "王\0"}, "by"),
        ({"verdict": "upheld", "by": "王", "why": "\x1b[2J"}, "why"),
        ({"verdict": "guilty", "by": "王"}, "verdict"),
        ({"by": "王"}, "verdict"),
    ],
)
async def test_verdict_that_is_none_is_refused_with_the_field(
    site: PlayedSite, verdict: dict[str, Any], field: str
) -> None:
    event = an_event(site.book)
    await site.bring(event)

    told = await judged(site, event, verdict, 422)

    assert told["error"]["field"].endswith(field)
    assert (await journal(site))["rows"] == []


async def test_event_that_is_open_or_unknown_is_not_judged(site: PlayedSite) -> None:
    event = an_event(site.book, state="open")
    await site.bring(event)

    assert (await judged(site, event, UPHELD, 409))["error"]["code"] == "still_open"
    assert (await judged(site, replace(event, id="0" * 36), UPHELD, 404))["error"]["code"] == "not_found"


async def test_what_a_worker_brings_later_leaves_the_verdict(site: PlayedSite) -> None:
    event = an_event(site.book)
    await site.bring(event)
    await judged(site, event, UPHELD)

    await site.bring(event, 2)

    assert (await site.client.get(f"/api/v1/events/{event.id}")).json()["verdict"] == "upheld"


async def test_hold_is_set_told_and_ended(site: PlayedSite) -> None:
    event = an_event(site.book)
    await site.bring(event)
    address = f"/api/v1/events/{event.id}/hold"

    held = await site.client.put(address, json={"held": True, "by": "王主任", "why": "申诉中"})
    again = await site.client.put(address, json={"held": True, "by": "李", "why": "再来"})
    ended = await site.client.put(address, json={"held": False, "by": "王主任", "why": "申诉结束"})

    assert held.json()["hold"]["why"] == again.json()["hold"]["why"] == "申诉中"
    assert ended.json()["hold"] is None
    assert [row["kind"] for row in (await journal(site))["rows"]] == ["hold", "release"]
    assert (await site.client.put(address, json={"held": True, "by": "王"})).status_code == 422


async def test_journal_is_read_page_by_page(site: PlayedSite) -> None:
    async with site.site.database.session() as session:
        for number in range(5):
            await JournalQueries(session).add("export", None, {"n": number}, site.clock.now)

    first = await journal(site, limit=3)
    rest = await journal(site, limit=3, after=first["next"])

    assert [row["n"] for row in (*first["rows"], *rest["rows"])] == [1, 2, 3, 4, 5]
    assert (first["reach"], rest["next"]) == (5, None)
    assert first["key"] == site.site.key.fingerprint
