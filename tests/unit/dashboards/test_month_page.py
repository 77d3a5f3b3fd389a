"""The page of a month: the ladder from upheld events alone, what still waits, a sheet of one, and what is refused."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from service.rules import Event
from tests.fixtures.hall import ServedHall, closed, hall_settings, served_hall
from tests.fixtures.pages import main_of

TODAY = datetime.now(ZoneInfo("Asia/Shanghai"))
MONTH = f"{TODAY - timedelta(minutes=15):%Y-%m}"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHall]:
    settings = hall_settings(3)
    day = f"{TODAY - timedelta(days=1):%Y-%m-%d}", f"{TODAY + timedelta(days=1):%Y-%m-%d}"
    roster = [{"person": "王芳 <1>", "window": "w1", "from": day[0], "to": day[1]}]
    with served_hall(
        tmp_path_factory.mktemp("hall"), type(settings)(**{**settings.model_dump(), "roster": roster})
    ) as it:
        yield it


@pytest.fixture(scope="module")
def events(hall: ServedHall) -> dict[str, Event]:
    """Of w1 one upheld, one that waits and one dismissed; of w2 one upheld."""
    brought = {
        name: hall.bring(closed(hall.event(window, rule, ago_s=900), 60))
        for name, window, rule in (
            ("upheld", "w1", "late_on_post"),
            ("waits", "w1", "smoking"),
            ("dismissed", "w1", "eating"),
            ("other", "w2", "smoking"),
        )
    }
    for name, verdict in (("upheld", "upheld"), ("dismissed", "dismissed"), ("other", "upheld")):
        given = {"verdict": verdict, "by": "李主任", "why": "看过录像"}
        httpx.put(f"{hall.address}/api/v1/events/{brought[name].id}/verdict", json=given).raise_for_status()
    return brought


def shown(hall: ServedHall, query: str = "", language: str = "zh") -> str:
    answer = httpx.get(f"{hall.address}/month{query}", cookies={"language": language})
    assert answer.status_code == 200, answer.text
    return main_of(answer)


def test_upheld_events_are_told_line_by_line_and_lead_to_their_event(
    hall: ServedHall, events: dict[str, Event]
) -> None:
    page = shown(hall, f"?month={MONTH}")

    assert "王芳 &lt;1&gt;" in page
    assert "口头批评" in page
    assert f'href="/events/{events["upheld"].id}"' in page
    assert f'href="/events/{events["other"].id}"' in page
    assert events["dismissed"].id not in page
    assert events["waits"].id not in page


def test_events_without_a_verdict_are_counted_beside_and_lead_to_their_list(
    hall: ServedHall, events: dict[str, Event]
) -> None:
    address = f"/events?verdict=pending&amp;month={MONTH}"

    page = shown(hall, f"?month={MONTH}")
    listed = httpx.get(hall.address + address.replace("&amp;", "&")).text

    assert "待认定 1 件" in page
    assert f'href="{address}"' in page
    assert re.findall(r'data-event="([^"]+)"', listed) == [events["waits"].id]


def test_sheet_of_one_says_nothing_of_another(hall: ServedHall, events: dict[str, Event]) -> None:
    page = shown(hall, f"?month={MONTH}&person=王芳 <1>", "en")

    assert events["upheld"].id in page
    assert events["other"].id not in page
    assert "2号" not in page
    assert "3 upheld" not in page
    assert '<span class="quiet">Late</span> <b>1</b>' in page


def test_month_counts_for_windows_where_that_is_asked(hall: ServedHall, events: dict[str, Event]) -> None:
    page = shown(hall, f"?month={MONTH}&by=window")

    assert "王芳" not in page
    assert 'id="window-w1"' in page


def test_month_without_upheld_events_says_that_nothing_follows(hall: ServedHall, events: dict[str, Event]) -> None:
    assert "本月没有认定属实的事件" in shown(hall, "?month=2020-02")
    assert "3号：本月没有认定属实的事件" in shown(hall, f"?month={MONTH}&by=window&window=w3")


def test_years_end_lies_between_its_neighbours(hall: ServedHall) -> None:
    page = shown(hall, "?month=2020-12")

    assert 'rel="prev" data-slow href="/month?month=2020-11' in page
    assert 'rel="next" data-slow href="/month?month=2021-01' in page


def test_nothing_leads_into_the_future(hall: ServedHall) -> None:
    assert 'rel="next"' not in shown(hall)


@pytest.mark.parametrize(
    ("query", "status"),
    [("month=2199-01", 422), ("month=november", 422), ("by=hall", 422), ("window=w9", 404), ("by=person&window=", 200)],
)
def test_wrong_address_is_said_in_a_page(hall: ServedHall, query: str, status: int) -> None:
    assert httpx.get(f"{hall.address}/month?{query}").status_code == status


def test_table_holds_a_row_a_line(hall: ServedHall, events: dict[str, Event]) -> None:
    answer = httpx.get(f"{hall.address}/api/v1/consequences.csv?month={MONTH}&by=person")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-disposition"].endswith(f'"consequences-{MONTH}-person.csv"')
    assert answer.content.startswith("\ufeff".encode())
    assert {row["event"] for row in rows if row["rule"]} == {events["upheld"].id, events["other"].id}
