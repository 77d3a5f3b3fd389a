"""The uniform timetable, edited while the site runs: what is worn when, and what no hall could judge by."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.models import refusal_by
from service.parts import effective
from service.settings import GivenSettings
from service.storage import RevisionQueries
from service.storage.revisions import stored_revisions
from tests.fixtures.site import NOW, SETTINGS, PlayedSite, played_site
from tests.fixtures.toy_network import write_networks, write_red_network
from tests.fixtures.toy_torso import PURPLE, TEAL, enrolled, write_torso_network


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings of a site whose file names a summer uniform for all the year, beside a winter's."""
    folder = tmp_path_factory.mktemp("hall")
    network = write_torso_network(folder / "torsos")
    summer = enrolled(TEAL, network, folder / "summer.npz")
    enrolled(PURPLE, network, folder / "winter.npz")
    enrolled(TEAL, write_torso_network(folder / "other", "2"), folder / "elsewhere.npz")
    return {**SETTINGS, "models": {**write_networks(folder), "uniform": str(network), "uniforms": [str(summer)]}}


@pytest.fixture
def folder(hall: dict[str, Any]) -> Path:
    return Path(hall["models"]["uniforms"][0]).parent


@pytest.fixture
async def site(tmp_path: Path, hall: dict[str, Any]) -> AsyncIterator[PlayedSite]:
    settings = GivenSettings(**hall)
    async with played_site(tmp_path, settings=settings) as played:
        played.app.state.site = replace(played.site, refusal=refusal_by(settings.models))
        yield played


async def ask(site: PlayedSite, entries: list[Any], base: int = 0, *, dry: bool = False) -> Any:
    body = {"content": {"entries": entries}, "by": "王主任", "why": "换装", "base": base}
    return await site.client.put("/api/v1/parts/uniform_timetable", json=body, params={"dry_run": dry})


def worn(begins: str, ends: str, *files: Path) -> dict[str, Any]:
    return {"from": begins, "to": ends, "uniforms": [str(file) for file in files]}


async def test_timetable_tells_the_days_that_ask_for_another_uniform(site: PlayedSite, folder: Path) -> None:
    summer, winter = folder / "summer.npz", folder / "winter.npz"

    told = (await ask(site, [worn("05-01", "09-30", summer), worn("10-15", "05-10", winter)])).json()

    assert [(one["first"], one["last"], one["old"], one["new"]) for one in told["worn"]] == [
        ("2026-01-05", "2026-04-30", [str(summer)], [str(winter)]),
        ("2026-05-01", "2026-05-10", [str(summer)], [str(summer), str(winter)]),
        ("2026-10-01", "2026-10-14", [str(summer)], []),
        ("2026-10-15", "2027-01-05", [str(summer)], [str(winter)]),
    ]
    assert {one["key"]: (one["old"], one["new"], one["windows"]) for one in told["changes"]} == {
        "uniform_timetable.01-01/12-31": ([str(summer)], None, ["w1", "w2"]),
        "uniform_timetable.05-01/09-30": (None, [str(summer)], ["w1", "w2"]),
        "uniform_timetable.10-15/05-10": (None, [str(winter)], ["w1", "w2"]),
    }
    assert (told["version"], told["rulebooks"], told["interrupts"]) == (1, [], 0)
    assert (site.workers.restarted, site.workers.told) == ([], 1)
    part = (await site.client.get("/api/v1/parts/uniform_timetable")).json()
    assert part["file"] == {"entries": [worn("01-01", "12-31", summer)]}
    assert part["effective"] == part["content"]
    assert site.site.settings.models.uniforms == ()


async def test_timetable_without_entries_gives_the_file_back(site: PlayedSite, folder: Path) -> None:
    await ask(site, [worn("01-01", "12-31", folder / "winter.npz")])

    stale = await ask(site, [])
    dry = await ask(site, [], base=1, dry=True)
    told = (await ask(site, [], base=1)).json()

    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale")
    assert dry.json()["saved"] is False
    assert (told["version"], site.site.settings.models.uniforms) == (2, (folder / "summer.npz",))


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("none.npz", "no such uniform; make it with: zaigang enroll-uniform"),
        ("elsewhere.npz", 'was enrolled with network "other"'),
        ("torsos/bank.npz", "is no enrolled uniform"),
        ("torsos/card.yaml", "is no enrolled uniform"),
        ("torsos", "is no enrolled uniform"),
        ("pipe.npz", "is no enrolled uniform"),
        ("nul\0.npz", "no such uniform"),
        ("x" * 300 + ".npz", "no such uniform"),
    ],
)
async def test_file_that_the_site_cannot_judge_by_is_refused_with_its_place(
    file: str, says: str, site: PlayedSite, folder: Path
) -> None:
    if file == "pipe.npz" and not (folder / file).exists():
        os.mkfifo(folder / file)  # a service that opened it would wait for good
    summer = worn("05-01", "09-30", folder / "summer.npz")

    answer = await ask(site, [summer, worn("10-01", "04-30", folder / "winter.npz", folder / file)], dry=True)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "content.entries.1.uniforms.1")
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"from": "13-01", "to": "09-30", "uniforms": ["a.npz"]}, "content.entries.0.from"),
        ({"from": "05-01", "to": "2026-09-30", "uniforms": ["a.npz"]}, "content.entries.0"),
        ({"from": "05-01", "to": "09-30", "uniforms": []}, "content.entries.0.uniforms"),
        ({"from": "05-01", "to": "09-30"}, "content.entries.0.uniforms"),
    ],
)
async def test_wrong_entry_is_refused_with_its_place(entry: Any, field: str, site: PlayedSite) -> None:
    answer = await ask(site, [entry], dry=True)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text


async def test_rule_that_is_on_is_judged_by_the_uniforms_that_were_edited(tmp_path: Path, hall: dict[str, Any]) -> None:
    """Its file names no uniform: the rule can be on as long as the timetable does."""
    winter = worn("01-01", "12-31", Path(hall["models"]["uniforms"][0]).with_name("winter.npz"))
    settings = GivenSettings(**{**hall, "models": {**hall["models"], "uniforms": []}})
    on = {"content": {"hall": {"uniform_missing": {"state": "on"}}}, "by": "王", "why": "换装", "base": 0}
    async with played_site(tmp_path, settings=settings) as site:
        site.app.state.site = replace(site.site, refusal=refusal_by(settings.models))
        early = await site.client.put("/api/v1/parts/rules", json=on)
        await ask(site, [winter])
        late = await site.client.put("/api/v1/parts/rules", json=on)
        gone = await ask(site, [], base=1)
    # What is in force anew after a restart, which reads all of it at once.
    kept = await asyncio.to_thread(stored_revisions, tmp_path / "zaigang.db")
    now = effective(settings, kept, refusal_by(settings.models))

    assert (early.status_code, late.status_code, gone.status_code) == (422, 200, 422)
    assert gone.json()["error"]["field"] == "content"
    assert 'rule "uniform_missing" is on, but models.uniforms names no uniform' in gone.json()["error"]["message"]
    assert (now.troubles, now.hall_book.rules["uniform_missing"].state) == ((), "on")


async def test_hall_whose_network_judges_by_its_own_class_has_no_timetable(
    tmp_path: Path, hall: dict[str, Any], folder: Path
) -> None:
    own = {**hall["models"], "uniforms": [], "uniform": str(write_red_network(tmp_path / "red", "uniform"))}
    settings = GivenSettings(**{**hall, "models": own})
    async with played_site(tmp_path, settings=settings) as site:
        site.app.state.site = replace(site.site, refusal=refusal_by(settings.models))
        answer = await ask(site, [worn("01-01", "12-31", folder / "winter.npz")])

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "content.entries.0.uniforms.0")
    assert "judges by its own class" in answer.json()["error"]["message"]


async def test_uniform_whose_file_has_gone_is_left_out_loudly(site: PlayedSite, folder: Path) -> None:
    entries = [worn("05-01", "09-30", folder / "summer.npz"), worn("10-01", "04-30", folder / "gone.npz")]
    async with site.site.database.session() as session:
        await RevisionQueries(session).save("uniform_timetable", {"entries": entries}, "王", "", NOW, 0)

    part = (await site.client.get("/api/v1/parts/uniform_timetable")).json()

    assert part["effective"] == {"entries": entries[:1]}
    (trouble,) = part["troubles"]
    assert "version 1 of uniform_timetable: entries.1.uniforms.0: " in trouble
    assert "gone.npz: no such uniform" in trouble


async def test_hall_whose_edited_uniforms_have_all_gone_is_not_judged_by_those_of_before(
    site: PlayedSite, folder: Path
) -> None:
    entries = [worn("01-01", "12-31", folder / "gone.npz")]
    async with site.site.database.session() as session:
        await RevisionQueries(session).save("uniform_timetable", {"entries": entries}, "王", "", NOW, 0)

    part = (await site.client.get("/api/v1/parts/uniform_timetable")).json()

    assert part["file"]["entries"] != []
    assert part["effective"] == {"entries": []}
    assert len(part["troubles"]) == 1
