"""A Chromium for each file, and pages that fail their test when the browser has anything to complain about."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.fixtures.hall import PlayedWorker, ServedHall, hall_settings, served_hall

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
LIMIT_MS = 20_000
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: the pages were NOT tested in a browser (apt-get install chromium)")
    with sync_playwright() as playwright:
        # Running as root in a container there is neither a sandbox nor room in /dev/shm.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shared_context(browser: Browser) -> Iterator[BrowserContext]:
    """Keeps the pages' modules in its cache from test to test, and nothing else."""
    context = browser.new_context(**SCREEN)
    yield context
    context.close()


@pytest.fixture
def open_page(browser: Browser, shared_context: BrowserContext) -> Iterator[OpenPage]:
    """Opens an address as if for the first time; ``prepare`` has the page first, ``allows`` names expected faults.

    With ``options`` the page gets a browser context of its own.
    """
    opened: list[Page] = []
    faults: list[str] = []

    def open_(
        address: str,
        language: str = "zh",
        theme: str = "",
        allows: str = "^$",
        prepare: Callable[[Page], object] = lambda page: None,
        **options: Any,
    ) -> Page:
        def complain(message: ConsoleMessage) -> None:
            if message.type == "error" and not re.search(allows, message.text):
                faults.append(f"{address}: {message.text}")

        context = browser.new_context(**{**SCREEN, **options}) if options else shared_context
        context.set_default_timeout(LIMIT_MS)
        chosen = {"language": language, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in chosen.items() if value])
        page = context.new_page()
        opened.append(page)
        page.on("console", complain)
        page.on("pageerror", lambda error: faults.append(f"{address}: {error}"))
        prepare(page)
        page.goto(address)
        return page

    yield open_
    for page in opened:
        if page.context is not shared_context:
            page.context.close()
            continue
        page.unroute_all(behavior="ignoreErrors")
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear()")
        page.close()
    shared_context.clear_cookies()
    assert faults == []


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[ServedHall]:
    with served_hall(tmp_path, hall_settings(4)) as served:
        yield served


@pytest.fixture(scope="module")
def shared_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHall]:
    """One hall for all tests of a file, each of which takes a ``window`` of its own."""
    with served_hall(tmp_path_factory.mktemp("hall"), hall_settings(12)) as served:
        yield served


@pytest.fixture(scope="module")
def shared_worker(shared_hall: ServedHall) -> Iterator[PlayedWorker]:
    with PlayedWorker(shared_hall) as played:
        for camera in shared_hall.site.settings.cameras:
            played.show(camera.id)
        yield played


@pytest.fixture(scope="module")
def windows() -> Iterator[int]:
    return iter(range(1, 13))


@pytest.fixture
def window(windows: Iterator[int]) -> str:
    """A window that no other test of the file has."""
    return f"w{next(windows)}"


@pytest.fixture
def worker(hall: ServedHall) -> Iterator[PlayedWorker]:
    with PlayedWorker(hall) as played:
        for camera in hall.site.settings.cameras:
            played.show(camera.id)
        yield played
