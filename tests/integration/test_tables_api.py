"""Spreadsheets over the API: the next version of a part, or every wrong row by number, heading and what is right."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from service.imports import MOST_BYTES, PARTS
from tests.fixtures.site import NOW, PlayedSite, played_site

LEAVE = "窗口,开始,结束,登记人\n1号,2026-01-05 10:00,2026-01-05 10:20,王主任\n"
OF_EACH = {
    "duty": ("星期,上班,下班\n周一至周五,10:00,12:00\n", "shifts"),
    "leave": (LEAVE, "leave."),
    "roster": ("姓名,窗口,开始,结束\n王芳,1号,2026-01-05,2026-01-09\n", "roster.w1"),
    "uniform_timetable": ("开始,结束,制服\n05-01,09-30,summer.npz\n", "uniform_timetable.05-01/09-30"),
}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PlayedSite]:
    async with played_site(tmp_path) as played:
        yield played


async def hand_in(site: PlayedSite, part: str, content: str | bytes, base: int = 0, **asked: Any) -> Any:
    headers = {"Content-Type": "text/csv", **asked.pop("headers", {})}
    params = {"by": "王主任", "why": "一月", "base": base, **asked}
    return await site.client.post(f"/api/v1/parts/{part}/import", content=content, params=params, headers=headers)


async def get(site: PlayedSite, path: str) -> Any:
    return (await site.client.get(f"/api/v1{path}")).json()


@pytest.mark.parametrize("part", PARTS)
async def test_table_is_shown_dry_and_then_becomes_the_next_version(part: str, site: PlayedSite) -> None:
    text, key = OF_EACH[part]

    dry = (await hand_in(site, part, text, dry_run=True)).json()
    assert (await get(site, f"/parts/{part}"))["version"] == 0
    saved = (await hand_in(site, part, text.encode("gb18030"))).json()
    again = (await hand_in(site, part, text, base=1)).json()

    assert any(one["key"].startswith(key) for one in dry["changes"])
    assert (dry["saved"], dry["version"], dry["rows"], dry["notes"]) == (False, 0, 1, [])
    assert (saved["saved"], saved["version"], saved["content"]) == (True, 1, dry["content"])
    assert (again["saved"], again["version"]) == (False, 1)
    kept = await get(site, f"/parts/{part}")
    assert (kept["by"], kept["why"], kept["content"]) == ("王主任", "一月", dry["content"])


async def test_template_that_is_given_out_is_taken_as_it_stands(site: PlayedSite) -> None:
    given = await site.client.get("/api/v1/parts/closed/template")

    told = (await hand_in(site, "duty", given.content)).json()

    assert 'filename="closed.xlsx"' in given.headers["content-disposition"]
    assert given.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert (told["version"], told["rows"], told["notes"]) == (1, 1, ['sheet "closed" was read'])
    assert told["content"]["windows"] == {"w1": {"closed": [{"from": "2026-03-02", "to": "2026-03-06", "why": "装修"}]}}
    assert (await site.client.get("/api/v1/parts/rules/template")).status_code == 422


async def test_every_wrong_row_is_named_and_nothing_is_taken(site: PlayedSite) -> None:
    text = LEAVE + "9号,2026-01-05 10:00,2026-01-05 10:20,王\n2号,昨天,2026-01-05 10:20,\n"

    answer = await hand_in(site, "leave", text)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, "bad_input", "body")
    assert error["message"] == "body: 2 rows are wrong, nothing was taken"
    assert [(one["row"], one["column"]) for one in error["faults"]] == [(3, "窗口"), (4, "开始"), (4, "登记人")]
    assert error["faults"][0]["what"] == "there is no window '9号'; there are w1, w2"
    assert (await get(site, "/parts/leave"))["version"] == 0


async def test_of_a_table_that_is_wrong_throughout_the_first_thousand_faults_are_told(site: PlayedSite) -> None:
    error = (await hand_in(site, "leave", LEAVE + "9号,2026-01-05,2026-01-05,王\n" * 1200)).json()["error"]

    assert (len(error["faults"]), error["message"]) == (1000, "body: 1200 rows are wrong, nothing was taken")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"<html></html>", "it is a web page"),
        (b"a,b\n1,2\n", "there is no row of headings"),
        (b"PK\x03\x04 cut off", "it is damaged or has a password"),
        ("姓名,窗口,窗口号\n".encode(), "mean the same"),
        ("姓名,窗口,开始,结束\n".encode(), "there is no row to take"),
    ],
)
async def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, says: str, site: PlayedSite) -> None:
    answer = await hand_in(site, "roster", content)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "body")
    assert answer.json()["error"]["message"].startswith("body: ")
    assert says in answer.json()["error"]["message"]


async def test_sheet_that_is_meant_can_be_named(site: PlayedSite) -> None:
    book = openpyxl.Workbook()
    for title, person in (("一月", "王芳"), ("二月", "李雷")):
        sheet = book.create_sheet(title)
        sheet.append(["姓名", "窗口", "开始", "结束"])
        sheet.append([person, "1号", "2026-01-05", "2026-01-09"])
    file = io.BytesIO()
    book.save(file)

    open_ = await hand_in(site, "roster", file.getvalue())
    told = (await hand_in(site, "roster", file.getvalue(), sheet="二月")).json()

    assert "say which sheet is meant" in open_.json()["error"]["message"]
    assert told["content"]["entries"][0]["person"] == "李雷"


async def test_file_that_is_too_large_or_in_a_form_is_refused(site: PlayedSite) -> None:
    large = await hand_in(site, "leave", b"x" * (MOST_BYTES + 1))
    form = await hand_in(site, "leave", LEAVE, headers={"Content-Type": "multipart/form-data; boundary=x"})

    assert (large.status_code, large.json()["error"]["message"]) == (413, "body: it is larger than 4 MB")
    assert (form.status_code, "--data-binary" in form.json()["error"]["message"]) == (415, True)


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"by": ""}, "by"), ({"why": ""}, "why"), ({"base": "x"}, "base"), ({"base": -1}, "base")],
)
async def test_who_why_and_base_are_needed_as_for_any_change(asked: Any, field: str, site: PlayedSite) -> None:
    answer = await hand_in(site, "leave", LEAVE, **asked)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert (await site.client.post("/api/v1/parts/rules/import", params={"by": "王"})).status_code == 422


async def test_table_for_an_old_version_and_one_from_another_sites_page_are_refused(site: PlayedSite) -> None:
    await hand_in(site, "leave", LEAVE)

    stale = await hand_in(site, "leave", LEAVE.replace("1号", "2号"))
    strange = await hand_in(site, "leave", LEAVE, base=1, headers={"Origin": "http://elsewhere.example"})

    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale")
    assert strange.status_code == 403
    assert (await get(site, "/parts/leave"))["version"] == 1


async def test_leave_of_a_table_holds_at_once(site: PlayedSite) -> None:
    await hand_in(site, "leave", "窗口,开始,结束,登记人\n1号,2026-01-05 08:50,2026-01-05 09:10,王\n")

    assert site.site.settings.duty_by_window()("w1", NOW) == "exempt"  # type: ignore[arg-type]
    assert site.workers.told == 1
