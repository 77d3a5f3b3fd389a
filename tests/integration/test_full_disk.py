"""A disk that fills up: recordings give way, nothing else is lost, and everybody is told while it lasts."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from service.evidence.manifest import verify
from tests.browser.conftest import CHROMIUM
from tests.fixtures.command import zaigang
from tests.fixtures.counter_film import ZONE, Counter, on_air
from tests.fixtures.served import Served, serving
from tests.fixtures.small_disk import small_disk
from tests.fixtures.toy_network import write_networks
from tests.fixtures.waiting import until

COUNTER = Counter(there_s=4, period_s=9, late_s=0)


@pytest.mark.slow
def test_full_disk_costs_recordings_and_no_event(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", 24) as disk,
        on_air(tmp_path, {"cam": COUNTER}) as air,
        serving(tmp_path, configuration(tmp_path, disk.folder, air.url("cam"))) as served,
    ):
        zero = time.time() - (air.position or 0)
        until(served.watches, "the window is judged", 60)
        began = time.time() - zero
        assert not troubles(served)

        disk.fill()

        until(lambda: "recorder.min_free_mb" in troubles(served), "the full disk is told")
        assert "recorder.min_free_mb" in what_the_wall_says(served)
        last = COUNTER.absences(time.time() - zero, time.time() - zero + 30)[0]
        until(lambda: time.time() - zero > last[1] + 2, "somebody was away while the disk was full", 40)
        full = list((disk.folder / "data" / "ring" / "cam").glob("*.ts"))

        disk.free()

        until(lambda: not troubles(served), "nothing is wrong any longer", 40)
        due = COUNTER.absences(began, last[1])
        until(lambda: all_whole(served, disk.folder, zero, due), "every absence is an event with its evidence", 40)
        assert len(full) <= 2
        assert served.get("/health")["workers"][0]["restarts"] == 0


def test_service_does_not_start_without_room_and_says_what_to_do(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        disk.fill()
        config = tmp_path / "zaigang.yaml"
        config.write_text(json.dumps(configuration(tmp_path, disk.folder, "rtsp://10.0.0.9/1")), encoding="utf-8")

        done = zaigang("serve", "--config", config, "--port", "0", code=2)

    assert done.stderr.count("\n") == 1
    assert "0 MB are left on the disk" in done.stderr
    assert "recorder.min_free_mb" in done.stderr


def configuration(folder: Path, disk: Path, source: str) -> dict[str, Any]:
    return {
        "data": str(disk / "data"),
        "duty": {"always": True},
        "models": write_networks(folder),
        "rules": {"leave_post": {"after": 2, "clear_after": 1}},
        "recorder": {"min_free_mb": 8, "post_roll": 5},
        "cameras": [{"id": "cam", "source": source, "windows": [{"id": "w1", "zones": {"staff": list(ZONE)}}]}],
    }


def troubles(served: Served) -> str:
    """What the worker and its camera say is wrong."""
    live = served.get("/live")
    if live is None or not live["health"]["workers"]:
        return "no answer"
    told = [live["health"]["workers"][0]["trouble"], *(camera["recording_trouble"] for camera in live["cameras"])]
    return "; ".join(one for one in told if one)


def what_the_wall_says(served: Served) -> str:
    """What an operator reads who follows the sign in the wall's bar that something needs a person."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{served.port}/")
        page.locator(".health .needs").click()
        said = page.locator(".health .sheet").inner_text()
        browser.close()
    return said


def all_whole(served: Served, disk: Path, zero: float, absences: list[tuple[float, float]]) -> bool:
    """Whether each absence is one event, begun with it and closed, with evidence as its manifest says."""
    begun = {event["id"]: datetime.fromisoformat(event["started_at"]).timestamp() - zero for event in served.events()}
    return all(
        len(own := [id_ for id_, at in begun.items() if begin - 0.5 <= at <= begin + 1.0]) == 1
        and is_whole(served, disk, own[0])
        for begin, _ in absences
    )


def is_whole(served: Served, disk: Path, event: str) -> bool:
    told = served.get(f"/events/{event}/evidence")
    places = list((disk / "data" / "evidence").glob(f"*/{event}"))
    return told is not None and told["complete"] and not verify(places[0])
