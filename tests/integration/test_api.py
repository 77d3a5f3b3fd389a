"""The API over a real database: what it says, what it refuses, and in which shape."""

import asyncio
import json
import sqlite3
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove
from sqlalchemy.ext.asyncio import AsyncSession
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from service.api.events import tell_pages
from service.evidence import file_entry
from service.storage import Database
from tests.fixtures.site import NOW, TOKEN, PlayedSite, an_event, camera_message, played_site, served_site
from vision.streamtime import SECOND, StreamTime


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PlayedSite]:
    async with played_site(tmp_path) as played:
        yield played


async def test_hall_cameras_and_windows_are_those_of_the_configuration(site: PlayedSite) -> None:
    halls = (await site.client.get("/api/v1/halls")).json()
    cameras = (await site.client.get("/api/v1/cameras")).json()
    windows = (await site.client.get("/api/v1/windows")).json()

    assert halls == [{"id": "hall", "name": "政务服务大厅", "time_zone": "Asia/Shanghai"}]
    assert [(camera["id"], camera["windows"]) for camera in cameras] == [("cam1", ["w1"]), ("cam2", ["w2"])]
    assert [window["name"] for window in windows] == ["1号", "2号"]


async def test_window_of_which_no_worker_speaks_is_unknown(site: PlayedSite) -> None:
    window = (await site.client.get("/api/v1/windows/w1")).json()

    assert (window["status"], window["reason"]) == ("unknown", "no_worker")


async def test_window_stands_as_its_worker_says_until_the_worker_falls_silent(site: PlayedSite) -> None:
    site.site.board.hear("worker1", camera_message("empty"))
    told = (await site.client.get("/api/v1/windows/w1")).json()
    site.clock.pass_by(6)
    silent = (await site.client.get("/api/v1/windows/w1")).json()

    assert (told["status"], told["since"]) == ("empty", "2026-01-05T09:00:00.000+08:00")
    assert (silent["status"], silent["reason"]) == ("unknown", "no_worker")


async def test_health_is_degraded_while_a_camera_is_in_trouble(site: PlayedSite) -> None:
    site.site.board.hear("worker1", camera_message())
    well = (await site.client.get("/api/v1/health")).json()
    site.site.board.hear("worker1", camera_message("unknown", "no_stream", trouble='source "x": the stream ended'))
    ill = (await site.client.get("/api/v1/health")).json()

    assert (well["status"], well["cameras_ok"], well["cameras"]) == ("ok", 2, 2)
    assert (ill["status"], ill["cameras_ok"]) == ("degraded", 0)
    assert 'source "x": the stream ended' in ill["troubles"]


async def test_full_disk_is_a_trouble(tmp_path: Path) -> None:
    async with played_site(tmp_path, disk=lambda: (300, 0.99)) as site:
        site.site.board.hear("worker1", camera_message())

        health = (await site.client.get("/api/v1/health")).json()

    assert health["troubles"] == ["only 300 MB of disk space are left"]


async def test_event_is_kept_once_however_often_it_is_brought(site: PlayedSite) -> None:
    event = an_event(site.book)

    answers = [(await site.bring(event, seq)).json() for seq in (1, 2)]
    listed = (await site.client.get("/api/v1/events")).json()

    assert [answer["changed"] for answer in answers] == [True, False]
    assert [one["id"] for one in listed["events"]] == [event.id]


async def test_nobody_who_wants_to_write_waits_while_pages_are_told_of_an_event(
    site: PlayedSite, tmp_path: Path
) -> None:
    waits: list[str] = []

    def asked(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("SELECT"):
            return
        with closing(sqlite3.connect(tmp_path / "zaigang.db", timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                waits.append(statement)

    await site.bring(an_event(site.book))  # brings the rulebook, which is known from there on
    listen(Engine, "before_cursor_execute", asked)
    try:
        brought = await site.bring(an_event(site.book, 900), 2)
    finally:
        remove(Engine, "before_cursor_execute", asked)

    assert brought.json()["changed"]
    assert waits == []


async def test_pages_hear_last_how_an_event_stands_last(site: PlayedSite) -> None:
    event = an_event(site.book)
    await site.bring(event)
    page = site.site.board.follow()
    read, goes_on = asyncio.Event(), asyncio.Event()

    class Slow(Database):
        @asynccontextmanager
        async def session(self) -> AsyncIterator[AsyncSession]:
            async with site.site.database.session() as session:
                yield session
            read.set()
            await goes_on.wait()

    slow = asyncio.create_task(tell_pages(replace(site.site, database=Slow("sqlite+aiosqlite://")), event.id))
    await read.wait()
    verdict = {"verdict": "upheld", "by": "王主任"}
    judged = asyncio.create_task(site.client.put(f"/api/v1/events/{event.id}/verdict", json=verdict))
    await asyncio.wait({judged}, timeout=0.5)  # it may well wait for the other
    goes_on.set()
    await asyncio.gather(slow, judged)

    assert [one["event"]["verdict"] for one in page.events] == ["pending", "upheld"]


async def test_event_that_has_ended_is_not_opened_again(site: PlayedSite) -> None:
    closed = an_event(site.book)
    await site.bring(closed)

    await site.bring(replace(closed, state="open"), 2)

    assert (await site.client.get(f"/api/v1/events/{closed.id}")).json()["state"] == "closed"


async def test_event_tells_when_why_and_by_which_rule(site: PlayedSite) -> None:
    event = an_event(site.book, 60)
    await site.bring(event)

    told = (await site.client.get(f"/api/v1/events/{event.id}")).json()

    assert told["started_at"] == "2026-01-05T09:01:00.000+08:00"
    assert told["satisfied_at"] == "2026-01-05T09:06:00.000+08:00"
    assert told["ended_at"] == "2026-01-05T09:07:00.000+08:00"
    assert told["duration_s"] == 360
    assert (told["window_name"], told["name"]["zh"], told["severity"]) == ("1号", "擅自离岗", "major")
    assert told["parameters"]["after"] == "5min"
    assert told["evidence"] is None


async def test_pages_of_events_go_newest_first_without_gap_or_double(site: PlayedSite) -> None:
    events = [an_event(site.book, index * 10, window="w1" if index % 2 else "w2") for index in range(25)]
    events.append(an_event(site.book, 240, window="w1"))  # the same moment as another
    for seq, event in enumerate(events):
        await site.bring(event, seq)

    seen: list[str] = []
    key: str | None = None
    while True:
        query = "/api/v1/events?limit=7" + (f"&before={key}" if key else "")
        page = (await site.client.get(query)).json()
        seen += [event["id"] for event in page["events"]]
        key = page["next"]
        if key is None:
            break

    assert len(seen) == len(set(seen)) == 26
    starts = {event.id: event.started_at for event in events}
    assert [starts[id_] for id_ in seen] == sorted(starts.values(), reverse=True)


async def test_events_are_found_by_window_rule_state_and_time(site: PlayedSite) -> None:
    await site.bring(an_event(site.book, 0, window="w1"))
    await site.bring(an_event(site.book, 600, window="w2", state="open"))

    async def found(query: str) -> int:
        return len((await site.client.get(f"/api/v1/events?{query}")).json()["events"])

    assert await found("window=w1") == 1
    assert await found("rule=phone_use") == 0
    assert await found("state=open") == 1
    assert await found("since=2026-01-05T09:05:00%2B08:00") == 1
    assert await found("until=2026-01-05T09:05:00%2B08:00") == 1


async def test_evidence_is_listed_with_addresses_that_can_be_fetched_in_parts(site: PlayedSite, tmp_path: Path) -> None:
    event = an_event(site.book)
    await site.bring(event)
    folder = tmp_path / "evidence" / "2026-01" / event.id
    folder.mkdir(parents=True)
    (folder / "clip.mp4").write_bytes(bytes(range(256)))
    (folder / "begin.jpg").write_bytes(b"picture")
    manifest = a_manifest(folder)
    await site.ingest("evidence", {"event": event.id, "folder": f"2026-01/{event.id}", "manifest": manifest})

    told = (await site.client.get(f"/api/v1/events/{event.id}/evidence")).json()
    part = await site.client.get(told["clip"], headers={"Range": "bytes=10-19"})

    assert [(one["what"], one["why"]) for one in told["missing"]] == [("clip", "the recording begins 4 s late")]
    assert [picture.rsplit("/", 1)[1] for picture in told["pictures"]] == ["begin.jpg"]
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))


@pytest.mark.parametrize("name", ["manifest.json", "..%2F..%2Fzaigang.db", "%2e%2e", "other.mp4"])
async def test_only_files_of_the_manifest_are_served(site: PlayedSite, tmp_path: Path, name: str) -> None:
    event = an_event(site.book)
    await site.bring(event)
    folder = tmp_path / "evidence" / event.id
    folder.mkdir(parents=True)
    for file in ("clip.mp4", "begin.jpg", "other.mp4", "manifest.json"):
        (folder / file).write_bytes(b"content")
    await site.ingest("evidence", {"event": event.id, "folder": event.id, "manifest": a_manifest(folder)})

    answer = await site.client.get(f"/api/v1/events/{event.id}/evidence/{name}")

    assert answer.status_code == 404


async def test_evidence_that_is_gone_says_so(site: PlayedSite, tmp_path: Path) -> None:
    event = an_event(site.book)
    await site.bring(event)
    folder = tmp_path / "evidence" / event.id
    folder.mkdir(parents=True)
    for file in ("clip.mp4", "begin.jpg"):
        (folder / file).write_bytes(b"content")
    await site.ingest("evidence", {"event": event.id, "folder": event.id, "manifest": a_manifest(folder)})
    (folder / "clip.mp4").unlink()

    answer = await site.client.get(f"/api/v1/events/{event.id}/evidence/clip.mp4")

    assert answer.status_code == 410
    assert "no longer on the disk" in answer.json()["error"]["message"]


async def test_zones_are_drawn_kept_in_versions_and_taken_up(site: PlayedSite) -> None:
    site.site.board.hear("worker1", camera_message())
    before = (await site.client.get("/api/v1/windows/w1/zones")).json()
    staff = [300, 180, 860, 180, 900, 560, 250, 560]

    first = await site.client.put("/api/v1/windows/w1/zones", json={"size": [1280, 720], "zones": {"staff": staff}})
    second = await site.client.put(
        "/api/v1/windows/w1/zones", json={"size": [1280, 720], "zones": {"staff": [0, 0, 9, 9]}}
    )
    after = (await site.client.get("/api/v1/windows/w1/zones")).json()

    assert before["origin"] == "whole_picture"
    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert (after["origin"], after["zones"]) == ("page", {"staff": [0, 0, 9, 9]})
    assert site.workers.restarted == ["cam1", "cam1"]


@pytest.mark.parametrize(
    ("zones", "size", "says"),
    [
        ({"staff": [0, 0, 1281, 100]}, [1280, 720], "outside the 1280x720 picture"),
        ({"staff": [0, 0, 100, 100, 100, 0, 0, 100]}, [1280, 720], "cross"),
        ({"staff": [1, 2, 3]}, [1280, 720], "3 numbers"),
        ({"desk": [0, 0, 100, 100]}, [1280, 720], "no such kind of zone"),
        ({"staff": [0, 0, 100, 100]}, [640, 360], "the camera's picture is"),
    ],
)
async def test_zones_that_cannot_be_are_refused_with_the_field(
    site: PlayedSite, zones: dict[str, list[int]], size: list[int], says: str
) -> None:
    site.site.board.hear("worker1", camera_message())

    answer = await site.client.put("/api/v1/windows/w1/zones", json={"size": size, "zones": zones})

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] in (*(f"zones.{zone}" for zone in zones), "size")
    assert says in answer.json()["error"]["message"]


async def test_zones_of_the_file_are_changed_in_the_file(site: PlayedSite) -> None:
    shown = (await site.client.get("/api/v1/windows/w2/zones")).json()
    answer = await site.client.put("/api/v1/windows/w2/zones", json={"size": [9, 9], "zones": {"staff": [0, 0, 9, 9]}})

    assert (shown["origin"], shown["zones"]) == ("file", {"staff": [10, 10, 200, 200]})
    assert answer.status_code == 409


async def test_rulebook_is_told_in_both_languages(site: PlayedSite) -> None:
    book = (await site.client.get("/api/v1/rules")).json()

    rules = {rule["id"]: rule for rule in book["rules"]}
    assert rules["leave_post"]["name"] == {"zh": "擅自离岗", "en": "Post left"}
    assert rules["phone_use"]["parameters"]["after"] == "10s"


async def test_rule_that_waits_for_a_zone_says_which_and_where(site: PlayedSite) -> None:
    zones = {"staff": [10, 10, 200, 200], "customer": [0, 200, 200, 300]}
    before = (await site.client.get("/api/v1/windows/w1/zones")).json()
    await site.client.put("/api/v1/windows/w1/zones", json={"size": [1280, 720], "zones": zones})

    rules = {rule["id"]: rule["waits"] for rule in (await site.client.get("/api/v1/rules")).json()["rules"]}

    assert rules["phone_call"] == [{"window": "w2", "zone": "customer"}]
    assert rules["queue_long"] == [{"window": "w1", "zone": "queue"}, {"window": "w2", "zone": "queue"}]
    assert rules["leave_post"] == []
    assert [one["zh"] for one in before["asked_by"]["customer"]] == ["操作时接听电话"]


async def test_every_error_has_the_one_shape(site: PlayedSite) -> None:
    answers = [
        await site.client.get("/api/v1/nothing"),
        await site.client.get("/api/v1/windows/w9"),
        await site.client.get("/api/v1/cameras/cam9"),
        await site.client.get("/api/v1/cameras/cam1/picture"),
        await site.client.get("/api/v1/windows/w9/zones"),
        await site.client.get("/api/v1/events/none"),
        await site.client.get("/api/v1/events/none/evidence"),
        await site.client.get("/api/v1/events?limit=0"),
        await site.client.get("/api/v1/events?before=x"),
        await site.client.get("/api/v1/events?since=2026-01-05T09:00:00"),
        await site.client.get("/api/v1/events?state=lost"),
        await site.client.delete("/api/v1/events"),
        await site.client.put("/api/v1/windows/w1/zones", json={"size": [1, 2]}),
        await site.ingest("event", {}, token="wrong"),
        await site.ingest("event", {"id": 1}),
        await site.ingest("nothing", {}),
        await site.client.get("/api/v1/halls", headers={"Host": "evil.example"}),
        await site.client.get("/api/v1/halls", headers={"Host": "[::1"}),
        await site.client.get("/api/v1/halls", headers={"Origin": "http://[evil"}),
    ]

    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.url
        assert set(answer.json()) == {"error"}, answer.url
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "field"}
        assert error["message"]
    assert answers[7].json()["error"]["field"] == "limit"


async def test_page_of_another_site_is_refused(site: PlayedSite) -> None:
    foreign = await site.client.get("/api/v1/events", headers={"Origin": "http://evil.example"})
    own = await site.client.get("/api/v1/events", headers={"Origin": "http://test"})

    assert (foreign.status_code, own.status_code) == (403, 200)


async def test_no_password_is_told_anywhere(site: PlayedSite) -> None:
    site.site.board.hear("worker1", camera_message())

    for path in ("cameras", "cameras/cam1", "live", "health", "windows", "halls"):
        assert "geheim" not in (await site.client.get(f"/api/v1/{path}")).text


async def test_every_operation_is_described(site: PlayedSite) -> None:
    api = (await site.client.get("/openapi.json")).json()

    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"


@pytest.mark.parametrize(
    ("passed_s", "state", "repeat_of", "alerts"),
    [
        (400, "open", None, True),
        (400, "closed", None, True),  # known when all is over, as whoever left early is
        (400, "open", "another", False),
        (2 * 86400, "open", None, False),  # a hall that was cut off delivers
        (2 * 86400, "closed", None, False),
    ],
)
async def test_alert_is_raised_for_what_has_become_known_a_moment_ago(
    site: PlayedSite, passed_s: float, state: str, repeat_of: str | None, alerts: bool
) -> None:
    follower = site.site.board.follow()
    site.clock.pass_by(passed_s)

    await site.bring(an_event(site.book, state=state, repeat_of=repeat_of))
    await site.bring(an_event(site.book, state="closed", lasted_s=380, repeat_of=repeat_of), 2)

    assert follower.events[0]["alert"] is alerts
    assert sum(told["alert"] for told in follower.events) == alerts


async def test_alert_is_raised_for_what_began_long_ago_and_goes_on(site: PlayedSite) -> None:
    event = an_event(site.book, state="open")
    site.clock.pass_by(7200)
    state = camera_message("empty")
    breach = {"rule": event.rule, "since": event.started_at, "until": site.clock.now, "event": event.id}
    state["cameras"][0]["windows"][0]["breaches"] = [breach]
    site.site.board.hear("worker1", state)
    follower = site.site.board.follow()

    await site.bring(event)

    (told,) = follower.events
    assert told["alert"]
    assert told["event"]["duration_s"] == 7200


def test_pages_hear_of_events_and_state_as_they_come(tmp_path: Path) -> None:
    with served_site(tmp_path) as served:
        event = an_event(served.site.hall_book, state="open")
        with served.socket("/api/v1/live") as page:
            first = json.loads(page.recv())
            with served.socket("/api/v1/worker", Authorization=f"Bearer {TOKEN}") as worker:
                worker.send(packed({"type": "picture", "camera": "cam1", "at": NOW}, b"\xff\xd8jpeg"))
                worker.send(packed({"type": "state", **camera_message("empty")}))
                state = until(page, lambda told: told["type"] == "state" and told["windows"][0]["status"] == "empty")
                served.bring(event)
                told = until(page, lambda told: told["type"] == "event")
                picture = httpx.get(f"{served.address}/api/v1/cameras/cam1/picture")
            gone = until(page, lambda told: told["type"] == "state" and told["windows"][0]["status"] == "unknown")

    assert first["windows"][0]["reason"] == "no_worker"
    assert state["cameras"][0]["picture_at"] == "2026-01-05T09:00:00.000+08:00"
    assert (told["alert"], told["event"]["id"]) == (True, event.id)
    assert picture.content == b"\xff\xd8jpeg"
    assert gone["windows"][0]["reason"] == "no_worker"


def test_worker_without_the_token_is_not_heard(tmp_path: Path) -> None:
    with served_site(tmp_path) as served, pytest.raises(InvalidStatus, match="403"):
        served.socket("/api/v1/worker")


def test_page_of_another_site_gets_no_socket(tmp_path: Path) -> None:
    with served_site(tmp_path) as served, pytest.raises(InvalidStatus, match="403"):
        served.socket("/api/v1/live", Origin="http://evil.example")


def packed(head: dict[str, object], body: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + body


def until(page: ClientConnection, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(50):
        message: dict[str, Any] = json.loads(page.recv(timeout=10))
        if wanted(message):
            return message
    raise AssertionError("the page was never told")


def a_manifest(folder: Path) -> dict[str, object]:
    files = [file_entry(folder / name) for name in ("clip.mp4", "begin.jpg")]
    return {
        "complete": True,
        "event": {"started_at": NOW, "satisfied_at": NOW, "until": NOW},
        "clip": {"file": "clip.mp4", "play": "clip.mp4", "start": NOW, "end": StreamTime(NOW + 60 * SECOND)},
        "missing": [{"what": "clip", "why": "the recording begins 4 s late"}],
        "files": [{"name": file.name, "sha256": file.sha256, "bytes": file.bytes} for file in files],
    }
