"""A month's consequences of a site, by API and command: the same lines from the same database."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from service.cli import app
from service.cli.consequences import consequences
from service.rules import Event
from tests.fixtures.command import zaigang
from tests.fixtures.site import PlayedSite, an_event, played_site
from vision.errors import BadInput

ADDRESS = "/api/v1/consequences?month=2026-01"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PlayedSite]:
    async with played_site(tmp_path) as played:
        yield played


async def rule_on(site: PlayedSite, verdict: str, *events: Event) -> None:
    """Say of each of ``events`` what a manager says of it."""
    for event in events:
        given = {"verdict": verdict, "by": "李主任", "why": "看过录像"}
        (await site.client.put(f"/api/v1/events/{event.id}/verdict", json=given)).raise_for_status()


async def told(site: PlayedSite, query: str = "") -> Any:
    answer = await site.client.get(ADDRESS + query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_ladder_of_a_month_follows_the_verdicts(site: PlayedSite) -> None:
    first = an_event(site.book, 0, rule="phone_use", lasted_s=60)
    again = an_event(site.book, 90, rule="phone_use", lasted_s=30, repeat_of=first.id)
    absence = an_event(site.book, 3600, lasted_s=400)
    waiting = an_event(site.book, 7200, rule="eating", lasted_s=60)
    for seq, event in enumerate((first, again, absence, waiting)):
        await site.bring(event, seq)
    await rule_on(site, "upheld", first, again, absence)

    upheld = await told(site)
    await rule_on(site, "dismissed", first, again)
    appealed = await told(site)

    (account,) = upheld["accounts"]
    assert (upheld["upheld"], upheld["pending"], upheld["dismissed"]) == (3, 1, 0)
    assert (account["kind"], account["id"], account["name"], account["breaches"], account["rung"]) == (
        "window",
        "w1",
        "1号",
        2,
        2,
    )
    assert [(line["event"], line["rung"], line["uncounted"], line["counted_by"]) for line in account["lines"]] == [
        (first.id, 1, None, None),
        (again.id, None, "repeat", first.id),
        (absence.id, 2, None, None),
    ]
    assert "通报批评（S2：“当月第二次违规" in account["lines"][2]["says"]["zh"]
    assert [line["event"] for line in appealed["accounts"][0]["lines"]] == [absence.id]
    assert appealed["accounts"][0]["rung"] == 1


async def test_month_without_an_upheld_event_says_how_many_wait(site: PlayedSite) -> None:
    await site.bring(an_event(site.book))

    shown = await told(site)

    assert shown["accounts"] == []
    assert shown["says"]["zh"] == "2026年1月没有认定属实的事件，不产生后果；待认定 1 件。"
    assert [rung["name"]["zh"] for rung in shown["ladder"]] == ["口头批评", "通报批评", "通报主管部门"]


async def test_lateness_and_what_still_waits_are_counted_for_each(site: PlayedSite) -> None:
    late, again, early, waiting, other = (
        an_event(site.book, at, window=window, rule=rule, lasted_s=400)
        for at, window, rule in (
            (0, "w1", "late_on_post"),
            (86400, "w1", "late_on_post"),
            (2 * 86400, "w1", "early_leave"),
            (3 * 86400, "w1", "late_on_post"),
            (3 * 86400, "w2", "smoking"),
        )
    )
    for seq, event in enumerate((late, again, early, waiting, other)):
        await site.bring(event, seq)
    await rule_on(site, "upheld", late, again, early)

    shown = await told(site)

    (account,) = shown["accounts"]
    assert (account["late"], account["early"], account["pending"], shown["pending"]) == (2, 1, 1, 2)


async def test_without_a_month_it_is_the_halls_present_one(site: PlayedSite) -> None:
    assert (await site.client.get("/api/v1/consequences")).json()["month"] == "2026-01"


@pytest.mark.parametrize(
    ("query", "field"), [("month=2026-13", "month"), ("month=january", "month"), ("by=person", "by"), ("by=hall", "by")]
)
async def test_wrong_question_names_its_field(site: PlayedSite, query: str, field: str) -> None:
    answer = await site.client.get(f"/api/v1/consequences?{query}")

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


async def test_what_an_event_repeats_is_found_though_it_is_of_the_month_before(site: PlayedSite) -> None:
    # 2026-02-01T00:00:00+08:00 is 26 days and 15 hours after 2026-01-05T09:00:00+08:00.
    midnight = (26 * 24 + 15) * 3600
    last = an_event(site.book, midnight - 60, rule="phone_use", lasted_s=40)
    between = an_event(site.book, midnight - 10, rule="phone_use", lasted_s=5, repeat_of=last.id)
    again = an_event(site.book, midnight + 5, rule="phone_use", lasted_s=20, repeat_of=between.id)
    for seq, event in enumerate((last, between, again)):
        await site.bring(event, seq)
    await rule_on(site, "upheld", last, again)

    february = (await site.client.get("/api/v1/consequences?month=2026-02")).json()

    (line,) = february["accounts"][0]["lines"]
    assert (line["uncounted"], line["counted_by"]) == ("repeat", last.id)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)"])
async def test_name_that_a_table_program_would_compute_is_shown_as_text(
    site: PlayedSite, tmp_path: Path, name: str
) -> None:
    first = an_event(site.book, rule="smoking", lasted_s=60)
    await site.bring(first)
    await rule_on(site, "upheld", first)
    async with site.site.database.session() as session:
        await session.execute(text("UPDATE windows SET name = :name"), {"name": name})
    config = tmp_path / "zaigang.yaml"
    config.write_text(json.dumps({"data": str(tmp_path)}), encoding="utf-8")
    table = tmp_path / "month.csv"

    arguments = ["consequences", "2026-01", "--config", str(config), "--csv", str(table)]
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)

    assert done.exit_code == 0, done.output
    with table.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["window_name"] == f"'{name}"


async def test_command_says_what_the_api_says_and_writes_a_table(site: PlayedSite, tmp_path: Path) -> None:
    first = an_event(site.book, rule="smoking", lasted_s=60)
    await site.bring(first)
    await rule_on(site, "upheld", first)
    config = tmp_path / "zaigang.yaml"
    config.write_text(json.dumps({"data": str(tmp_path), "hall": {"name": "政务服务大厅"}}), encoding="utf-8")

    printed = zaigang("consequences", "2026-01", "--config", config, "--json", "--csv", tmp_path / "month.csv")

    assert json.loads(printed.stdout) == await told(site)
    with (tmp_path / "month.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["name"], row["rule_zh"], row["breaches"], row["rung"]) == ("1号", "吸烟", "1", "1")
    assert "当月第 1 次违规：口头批评" in row["says_zh"]


def test_command_counts_for_people_where_there_is_a_roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def happens() -> None:
        async with played_site(tmp_path) as site:
            events = [an_event(site.book, at, rule="smoking", lasted_s=60) for at in (0, 4 * 3600)]
            for seq, event in enumerate(events):
                await site.bring(event, seq)
            await rule_on(site, "upheld", *events)

    asyncio.run(happens())
    config = tmp_path / "zaigang.yaml"
    windows = [{"id": "w1", "name": "1号"}]
    config.write_text(
        json.dumps(
            {
                "data": str(tmp_path),
                "cameras": [{"id": "cam1", "source": "rtsp://10.0.0.9/1", "windows": windows}],
                "roster": [{"person": "王芳", "window": "w1", "from": "2026-01-05T09:00", "to": "2026-01-05T12:00"}],
            }
        ),
        encoding="utf-8",
    )

    consequences("2026-01", config, as_json=True)
    by_person = json.loads(capsys.readouterr().out)
    consequences("2026-01", config, by_person=False, as_json=True)
    by_window = json.loads(capsys.readouterr().out)

    assert [(one["kind"], one["name"], one["breaches"]) for one in by_person["accounts"]] == [
        ("person", "王芳", 1),
        ("window", "1号", 1),
    ]
    assert by_person["accounts"][1]["lines"][0]["unnamed"] == "nobody_rostered"
    assert "当时排班表上没有人，计在窗口上。" in by_person["accounts"][1]["lines"][0]["says"]["zh"]
    assert [(one["kind"], one["breaches"]) for one in by_window["accounts"]] == [("window", 2)]


def test_command_without_events_or_roster_says_what_is_lacking(tmp_path: Path) -> None:
    config = tmp_path / "zaigang.yaml"
    config.write_text(json.dumps({"data": str(tmp_path / "nowhere")}), encoding="utf-8")

    with pytest.raises(BadInput, match="holds no events yet"):
        consequences(config=config)
    with pytest.raises(BadInput, match="nobody is on the roster"):
        consequences(config=config, by_person=True)
    assert not (tmp_path / "nowhere").exists()
