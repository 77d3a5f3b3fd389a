"""What is edited while the site runs, over the API: checked, shown, refused, kept in versions, brought back."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.api.taking_up import follow_revisions
from service.models import refusal_by
from service.parts import InForce, effective
from service.storage import RevisionQueries
from service.storage.database import DatabaseError
from service.storage.revisions import stored_revisions
from tests.fixtures.site import NOW, JudgesAll, PlayedSite, an_event, camera_message, played_site
from tests.fixtures.waiting import until

RULES = {"hall": {"leave_post": {"after": "3min"}}, "windows": {"w2": {"phone_use": {"after": 20}}}}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PlayedSite]:
    async with played_site(tmp_path) as played:
        yield played


async def put(site: PlayedSite, part: str, content: Any, base: int = 0, *, dry: bool = False) -> Any:
    """The body of the answer, which must be 200."""
    answer = await ask(site, part, content, base, dry=dry)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ask(site: PlayedSite, part: str, content: Any, base: int = 0, *, dry: bool = False) -> Any:
    body = {"content": content, "by": "王主任", "why": "试行", "base": base}
    headers = {"Content-Type": "application/json"}
    return await site.client.put(
        f"/api/v1/parts/{part}", content=json.dumps(body), headers=headers, params={"dry_run": dry}
    )


async def get(site: PlayedSite, path: str) -> Any:
    return (await site.client.get(f"/api/v1{path}")).json()


async def test_part_that_nobody_edited_says_what_the_file_says(site: PlayedSite) -> None:
    duty = await get(site, "/parts/duty")

    assert (duty["version"], duty["content"], duty["by"]) == (0, {}, None)
    assert duty["effective"]["hall"]["shifts"] == ["09:00-12:00", "13:00-17:00"]


async def test_dry_run_says_what_would_change_and_saves_nothing(site: PlayedSite) -> None:
    await site.bring(an_event(site.book, state="open"))

    told = await put(site, "rules", RULES, dry=True)

    changes = {one["key"]: (one["old"], one["new"], one["windows"]) for one in told["changes"]}
    assert changes["leave_post.after"] == ("5min", "3min", ["w1", "w2"])
    assert changes["leave_post.cool_down"] == ("5min", "3min", ["w1", "w2"])  # follows `after`, and so is told
    assert changes["phone_use.after"] == ("10s", "20s", ["w2"])
    assert [one["windows"] for one in told["rulebooks"]] == [["w1"], ["w2"]]
    assert (told["saved"], told["version"], told["interrupts"]) == (False, 0, 1)
    assert (await get(site, "/parts/rules"))["version"] == 0
    assert site.workers.restarted == []


async def test_saved_rules_are_in_force_at_once_and_start_their_workers_anew(site: PlayedSite) -> None:
    told = await put(site, "rules", {"windows": {"w2": {"phone_use": {"after": "20s"}}}})
    more = await put(site, "rules", RULES, base=1)

    rules = {rule["id"]: rule for rule in (await get(site, "/rules"))["rules"]}
    assert (told["saved"], told["version"], more["version"]) == (True, 1, 2)
    assert rules["leave_post"]["parameters"]["after"] == "3min"
    assert site.workers.restarted == ["cam2", "cam1", "cam2"]
    part = await get(site, "/parts/rules")
    assert (part["version"], part["by"], part["why"]) == (2, "王主任", "试行")
    assert part["effective"]["windows"] == {"w2": {"phone_use": {"after": "20s"}}}


async def test_saying_the_same_again_makes_no_version(site: PlayedSite) -> None:
    await put(site, "rules", RULES)

    again = await put(site, "rules", {"hall": {"leave_post": {"after": 180}}, "windows": RULES["windows"]}, base=1)

    assert (again["saved"], again["version"], again["changes"]) == (False, 1, [])


async def test_change_made_from_an_old_version_is_refused(site: PlayedSite) -> None:
    await put(site, "rules", RULES)

    for dry in (False, True):
        answer = await ask(site, "rules", {"hall": {}}, base=0, dry=dry)

        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "stale")
        assert answer.json()["error"]["field"] == "base"
        assert "version 1 is there" in answer.json()["error"]["message"]


async def test_version_says_what_it_changed_and_what_of_it_does_not_fit_any_longer(site: PlayedSite) -> None:
    await put(site, "rules", RULES)
    await put(site, "rules", {"windows": {"w2": {"phone_use": {"after": "30s"}}}}, base=1)

    second = await get(site, "/parts/rules/history/2")
    fewer = site.site.settings.model_copy(update={"cameras": site.site.settings.cameras[:1]})
    revisions = site.site.in_force.now.revisions
    site.site.in_force.now = effective(fewer, revisions, site.site.refusal)
    unfit = await get(site, "/parts/rules/history/2")

    changes = {one["key"]: (one["old"], one["new"], one["windows"]) for one in second["changes"]}
    assert changes["leave_post.after"] == ("3min", "5min", ["w1", "w2"])
    assert changes["phone_use.after"] == ("20s", "30s", ["w2"])
    assert second["troubles"] == []
    assert {tuple(one["windows"]) for one in unfit["changes"]} == {("w1",)}
    (trouble,) = unfit["troubles"]
    assert 'there is no window "w2"' in trouble


def nested(levels: int) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for _ in range(levels):
        content = {"hall": content}
    return content


@pytest.mark.parametrize(
    ("part", "content", "field", "says"),
    [
        ("rules", {"hall": {"leave_pos": {}}}, "content.hall.leave_pos", 'there is no rule "leave_pos"'),
        ("rules", {"hall": {"leave_post": {"aft": 1}}}, "content.hall.leave_post.aft", "leave_post.aft is no key"),
        ("rules", {"hall": {"leave_post": {"after": "x"}}}, "content.hall.leave_post.after", "is no duration"),
        ("rules", {"windows": {"w9": {}}}, "content.windows.w9", 'there is no window "w9"; there are w1, w2'),
        ("rules", {"hall": {"sleeping": {"state": "on"}}}, "content.hall.sleeping", "sleeping cannot be judged"),
        ("rules", {"hall": {"leave_post": 3}}, "content.hall.leave_post", "valid dictionary"),
        ("rules", {"halls": {}}, "content.halls", "there is no such key"),
        ("rules", {"hall": {"\ud800": {}}}, "content", "half a character ('\\ud800')"),
        ("rules", nested(400), "content", "it is nested too deeply"),
        ("duty", {"hall": {"shifts": ["9"]}}, "content.hall.shifts.0", "write it as 09:00-12:00"),
        ("duty", {"windows": {"w1": {"shift": []}}}, "content.windows.w1.shift", "there is no such key"),
        ("leave", {"entries": [{"from": "2026-01-05", "to": "2026-01-05"}]}, "content.entries.0.by", "required"),
        (
            "roster",
            {"entries": [{"person": "王", "window": "w9", "from": "2026-01-05", "to": "2026-01-05"}]},
            "content.entries.0.window",
            'there is no window "w9"',
        ),
    ],
)
async def test_wrong_content_is_refused_with_its_place(
    site: PlayedSite, part: str, content: Any, field: str, says: str
) -> None:
    answer = await ask(site, part, content, dry=True)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text
    assert says in answer.json()["error"]["message"]


async def test_rule_that_no_network_of_the_site_answers_cannot_be_switched_on(tmp_path: Path) -> None:
    async with played_site(tmp_path) as site:
        site.app.state.site = replace(site.site, refusal=refusal_by(site.site.settings.models))

        answer = await ask(site, "rules", {"hall": {"uniform_missing": {"state": "on"}}})

    assert answer.status_code == 422
    assert "models.uniforms names no uniform" in answer.json()["error"]["message"]


async def test_part_that_there_is_not_is_refused(site: PlayedSite) -> None:
    assert (await site.client.get("/api/v1/parts/cameras")).status_code == 422


async def test_changed_hours_tell_the_days_to_come_and_restart_nobody(site: PlayedSite) -> None:
    told = await put(site, "duty", {"windows": {"w1": {"shifts": ["10:00-12:00"]}}})

    monday = told["duty"][0]
    assert (monday["day"], monday["windows"]) == ("2026-01-05", ["w1"])
    assert [(one["begins"], one["ends"]) for one in monday["old"]] == [("09:00", "12:00"), ("13:00", "17:00")]
    assert monday["new"] == [{"begins": "10:00", "ends": "12:00", "duty": "on"}]
    assert [one["day"] for one in told["duty"]][4:6] == ["2026-01-09", "2026-01-12"]
    assert (site.workers.restarted, site.workers.told) == ([], 1)


async def test_closed_day_is_told_as_such_and_leaves_the_hours_to_the_hall(site: PlayedSite) -> None:
    told = await put(site, "duty", {"windows": {"w1": {"closed": [{"from": "2026-01-06", "why": "装修"}]}}})

    (tuesday,) = told["duty"]
    assert (tuesday["day"], tuesday["windows"]) == ("2026-01-06", ["w1"])
    assert [(one["begins"], one["duty"]) for one in tuesday["new"]] == [("09:00", "closed"), ("13:00", "closed")]
    assert (await get(site, "/parts/duty"))["effective"]["hall"]["shifts"] == ["09:00-12:00", "13:00-17:00"]


async def test_window_whose_hours_are_null_follows_the_hall(site: PlayedSite) -> None:
    await put(site, "duty", {"windows": {"w1": {"always": True}}})

    told = await put(site, "duty", {"hall": {"weekdays": ["mon"]}, "windows": {"w1": None}}, base=1)

    assert {(one["key"], tuple(one["windows"])) for one in told["changes"]} == {
        ("always", ("w1",)),
        ("weekdays", ("w1", "w2")),
    }


async def test_history_is_paged_and_brings_a_version_back(site: PlayedSite) -> None:
    for version, after in enumerate(("3min", "4min", "6min")):
        await put(site, "rules", {"hall": {"leave_post": {"after": after}}}, base=version)

    page = await get(site, "/parts/rules/history?limit=2")
    rest = await get(site, f"/parts/rules/history?limit=2&before={page['next']}")
    first = await get(site, "/parts/rules/history/1")
    back = await put(site, "rules", first["content"], base=3)

    assert [one["version"] for one in page["versions"]] == [3, 2]
    assert ([one["version"] for one in rest["versions"]], rest["next"]) == ([1], None)
    assert (back["version"], back["changes"][0]["new"]) == (4, "3min")
    assert (await get(site, "/parts/rules"))["content"] == first["content"]
    assert (await site.client.get("/api/v1/parts/rules/history/9")).status_code == 404


async def test_old_event_is_explained_by_the_figures_that_judged_it(site: PlayedSite) -> None:
    await put(site, "rules", {"hall": {"leave_post": {"after": "3min"}}})
    event = an_event(site.book)
    await site.bring(event)
    await put(site, "rules", {"hall": {"leave_post": {"after": "9min"}}}, base=1)

    shown = await get(site, f"/events/{event.id}")

    assert shown["parameters"]["after"] == "3min"
    assert (shown["rulebook"], shown["condition"]["after_s"]) == (event.rulebook, 180)
    assert event.rulebook != (await get(site, "/rules"))["version"]


async def test_leave_is_registered_and_ended_without_touching_the_rest(site: PlayedSite) -> None:
    await put(
        site,
        "leave",
        {"entries": [{"windows": ["w2"], "from": "2026-01-06T09:00", "to": "2026-01-06T10:00", "by": "李"}]},
    )
    wanted = {"windows": ["w1"], "from": "2026-01-05T08:50", "to": "2026-01-05T10:00", "limit": "1h", "by": "王主任"}

    made = await site.client.post("/api/v1/leave", json=wanted)
    again = await site.client.post("/api/v1/leave", json=wanted)
    listed = await get(site, "/leave")

    assert (made.status_code, made.json()["standing"]) == (201, "running")
    assert (made.json()["from"], made.json()["limit_s"]) == ("2026-01-05T08:50:00.000+08:00", 3600)
    assert again.json() == made.json()
    assert [one["windows"] for one in listed] == [["w1"], ["w2"]]
    assert (await get(site, "/parts/leave"))["version"] == 2
    assert site.site.settings.duty_by_window()("w1", NOW) == "exempt"  # type: ignore[arg-type]

    ended = await site.client.delete(f"/api/v1/leave/{made.json()['id']}", params={"by": "王主任"})
    twice = await site.client.delete(f"/api/v1/leave/{made.json()['id']}", params={"by": "王主任"})
    future = await site.client.delete(f"/api/v1/leave/{listed[1]['id']}", params={"by": "王主任"})

    assert (ended.json()["to"], ended.json()["standing"]) == ("2026-01-05T09:00:00.000+08:00", "over")
    assert twice.json() == ended.json()
    assert future.json()["standing"] == "coming"
    assert [one["id"] for one in await get(site, "/leave")] == [made.json()["id"]]
    assert (await site.client.delete(f"/api/v1/leave/{listed[1]['id']}", params={"by": "x"})).status_code == 404


async def test_leave_closes_the_open_events_of_its_window(site: PlayedSite) -> None:
    await site.bring(an_event(site.book, state="open"))
    entry = {"windows": ["w1"], "from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"}

    told = await put(site, "leave", {"entries": [entry]}, dry=True)

    assert (told["closes"], told["interrupts"]) == (1, 0)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"windows": ["w9"], "from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"}, "windows"),
        ({"rules": ["x"], "from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"}, "rules"),
        ({"from": "tomorrow", "to": "2026-01-05T10:00", "by": "王"}, "from"),
        ({"from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": ""}, "by"),
        ({"from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "  "}, "by"),
    ],
)
async def test_wrong_leave_is_refused_with_its_field(site: PlayedSite, entry: Any, field: str) -> None:
    answer = await site.client.post("/api/v1/leave", json=entry)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text


async def test_two_who_save_at_once_are_not_both_heard(site: PlayedSite) -> None:
    async with site.site.database.session() as session:
        await RevisionQueries(session).save("rules", RULES, "李", "先", NOW, 0)

    answer = await ask(site, "rules", {"hall": {"leave_post": {"after": "9min"}}})

    assert answer.status_code == 409
    assert (await get(site, "/parts/rules"))["by"] == "李"


async def test_entry_that_does_not_fit_any_longer_is_left_out_loudly(site: PlayedSite, tmp_path: Path) -> None:
    content = {
        "hall": {"leave_post": {"after": "3min", "clear_afterwards": 5}},
        "windows": {"gone": {"phone_use": {"after": "9s"}}, "w1": {"phone_use": {"after": "9s"}}},
    }
    leave = [
        {"windows": ["gone"], "from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"},
        {"windows": ["w1"], "from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"},
    ]
    async with site.site.database.session() as session:
        queries = RevisionQueries(session)
        await queries.save("rules", content, "王", "", NOW, 0)
        await queries.save("leave", {"entries": leave}, "王", "", NOW, 0)
    site.site.board.hear("worker1", camera_message())

    part = await get(site, "/parts/rules")

    assert part["effective"] == {
        "hall": {"leave_post": {"after": "3min"}},
        "windows": {"w1": {"phone_use": {"after": "9s"}}},
    }
    assert len(part["troubles"]) == 3
    assert "clear_afterwards is no key of a rule" in part["troubles"][0]
    assert 'version 1 of leave: entries.0.windows: there is no window "gone"' in part["troubles"][2]
    health = await get(site, "/health")
    assert (health["status"], health["troubles"]) == ("degraded", part["troubles"])
    assert [one["code"] for one in health["upkeep"]] == ["edit_unfit"] * 3
    assert [one["windows"] for one in await get(site, "/leave")] == [["w1"]]


async def test_leave_that_does_not_fit_stays_and_is_told_when_more_is_registered(site: PlayedSite) -> None:
    span = {"from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"}
    gone, odd = {**span, "windows": ["gone"]}, {**span, "window": "w1"}
    async with site.site.database.session() as session:
        entries = [gone, {**span, "windows": ["w1"]}, odd]
        await RevisionQueries(session).save("leave", {"entries": entries}, "王", "", NOW, 0)

    made = await site.client.post("/api/v1/leave", json={**span, "windows": ["w2"]})
    again = await site.client.post("/api/v1/leave", json={**span, "windows": ["w2"]})
    part = await get(site, "/parts/leave")

    assert (made.status_code, again.json()) == (201, made.json())
    assert [one["windows"] for one in await get(site, "/leave")] == [["w1"], ["w2"]]
    assert (part["version"], part["content"]["entries"][2:]) == (2, [gone, odd])
    assert 'entries.2.windows: there is no window "gone"' in part["troubles"][0]
    assert "entries[3].window: there is no such key" in part["troubles"][1]

    await site.client.delete(f"/api/v1/leave/{made.json()['id']}", params={"by": "王"})

    assert (await get(site, "/parts/leave"))["content"]["entries"][-2:] == [gone, odd]
    assert len((await get(site, "/health"))["troubles"]) >= 2


async def test_service_starts_with_what_was_edited_before(tmp_path: Path) -> None:
    async with played_site(tmp_path) as site:
        await put(site, "rules", RULES)
        given = site.site.in_force.now.given
    # A start reads the database before its own loop runs, as this does on a thread of its own.
    revisions = await asyncio.to_thread(stored_revisions, tmp_path / "zaigang.db")
    in_force = InForce(effective(given, revisions, JudgesAll()))

    assert in_force.now.hall_book.rules["leave_post"].after == 180
    assert stored_revisions(tmp_path / "nothing.db") == {}
    assert not (tmp_path / "nothing.db").exists()


async def test_what_others_save_is_taken_up_and_a_database_that_refuses_is_told(site: PlayedSite) -> None:
    site.site.board.hear("worker1", camera_message())
    following = asyncio.create_task(follow_revisions(site.site, every_s=0.02))
    try:
        async with site.site.database.session() as session:
            await RevisionQueries(session).save("rules", RULES, "李", "先", NOW, 0)
        await until_async(lambda: site.book.rules["leave_post"].after == 180)

        async with site.site.database.session() as session:
            await session.execute(text("ALTER TABLE revisions RENAME TO gone"))
        await until_async(lambda: site.site.in_force.trouble is not None)
        health = await get(site, "/health")
        async with site.site.database.session() as session:
            await session.execute(text("ALTER TABLE gone RENAME TO revisions"))
        await until_async(lambda: site.site.in_force.trouble is None)
    finally:
        following.cancel()

    assert [one["code"] for one in health["upkeep"]] == ["edit_late"]
    assert site.workers.restarted == ["cam1", "cam2"]


async def test_workers_that_cannot_be_told_are_told_again(site: PlayedSite) -> None:
    telling = site.workers.tell
    failures = iter([DatabaseError("the database refuses")])

    async def refuse() -> None:
        if (failure := next(failures, None)) is not None:
            raise failure
        await telling()

    site.workers.tell = refuse  # type: ignore[method-assign]
    await put(site, "duty", {"hall": {"weekdays": ["mon"]}})
    assert (await get(site, "/parts/duty"))["version"] == 1

    assert site.workers.told == 1
    assert site.site.settings.duty.weekdays == ("mon",)


async def until_async(found: Callable[[], bool]) -> None:
    await asyncio.to_thread(until, found, "it was taken up")
