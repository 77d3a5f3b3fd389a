"""A manager judges an event on its page: by key or by mouse, with a reason, and takes it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.rules import Event
from tests.browser.conftest import OpenPage
from tests.fixtures.evidence import bring_evidence, film_of
from tests.fixtures.hall import ServedHall, closed, hall_settings, served_hall


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHall]:
    with served_hall(tmp_path_factory.mktemp("hall"), hall_settings(2)) as served:
        yield served


@pytest.fixture
def event(hall: ServedHall, request: pytest.FixtureRequest) -> Event:
    """A closed event that nobody has judged yet."""
    hall.brought = getattr(hall, "brought", 0) + 1
    return hall.bring(closed(hall.event("w1", ago_s=900.0 + 1000.0 * hall.brought), 20))


@pytest.fixture
def page(hall: ServedHall, event: Event, open_page: OpenPage) -> Page:
    return open_page(f"{hall.address}/events/{event.id}")


def test_verdict_is_given_by_key_told_and_taken_back(page: Page, hall: ServedHall, event: Event) -> None:
    page.get_by_label("认定人").first.fill("王主任")
    page.locator("h1").click()

    page.keyboard.press("1")

    expect(page.locator(".given.upheld")).to_contain_text("属实")
    expect(page.locator(".given")).to_contain_text("王主任")
    assert hall.get(f"/events/{event.id}")["verdict"] == "upheld"
    page.keyboard.press("z")
    expect(page.locator(".given")).to_have_count(0)
    expect(page.locator(".history")).to_contain_text("王主任 认定：待认定")
    expect(page.get_by_label("认定人").first).to_have_value("王主任")


def test_dismissing_asks_for_a_reason_and_keeps_it(page: Page, hall: ServedHall, event: Event) -> None:
    page.get_by_label("认定人").first.fill("李科长")
    page.locator("h1").click()

    page.keyboard.press("2")

    expect(page.get_by_role("alert")).to_contain_text("理由")
    page.get_by_text("有人替岗").click()
    page.get_by_role("button", name="不属实 2").click()
    expect(page.locator(".given.dismissed")).to_contain_text("有人替岗")
    assert hall.get(f"/events/{event.id}")["verdicts"][0]["why"] == "有人替岗"


def test_without_a_name_nothing_is_judged(page: Page, hall: ServedHall, event: Event) -> None:
    page.context.clear_cookies(name="judged_by")
    page.reload()
    page.locator("h1").click()

    page.keyboard.press("1")

    expect(page.get_by_label("认定人").first).to_be_focused()
    assert hall.get(f"/events/{event.id}")["verdict"] == "pending"


def test_open_event_waits_for_its_end(hall: ServedHall, open_page: OpenPage) -> None:
    event = hall.bring(hall.event("w2", ago_s=400))
    page = open_page(f"{hall.address}/events/{event.id}")

    expect(page.locator(".verdict")).to_contain_text("事件结束后才能认定")
    expect(page.locator(".verdict button")).to_have_count(0)


def test_hold_is_set_and_ended_on_the_page(hall: ServedHall, event: Event, open_page: OpenPage, tmp_path: Path) -> None:
    bring_evidence(hall, tmp_path, event, film_of(tmp_path / "film.mp4", 31))
    page = open_page(f"{hall.address}/events/{event.id}")
    card = page.locator(".evidence")
    expect(card).to_contain_text("保存")

    for summary, button, words in (("保全证据", "保全", "保全中（王主任）"), ("解除保全", "解除", "至 20")):
        card.get_by_text(summary).first.click()
        card.get_by_label("事由").fill("申诉中")
        card.get_by_label("登记人").fill("王主任")
        card.get_by_role("button", name=button, exact=True).click()
        expect(card).to_contain_text(words)


def test_list_shows_verdicts_and_is_narrowed_to_one(hall: ServedHall, event: Event, open_page: OpenPage) -> None:
    page = open_page(f"{hall.address}/events/{event.id}")
    page.get_by_label("认定人").first.fill("王主任")
    page.locator("h1").click()
    page.keyboard.press("1")
    expect(page.locator(".given.upheld")).to_be_visible()

    listed = open_page(f"{hall.address}/events?verdict=upheld")

    row = listed.locator(f'[data-event="{event.id}"]')
    expect(row.locator("td.verdict")).to_have_text("属实")
    expect(listed.locator("tr.event")).to_have_count(listed.locator("td.verdict.upheld").count())
