"""What the API says so that pages can explain: conditions, pages both ways, zones, what evidence misses."""

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.storage.events import EventFilter, newer_query, page_query
from tests.fixtures.hall import PlayedWorker, ServedHall, closed, hall_settings, served_hall, until
from vision.streamtime import StreamTime, seconds


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[ServedHall]:
    with served_hall(tmp_path, hall_settings(2)) as served:
        yield served


def test_event_says_by_which_figures_it_was_judged(hall: ServedHall) -> None:
    event = hall.bring(hall.event("w1", "phone_use"))

    told = hall.get(f"/events/{event.id}")

    assert told["condition"] == {
        "signal": "phone_in_use",
        "asks": "phone_in_use",
        "answer": True,
        "over": None,
        "after_s": 10.0,
        "window_s": 10.0,
        "begin_share": 0.8,
        "end_share": 0.2,
        "clear_share": 0.5,
        "clear_after_s": 10.0,
        "max_silence_s": 2.0,
    }


def test_breach_says_what_it_asks_and_when_it_becomes_an_event(hall: ServedHall) -> None:
    with PlayedWorker(hall) as worker:
        worker.window("w1", "empty", breaches=[worker.breach(hall.event("w1"), reported=False)])
        until(lambda: hall.get("/windows/w1")["breaches"], "the breach is told")

        breach = hall.get("/windows/w1")["breaches"][0]

    assert (breach["signal"], breach["after_s"], breach["event"]) == ("occupied", 300.0, None)


def test_open_event_weighs_more_from_each_step_of_its_rule_on(hall: ServedHall) -> None:
    event = hall.bring(hall.event("w1", ago_s=7300, lasted_s=310))
    before = hall.get(f"/events/{event.id}")
    with PlayedWorker(hall) as worker:
        lasted = replace(event, until=StreamTime(event.started_at + seconds(7201)))
        worker.window("w1", "empty", breaches=[worker.breach(lasted)])
        until(lambda: hall.get("/windows/w1")["breaches"], "the breach is told")

        breach = hall.get("/windows/w1")["breaches"][0]
        (listed,) = hall.get("/events")["events"]

    assert (before["severity"], breach["severity"], listed["severity"]) == ("major", "grave", "grave")
    assert [(one["after_s"], one["severity"], one["reached"]) for one in before["escalation"]] == [
        (7200, "grave", False)
    ]
    assert listed["escalation"][0]["reached"]
    assert listed["duration_s"] == 7201


def test_breach_that_is_no_event_yet_weighs_what_its_rule_does(hall: ServedHall) -> None:
    with PlayedWorker(hall) as worker:
        long = hall.event("w1", ago_s=7300, lasted_s=7250)
        worker.window("w1", "empty", breaches=[worker.breach(long, reported=False)])
        until(lambda: hall.get("/windows/w1")["breaches"], "the breach is told")

        assert hall.get("/windows/w1")["breaches"][0]["severity"] == "major"


def test_pages_of_events_lead_on_and_back(hall: ServedHall) -> None:
    ids = [hall.bring(closed(hall.event("w1", ago_s=1000 + 10 * number), 5)).id for number in range(7)]

    first = hall.get("/events?limit=3")
    second = hall.get(f"/events?limit=3&before={first['next']}")
    third = hall.get(f"/events?limit=3&before={second['next']}")
    back = hall.get(f"/events?limit=3&after={third['newer']}")
    front = hall.get(f"/events?limit=3&after={back['newer']}")

    assert [_ids(page) for page in (first, second, third)] == [ids[:3], ids[3:6], ids[6:]]
    assert (first["newer"], third["next"]) == (None, None)
    assert _ids(back) == ids[3:6]
    assert _ids(front) == ids[:3]
    assert front["newer"] is None


def test_key_that_no_page_gave_is_refused_by_name(hall: ServedHall) -> None:
    answer = httpx.get(f"{hall.address}/api/v1/events?after=yesterday")

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "after"


@pytest.mark.parametrize(
    "wanted", [EventFilter(), EventFilter(window="w1"), EventFilter(rule="x"), EventFilter(state="open")]
)
def test_both_ways_through_a_list_use_an_index_that_gives_the_order(hall: ServedHall, wanted: EventFilter) -> None:
    key = (StreamTime(1), "0")
    for query in (page_query(wanted, 51, key), newer_query(wanted, 51, key)):
        text = str(query.compile(compile_kwargs={"literal_binds": True}))
        with sqlite3.connect(f"file:{hall.site.evidence.parent / 'zaigang.db'}?mode=ro", uri=True) as database:
            plan = " ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}"))
        database.close()

        assert "USING INDEX ix_events_" in plan
        assert "TEMP B-TREE" not in plan


def test_zone_that_cannot_be_used_is_named_as_the_field(hall: ServedHall) -> None:
    crossing = [10, 10, 200, 200, 200, 10, 10, 200]
    zones = {"seat": [20, 20, 80, 20, 80, 80], "staff": crossing}

    answer = httpx.put(f"{hall.address}/api/v1/windows/w1/zones", json={"size": [640, 360], "zones": zones})

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "zones.staff"


def test_drawn_zones_come_back_with_the_size_they_were_drawn_on(hall: ServedHall) -> None:
    zones = {"staff": [20, 20, 80, 20, 80, 80]}
    httpx.put(f"{hall.address}/api/v1/windows/w1/zones", json={"size": [640, 360], "zones": zones}).raise_for_status()

    told = hall.get("/windows/w1/zones")

    assert (told["zones"], told["size"], told["origin"]) == (zones, [640, 360], "page")
    assert hall.engine.restarted == ["cam1"]


def test_missing_evidence_is_told_by_code_and_figures(hall: ServedHall) -> None:
    event = hall.bring(hall.event("w1"))
    missing = [
        {"what": "clip", "why": "…", "code": "gap", "seconds": 4.0, "at": event.started_at},
        {"what": "clip", "why": "as an older version wrote it"},
    ]
    manifest = {"complete": True, "event": asdict(event), "files": [], "clip": None, "missing": missing}
    hall.post("evidence", {"event": event.id, "folder": f"2026-01/{event.id}", "manifest": manifest})

    told = hall.get(f"/events/{event.id}")

    first, second = told["evidence"]["missing"]
    assert (first["code"], first["seconds"], first["at"]) == ("gap", 4.0, told["started_at"])
    assert (second["code"], second["why"]) == (None, "as an older version wrote it")


def _ids(page: dict[str, Any]) -> list[str]:
    return [event["id"] for event in page["events"]]


def test_event_is_shown_by_the_picture_of_its_report(hall: ServedHall) -> None:
    event = hall.bring(hall.event("w1"))
    posters = []
    for names in ([], ["begin.jpg"], ["begin.jpg", "satisfied.jpg", "end.jpg"]):
        files = [{"name": name, "sha256": "0" * 64, "bytes": 1} for name in names]
        manifest = {"complete": True, "event": asdict(event), "files": files, "clip": None, "missing": []}
        hall.post("evidence", {"event": event.id, "folder": f"2026-01/{event.id}", "manifest": manifest})
        posters.append(hall.get("/events")["events"][0]["poster"])

    base = f"/api/v1/events/{event.id}/evidence"
    assert posters == [None, f"{base}/begin.jpg", f"{base}/satisfied.jpg"]
