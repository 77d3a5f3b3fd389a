"""Takes the README's pictures from the staged hall: `make demo` once, then `.venv/bin/python docs/pictures/take.py`.

Runs `zaigang demo`, waits until it has an absence and a phone to show, and photographs the wall and an event's page.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PORT = 8631
SITE = f"http://127.0.0.1:{PORT}"
LIMIT_S = 240.0


def main() -> None:
    demo = [sys.executable, "-c", "from service.cli import main; main()", "demo", "--port", str(PORT)]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = subprocess.Popen([*demo, "--folder", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: asked("/api/v1/live"))
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 810}, reduced_motion="reduce")
            take_wall(page)
            take_event(page)
            browser.close()
        finally:
            served.terminate()
            served.wait(60)


def take_wall(page: Page) -> None:
    page.goto(SITE)
    until(lambda: open_breaches() == {"leave_post", "phone_use"} or None)
    page.wait_for_timeout(1500)
    page.screenshot(path=HERE / "wall.jpg", type="jpeg", quality=88)


def take_event(page: Page) -> None:
    """The first absence that is over and whose clip is complete, at the moment it was reported."""
    event = until(
        lambda: next((one for one in events("leave_post") if one["state"] == "closed" and has_clip(one)), None)
    )
    page.goto(f"{SITE}/events/{event['id']}")
    page.wait_for_function("document.querySelector('video')?.readyState >= 3")
    page.evaluate("document.querySelector('video').currentTime = 20")
    page.wait_for_timeout(1500)
    page.screenshot(path=HERE / "event.jpg", type="jpeg", quality=88)


def events(rule: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(f"/api/v1/events?rule={rule}")["events"]
    return found


def open_breaches() -> set[str]:
    return {rule for rule in ("leave_post", "phone_use") for one in events(rule) if one["state"] == "open"}


def has_clip(event: dict[str, Any]) -> bool:
    evidence = asked(f"/api/v1/events/{event['id']}")["evidence"]
    return evidence is not None and evidence["complete"]


def asked(path: str) -> Any:
    try:
        with urllib.request.urlopen(SITE + path, timeout=5) as answer:  # noqa: S310  # our own address
            return json.load(answer)
    except OSError:
        return None


def until(found: Callable[[], Any]) -> Any:
    """What ``found`` gives as soon as it gives something."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if (answer := found()) is not None:
            return answer
        time.sleep(0.3)
    raise TimeoutError(f"nothing to photograph within {LIMIT_S:.0f} s")


if __name__ == "__main__":
    main()
