"""The list of events in a browser: it lives, is narrowed, and is walked by keys; and it works without scripts."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.fixtures.hall import ServedHall, closed


def test_new_events_are_announced_quietly_and_open_ones_close(
    shared_hall: ServedHall, window: str, open_page: OpenPage
) -> None:
    known = shared_hall.bring(shared_hall.event(window, ago_s=400))
    page = open_page(f"{shared_hall.address}/events?window={window}")
    row = page.locator(f'[data-event="{known.id}"]')
    expect(row.locator(".state")).to_contain_text("进行中")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.locator(".news")).to_be_hidden()

    shared_hall.bring(shared_hall.event(window, "phone_use", ago_s=30))
    expect(page.locator(".news")).to_have_text("1 条新事件")
    shared_hall.bring(shared_hall.event(window, "eating", ago_s=20))
    expect(page.locator(".news")).to_have_text("2 条新事件")
    shared_hall.bring(closed(known, 390))

    expect(row.locator(".state")).to_contain_text("已结束")
    expect(row).to_contain_text("6 分 30 秒")
    page.locator(".news").click()
    expect(page.locator(".event")).to_have_count(3)


def test_news_is_only_of_what_the_list_is_narrowed_to(
    shared_hall: ServedHall, window: str, open_page: OpenPage
) -> None:
    page = open_page(f"{shared_hall.address}/events?window={window}&rule=phone_use", "en")
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    shared_hall.bring(shared_hall.event("w12", "phone_use", ago_s=400))
    shared_hall.bring(shared_hall.event(window, "leave_post", ago_s=390))
    shared_hall.bring(shared_hall.event(window, "phone_use", ago_s=380))

    expect(page.locator(".news")).to_have_text("1 new event")


def test_change_of_an_event_on_another_page_is_no_news(
    shared_hall: ServedHall, window: str, open_page: OpenPage
) -> None:
    shared_hall.bring(closed(shared_hall.event(window, ago_s=900), 9))
    newer = shared_hall.bring(shared_hall.event(window, ago_s=400))
    before = shared_hall.get(f"/events?window={window}&limit=1")["next"]
    page = open_page(f"{shared_hall.address}/events?window={window}&before={before}")
    expect(page.locator(".event")).to_have_count(1)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    shared_hall.bring(closed(newer, 390))
    shared_hall.bring(shared_hall.event(window, "smoking", ago_s=10))

    expect(page.locator(".news")).to_have_text("1 条新事件")


def test_duration_of_an_open_event_runs(shared_hall: ServedHall, window: str, open_page: OpenPage) -> None:
    shared_hall.bring(shared_hall.event(window, ago_s=370))
    page = open_page(f"{shared_hall.address}/events?window={window}")
    running = page.locator("running-time")
    expect(running).to_have_text(re.compile("^6 分 [1-5]. 秒$"))
    before = running.text_content()

    expect(running).not_to_have_text(before or "")


def test_rows_are_walked_and_opened_by_keys(shared_hall: ServedHall, window: str, open_page: OpenPage) -> None:
    ids = [shared_hall.bring(closed(shared_hall.event(window, ago_s=ago), 9)).id for ago in (900, 800, 700)]
    page = open_page(f"{shared_hall.address}/events?window={window}")
    expect(page.locator("hall-clock")).not_to_have_text("")

    for key in "jjjk":
        page.keyboard.press(key)
    expect(page.locator(f'[data-event="{ids[1]}"] a')).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{shared_hall.address}/events/{ids[1]}")


def test_row_that_is_renewed_keeps_the_focus(shared_hall: ServedHall, window: str, open_page: OpenPage) -> None:
    event = shared_hall.bring(shared_hall.event(window, ago_s=400))
    page = open_page(f"{shared_hall.address}/events?window={window}")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.keyboard.press("j")

    shared_hall.bring(closed(event, 390))

    expect(page.locator(".event .state")).to_contain_text("已结束")
    expect(page.locator(".event a")).to_be_focused()


def test_choosing_narrows_the_list_and_leaves_a_clean_address(
    shared_hall: ServedHall, window: str, open_page: OpenPage
) -> None:
    shared_hall.bring(closed(shared_hall.event(window, ago_s=900), 9))
    shared_hall.bring(closed(shared_hall.event(window, "smoking", ago_s=800), 19))
    page = open_page(f"{shared_hall.address}/events?window={window}")
    expect(page.locator("hall-clock")).not_to_have_text("")

    page.locator("select[name=rule]").select_option("smoking")

    expect(page).to_have_url(f"{shared_hall.address}/events?window={window}&rule=smoking")
    expect(page.locator(".event")).to_have_count(1)


def test_list_fits_a_phone(shared_hall: ServedHall, window: str, open_page: OpenPage) -> None:
    event = shared_hall.bring(shared_hall.event(window))
    page = open_page(f"{shared_hall.address}/events", viewport={"width": 390, "height": 844})

    row = page.locator(f'[data-event="{event.id}"]')
    expect(row.locator(".state")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_list_and_filter_work_without_scripts(shared_hall: ServedHall, window: str, open_page: OpenPage) -> None:
    event = shared_hall.bring(closed(shared_hall.event(window, ago_s=900), 9))
    shared_hall.bring(closed(shared_hall.event("w12", ago_s=800), 9))
    page = open_page(f"{shared_hall.address}/events", java_script_enabled=False)

    page.locator("select[name=window]").select_option(window)
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".event")).to_have_count(1)
    page.locator(".what a").click()

    expect(page).to_have_url(f"{shared_hall.address}/events/{event.id}")
    expect(page.locator("h1")).to_contain_text("擅自离岗")
