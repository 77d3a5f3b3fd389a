"""The page of leave: registered by a form, shown, ended; what is lacking is said, and what was filled in stays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.fixtures.hall import ServedHall, hall_settings, served_hall
from tests.fixtures.pages import main_of

BEGUN = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(minutes=5)
SPAN = {"from": f"{BEGUN:%Y-%m-%dT%H:%M}", "to": "2199-01-05T10:20"}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[ServedHall]:
    with served_hall(tmp_path, hall_settings(3)) as served:
        yield served


@pytest.fixture
def page(hall: ServedHall) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=hall.address, cookies={"language": "zh"}, follow_redirects=True) as client:
        yield client


def test_form_registers_leave_and_the_list_ends_it(hall: ServedHall, page: httpx.Client) -> None:
    assert "没有请假登记" in main_of(page.get("/leave"))

    form = {**SPAN, "windows": ["w1", "w2"], "kind": "phone", "limit": "30min", "by": "王主任", "why": "业务 <联系>"}
    shown = main_of(page.post("/leave", data=form))
    (entry,) = hall.get("/leave")

    assert (entry["windows"], entry["rules"], entry["by"]) == (["w1", "w2"], ["phone_use", "phone_call"], "王主任")
    assert "业务 &lt;联系&gt;" in shown
    assert 'value="王主任"' in shown

    after = main_of(page.post(f"/leave/{entry['id']}/end", data={"by": "王主任"}))
    assert "已结束" in after
    assert "正在请假" not in after


def test_all_windows_are_the_hall(hall: ServedHall, page: httpx.Client) -> None:
    form = {**SPAN, "windows": ["w1", "w2", "w3"], "kind": "away", "limit": "2h", "by": "王主任"}

    shown = main_of(page.post("/leave", data=form))

    (entry,) = hall.get("/leave")
    assert (entry["windows"], entry["rules"], entry["limit_s"]) == ([], [], 7200)
    assert "全部窗口" in shown


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"windows": []}, "请选择窗口"),
        ({"windows": ["w9"]}, "请选择窗口"),
        ({"to": "2026-01-05T09:00"}, "结束时间要晚于开始时间"),
        ({"from": ""}, "请填写开始时间"),
        ({"by": ""}, "请填写登记人"),
        ({"why": "x" * 201}, "事由不超过 200 字"),
    ],
)
def test_form_that_lacks_something_comes_back_as_it_was(
    hall: ServedHall, page: httpx.Client, changed: dict[str, object], says: str
) -> None:
    form = {**SPAN, "windows": ["w2"], "kind": "dress", "limit": "1h", "by": "王主任", "why": "病", **changed}

    answer = page.post("/leave", data=form)

    assert (answer.status_code, hall.get("/leave")) == (422, [])
    assert says in main_of(answer)
    assert 'value="dress" checked' in main_of(answer)


def test_leave_of_the_file_is_shown_and_ended_there(tmp_path: Path) -> None:
    settings = hall_settings(3).model_copy(update={"leave": ()})
    values = {**settings.model_dump(), "leave": [{**SPAN, "windows": ["w1"], "by": "王", "rules": ["eating"]}]}
    with served_hall(tmp_path, type(settings)(**values)) as served:
        shown = main_of(httpx.get(f"{served.address}/leave"))

    assert "zaigang.yaml" in shown
    assert "eating" in shown
    assert "/end" not in shown
