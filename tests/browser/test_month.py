"""A manager goes through the months by keys, prints the sheet of one window, and follows a line to its event."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from service.rules import Event
from tests.browser.conftest import OpenPage
from tests.fixtures.hall import ServedHall, closed, hall_settings, served_hall


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHall]:
    with served_hall(tmp_path_factory.mktemp("hall"), hall_settings(2)) as served:
        yield served


@pytest.fixture(scope="module")
def upheld(hall: ServedHall) -> list[Event]:
    """One event at each window; that of w1 is followed by one that waits."""
    events = [hall.bring(closed(hall.event(window, "smoking", ago_s=900), 60)) for window in ("w1", "w2")]
    for event in events:
        given = {"verdict": "upheld", "by": "李主任", "why": ""}
        httpx.put(f"{hall.address}/api/v1/events/{event.id}/verdict", json=given).raise_for_status()
    hall.bring(closed(hall.event("w1", "eating", ago_s=600), 60))
    return events


def test_line_leads_to_its_event_and_months_are_gone_through(
    hall: ServedHall, upheld: list[Event], open_page: OpenPage
) -> None:
    page = open_page(f"{hall.address}/events")
    page.keyboard.press("g")
    page.keyboard.press("m")

    rows = page.locator("table.accounts tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("口头批评")
    expect(page.locator(".sum .waits")).to_contain_text("待认定 1 件")
    page.locator("#window-w1 .lines a").click()
    expect(page).to_have_url(f"{hall.address}/events/{upheld[0].id}")

    page.go_back()
    page.get_by_role("link", name="上月").press("Enter")
    expect(page.locator("main h2").first).to_have_text("本月没有认定属实的事件")
    expect(page.locator(".loading")).to_be_empty()
    page.get_by_role("link", name="下月").click()
    expect(rows).to_have_count(2)


def test_sheet_is_printed_on_white_without_buttons_and_with_a_place_to_sign(
    hall: ServedHall, upheld: list[Event], open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{hall.address}/month", theme="dark")
    page.locator("#window-w2").get_by_role("link", name="单页").click()
    expect(page.locator("h1")).to_contain_text("2号")
    expect(page.get_by_role("button", name="打印")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.locator(".signed")).to_contain_text("本人签字")
    expect(page.locator("main")).not_to_contain_text("1号")


def test_table_is_downloaded(hall: ServedHall, upheld: list[Event], open_page: OpenPage) -> None:
    page = open_page(f"{hall.address}/month")

    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载表格").click()

    assert downloading.value.suggested_filename.endswith("-window.csv")
    assert upheld[0].id in downloading.value.path().read_text(encoding="utf-8-sig")
