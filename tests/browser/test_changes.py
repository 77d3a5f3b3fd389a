"""A manager looks at what was edited and goes back to an earlier version, by keys alone."""

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.fixtures.hall import ServedHall


def test_earlier_version_is_brought_back_after_a_look_at_what_changes(hall: ServedHall, open_page: OpenPage) -> None:
    for base, after in enumerate(("3min", "4min")):
        body = {
            "content": {"hall": {"leave_post": {"after": after}}},
            "by": "王主任",
            "why": f"试行 {after}",
            "base": base,
        }
        httpx.put(f"{hall.address}/api/v1/parts/rules", json=body).raise_for_status()
    page = open_page(f"{hall.address}/events")
    page.keyboard.press("g")
    page.keyboard.press("c")

    rows = page.locator("table.versions tbody tr")
    expect(rows.first).to_contain_text("试行 4min")
    rows.nth(1).get_by_role("link").press("Enter")
    expect(page.locator(".told")).to_contain_text("擅自离岗 · 持续满")
    page.get_by_role("link", name="恢复到这一版").press("Enter")
    expect(page.locator(".told .new").first).to_have_text("3 分钟")
    page.get_by_label("修改人").fill("李科长")
    page.get_by_label("原因").fill("申诉")
    page.get_by_label("原因").press("Enter")

    expect(page).to_have_url(f"{hall.address}/changes/rules/3")
    expect(page.locator(".made")).to_contain_text("李科长")
    assert hall.get("/parts/rules")["content"] == {"hall": {"leave_post": {"after": "3min"}}}
