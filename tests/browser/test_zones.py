"""Zones drawn by mouse and keys arrive at the API in pixels of the camera's picture; what is wrong is said in words."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.fixtures.hall import PlayedWorker, ServedHall, hall_settings, served_hall, until

SQUARE = [(100, 80), (400, 80), (400, 300), (100, 300)]


@pytest.fixture
def page(shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage) -> Page:
    return ready(open_page(f"{shared_hall.address}/zones/{window}"))


def ready(page: Page) -> Page:
    """The page once it can be drawn on."""
    expect(page.locator("zone-board svg")).to_have_attribute("viewBox", "0 0 640 360")
    page.wait_for_function("() => document.querySelector('zone-board img').naturalWidth > 0")
    return page


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a pixel of the picture is."""
    box = page.locator("zone-board svg").bounding_box()
    assert box is not None
    return box["x"] + x / 640 * box["width"], box["y"] + y / 360 * box["height"]


def click(page: Page, *points: tuple[float, float]) -> None:
    for point in points:
        page.mouse.click(*place(page, *point))


def drawn(hall: ServedHall, window: str) -> dict[str, Any]:
    found: dict[str, Any] = hall.get(f"/windows/{window}/zones")
    return found


def save(page: Page) -> None:
    page.locator(".save").click()
    expect(page.locator(".saved")).to_contain_text("已保存")


def test_polygon_drawn_by_mouse_arrives_in_pixels_of_the_picture(
    shared_hall: ServedHall, window: str, page: Page
) -> None:
    click(page, *SQUARE)
    expect(page.locator(".kind[data-kind=staff] .corners")).to_have_text("正在画，4 个角")
    expect(page.locator(".save")).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.locator(".kind[data-kind=staff] .corners")).to_have_text("4 个角")

    save(page)

    told = drawn(shared_hall, window)
    assert (told["origin"], told["size"], told["version"]) == ("page", [640, 360], 1)
    assert told["zones"]["staff"] == pytest.approx([number for point in SQUARE for number in point], abs=1)
    assert shared_hall.engine.restarted == [window.replace("w", "cam")]


def test_double_click_and_the_first_corner_close_a_zone(shared_hall: ServedHall, window: str, page: Page) -> None:
    click(page, (100, 80), (400, 80))
    page.mouse.dblclick(*place(page, 400, 300))
    page.keyboard.press("2")
    click(page, (200, 150), (300, 150), (300, 250), (201, 151))

    save(page)

    assert {kind: len(numbers) for kind, numbers in drawn(shared_hall, window)["zones"].items()} == {
        "staff": 6,
        "seat": 6,
    }


def test_corners_are_dragged_inserted_and_nudged(shared_hall: ServedHall, window: str, page: Page) -> None:
    click(page, *SQUARE)
    page.keyboard.press("Enter")
    drag(page, (400, 300), (450, 320))
    drag(page, (250, 80), (250, 40))
    page.locator("circle.corner").first.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowDown")

    save(page)

    wanted = [90, 81, 250, 40, 400, 80, 450, 320, 100, 300]
    assert drawn(shared_hall, window)["zones"]["staff"] == pytest.approx(wanted, abs=1)


def test_steps_are_taken_back(shared_hall: ServedHall, window: str, page: Page) -> None:
    corners = page.locator(".kind[data-kind=staff] .corners")
    click(page, *SQUARE)
    page.keyboard.press("Backspace")
    expect(corners).to_have_text("正在画，3 个角")
    page.keyboard.press("Enter")
    expect(corners).to_have_text("3 个角")
    page.keyboard.press("Delete")
    expect(corners).to_have_text("未画")

    page.keyboard.press("Control+z")
    expect(corners).to_have_text("3 个角")
    page.locator(".undo").click()
    expect(corners).to_have_text("正在画，3 个角")
    page.keyboard.press("Escape")
    expect(corners).to_have_text("未画")


def test_what_cannot_be_a_zone_is_said_at_its_kind(shared_hall: ServedHall, window: str, page: Page) -> None:
    fault = page.locator(".kind[data-kind=staff] .fault")
    click(page, (100, 80), (400, 80))
    page.keyboard.press("Enter")
    expect(fault).to_have_text("至少要三个角")
    click(page, (100, 300), (400, 300))
    page.keyboard.press("Enter")
    expect(fault).to_have_text("边线互相交叉；请按顺序绕区域一圈")
    expect(page.locator(".save")).to_be_disabled()

    page.keyboard.press("Delete")

    expect(fault).to_be_hidden()


def test_refusal_of_the_service_is_shown_at_the_zone_it_is_about(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    page = ready(open_page(f"{shared_hall.address}/zones/{window}", allows="422"))
    page.keyboard.press("4")
    click(page, *SQUARE)
    page.keyboard.press("Enter")
    # The service is stricter than this page: as if another version of it ran.
    page.route(
        "**/api/v1/windows/*/zones", lambda route: route.continue_(post_data=_half(route.request.post_data or ""))
    )

    page.locator(".save").click()

    expect(page.locator(".kind[data-kind=queue] .fault")).to_contain_text("服务没有接受")


def test_zones_are_saved_once_a_service_that_was_away_is_back(
    shared_hall: ServedHall, window: str, open_page: OpenPage
) -> None:
    page = ready(open_page(f"{shared_hall.address}/zones/{window}", allows="ERR_FAILED"))
    click(page, *SQUARE)
    page.keyboard.press("Enter")
    page.route("**/api/v1/windows/*/zones", lambda route: route.abort(), times=1)

    page.locator(".save").click()

    expect(page.locator(".fault.all")).to_contain_text("没有回应")
    save(page)
    expect(page.locator(".fault.all")).to_be_empty()
    assert drawn(shared_hall, window)["version"] == 1


def test_zones_drawn_before_are_shown_scaled_to_the_picture(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    shared_worker.camera(window.replace("w", "cam"), size=[320, 180])
    until(lambda: shared_hall.get(f"/cameras/{window.replace('w', 'cam')}")["size"] == [320, 180], "the size is told")
    zones = {"staff": [50, 40, 200, 40, 200, 150, 50, 150]}
    body = {"size": [320, 180], "zones": zones}
    httpx.put(f"{shared_hall.address}/api/v1/windows/{window}/zones", json=body).raise_for_status()
    shared_worker.camera(window.replace("w", "cam"), size=[640, 360])

    page = ready(open_page(f"{shared_hall.address}/zones/{window}"))

    expect(page.locator("polygon.zone-staff")).to_have_attribute("points", "100,80 400,80 400,300 100,300")
    expect(page.locator(".kind[data-kind=staff] .drop")).to_be_visible()


def test_zones_of_the_file_are_shown_and_cannot_be_changed(tmp_path: Path, open_page: OpenPage) -> None:
    settings = hall_settings(1, {"staff": [100, 80, 400, 300]})
    with served_hall(tmp_path, settings) as hall, PlayedWorker(hall) as worker:
        worker.show("cam1")
        page = open_page(f"{hall.address}/zones/w1")
        expect(page.locator("polygon.zone-staff")).to_have_attribute("points", "100,80 400,80 400,300 100,300")
        expect(page.locator("circle.corner")).to_have_count(0)
        click(page, (500, 200))
        page.keyboard.press("Delete")

        expect(page.locator("polygon")).to_have_count(1)
        page.goto("about:blank")


def test_page_waits_for_a_picture_to_draw_on(hall: ServedHall, open_page: OpenPage) -> None:
    page = open_page(f"{hall.address}/zones/w1")
    expect(page.locator(".waiting")).to_contain_text("等待摄像头画面")

    with PlayedWorker(hall) as worker:
        worker.show("cam1")

        expect(page.locator("zone-board img")).to_be_visible()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    page.mouse.move(*place(page, *end), steps=3)
    page.mouse.up()


def _half(body: str) -> str:
    return body.replace("100,80,400,80", "100,80,9000,80")
