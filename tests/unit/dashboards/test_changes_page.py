"""The pages of what was edited: the versions, what each changed, the way back, and what speaks against it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.parts import effective
from service.storage.revisions import stored_revisions
from tests.fixtures.hall import ServedHall, hall_settings, served_hall
from tests.fixtures.pages import main_of

FIRST = {"hall": {"leave_post": {"after": "3min"}}}
SECOND = {"hall": {"leave_post": {"after": "3min"}}, "windows": {"w2": {"phone_use": {"after": "20s"}}}}
ROSTER = {"entries": [{"person": "<b>王芳", "window": "w1", "from": "2026-01-05", "to": "2026-01-31"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def hall(folder: Path) -> Iterator[ServedHall]:
    with served_hall(folder, hall_settings(2)) as served:
        yield served


@pytest.fixture
def page(hall: ServedHall) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=hall.address, cookies={"language": "zh"}, follow_redirects=True) as client:
        yield client


def edit(hall: ServedHall, part: str, content: Any, base: int, why: str = "试行") -> None:
    body = {"content": content, "by": "王主任", "why": why, "base": base}
    httpx.put(f"{hall.address}/api/v1/parts/{part}", json=body).raise_for_status()


def test_versions_are_listed_newest_first_with_who_and_why(hall: ServedHall, page: httpx.Client) -> None:
    assert "还没有修改" in main_of(page.get("/changes"))

    edit(hall, "rules", FIRST, 0, "第一次")
    edit(hall, "roster", ROSTER, 0, "第二次")
    edit(hall, "rules", SECOND, 1, "第三次 <i>")
    latest = main_of(page.get("/changes"))
    rules = main_of(page.get("/changes?part=rules"))

    assert latest.index("第三次 &lt;i&gt;") < latest.index("第二次") < latest.index("第一次")
    assert latest.count("现行") == 2
    assert "第二次" not in rules
    assert "zaigang.yaml 原样" in rules


def test_many_versions_are_paged(hall: ServedHall, page: httpx.Client, folder: Path) -> None:
    rows = [("roster", number, "{}", "王主任", "试行", number * 1_000_000) for number in range(1, 52)]
    with closing(sqlite3.connect(folder / "zaigang.db")) as database, database:
        given = "INSERT INTO revisions (part, version, content, by, why, saved_at) VALUES (?, ?, ?, ?, ?, ?)"
        database.executemany(given, rows)

    latest, first = main_of(page.get("/changes")), main_of(page.get("/changes?part=roster"))
    older = main_of(page.get("/changes?part=roster&before=2"))

    assert latest.count("/changes/roster/") == 20
    assert "只列最近 20 次" in latest
    assert first.count("/changes/roster/") == 50
    assert "before=2" in first
    assert "zaigang.yaml 原样" not in first
    assert re.findall(r"/changes/roster/\d+", older) == ["/changes/roster/1", "/changes/roster/0"]


def test_version_says_what_it_changed_of_the_one_before(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "rules", FIRST, 0)
    edit(hall, "rules", SECOND, 1)

    shown = main_of(page.get("/changes/rules/2"))

    assert "违规使用手机 · 持续满" in shown
    assert "10 秒" in shown
    assert "20 秒" in shown
    assert "2号" in shown
    assert "擅自离岗" not in shown


def test_going_back_is_tried_first_and_then_made_a_new_version(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "rules", FIRST, 0)
    edit(hall, "rules", SECOND, 1)

    tried = main_of(page.get("/changes/rules/1/back"))
    before = hall.get("/parts/rules")["version"]
    done = page.post("/changes/rules/1/back", data={"by": "李科长", "why": "申诉", "base": "2"})

    assert "违规使用手机 · 持续满" in tried
    assert "2号改用恢复后的规则" in tried
    assert before == 2
    assert str(done.url).endswith("/changes/rules/3")
    assert "李科长" in main_of(done)
    now = hall.get("/parts/rules")
    assert (now["version"], now["content"], now["why"]) == (3, FIRST, "申诉")


def test_part_goes_back_to_what_the_file_says(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "rules", FIRST, 0)

    page.post("/changes/rules/0/back", data={"by": "李科长", "why": "停止试行", "base": "1"})

    assert (hall.get("/parts/rules")["version"], hall.get("/parts/rules")["content"]) == (2, {})


def test_somebody_who_was_quicker_is_told_and_nothing_is_saved(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "rules", FIRST, 0)
    edit(hall, "rules", SECOND, 1)
    edit(hall, "rules", {"hall": {"leave_post": {"after": "4min"}}}, 2)

    answer = page.post("/changes/rules/1/back", data={"by": "李科长", "why": "申诉", "base": "2"})

    assert answer.status_code == 409
    assert "别人保存了第 3 版" in main_of(answer)
    assert 'name="base" value="3"' in main_of(answer)
    assert 'value="申诉"' in main_of(answer)
    assert "4 分钟" in main_of(answer)
    assert hall.get("/parts/rules")["version"] == 3


def test_going_back_asks_who_and_why(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "rules", FIRST, 0)

    for lacking, says in (("by", "请填写修改人"), ("why", "请填写原因")):
        answer = page.post("/changes/rules/0/back", data={"by": "李科长", "why": "申诉", "base": "1", lacking: " "})

        assert answer.status_code == 422
        assert says in main_of(answer)
    assert hall.get("/parts/rules")["version"] == 1


def test_present_version_needs_no_way_back(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "rules", FIRST, 0)

    assert "恢复到这一版" not in main_of(page.get("/changes/rules/1"))
    assert "这就是现行内容" in main_of(page.get("/changes/rules/1/back"))


def test_what_does_not_fit_any_longer_is_told_loudly_and_not_brought_back(
    hall: ServedHall, page: httpx.Client, folder: Path
) -> None:
    edit(hall, "rules", SECOND, 0)
    edit(hall, "rules", {"hall": {}, "windows": {"w2": {"phone_use": {"after": "30s"}}}}, 1)
    # As after a restart with a zaigang.yaml that has one window less.
    fewer = hall_settings(1)
    hall.site.in_force.now = effective(fewer, stored_revisions(folder / "zaigang.db"), hall.site.refusal)

    listed, shown = main_of(page.get("/changes")), main_of(page.get("/changes/rules/1"))
    refused = page.post("/changes/rules/1/back", data={"by": "李科长", "why": "申诉", "base": "2"})

    assert 'role="alert"' in listed
    assert "there is no window &#34;w2&#34;" in listed
    assert "这一版有内容现在已不适用" in shown
    assert refused.status_code == 422
    assert "这一版现在不能恢复" in main_of(refused)
    assert "there is no window" in main_of(refused)


def test_version_that_is_not_there_is_said_in_a_page(page: httpx.Client) -> None:
    paths = ["?part=hall", "/hall/1", "/rules/9", "/rules/0", f"/rules/{'9' * 20}", "/rules/-1/back", "/rules/9/back"]

    answers = [page.get(f"/changes{path}") for path in paths]

    assert [answer.status_code for answer in answers] == [404] * len(paths)
    assert all("没有这个页面" in main_of(answer) for answer in answers)
    assert page.get("/changes?part=rules&before=0").status_code == 422


def test_uniforms_are_told_by_their_days(hall: ServedHall, page: httpx.Client) -> None:
    edit(hall, "uniform_timetable", {"entries": [{"from": "01-01", "to": "12-31", "uniforms": ["uniforms/blue"]}]}, 0)

    shown, tried = (
        main_of(page.get("/changes/uniform_timetable/1")),
        main_of(page.get("/changes/uniform_timetable/0/back")),
    )

    assert "工装时间表 01-01 – 12-31" in shown
    assert "uniforms/blue" in shown
    assert "不判断着装" in tried
