"""A running service and its worker while they are edited: leave without a restart, rules from the command line."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np
import numpy.typing as npt
import pytest
import yaml

from tests.fixtures.command import zaigang
from tests.fixtures.counter_film import ZONE, Counter, on_air
from tests.fixtures.served import Served, serving
from tests.fixtures.toy_network import GREEN, write_networks
from tests.fixtures.toy_torso import PURPLE, enrolled, write_torso_network
from tests.fixtures.waiting import until

COUNTER = Counter(there_s=2, period_s=40, late_s=0)
"""Hardly ever anybody is there, so that there is an open event whenever one is asked for."""


class Dressed(Counter):
    """A clerk whose clothes have folds; without any detail a torso is taken for blurred."""

    def pictures(self) -> Iterator[npt.NDArray[np.uint8]]:
        for picture in super().pictures():
            picture[100:260:16, 205:275] //= 4
            yield picture


@pytest.mark.slow
def test_site_is_edited_while_it_runs(tmp_path: Path) -> None:
    with on_air(tmp_path, {"a": COUNTER}) as air, serving(tmp_path, configuration(tmp_path, air.url("a"))) as served:
        until(lambda: open_events(served), "an absence is an event", 90)
        (worker,) = served.workers()

        left = say(served, "POST", "/leave", {**span(minutes=30), "windows": ["w1"], "by": "王主任"})
        until(lambda: status(served) == "exempt", "the running worker takes the leave up")
        until(lambda: not open_events(served), "the open event ends with the leave")
        say(served, "DELETE", f"/leave/{left['id']}?by=王主任")
        until(lambda: status(served) == "empty", "the worker takes up that the leave has ended")
        assert served.workers() == [worker]

        old = served.get("/rules")["version"]
        edited = tmp_path / "rules.yaml"
        edited.write_text(yaml.safe_dump({"windows": {"w1": {"leave_post": {"after": "1h"}}}}), encoding="utf-8")
        config = tmp_path / "zaigang.yaml"
        dry = zaigang("site", "set", "rules", edited, "--config", config, "--dry-run")
        assert "leave_post.after" in dry.stdout
        zaigang("site", "set", "rules", edited, "--config", config, "--by", "王主任", "--why", "试行", "--yes")
        until(
            lambda: served.workers() not in ([worker], []), "the worker starts anew with the rules of the command", 40
        )
        book = served.get("/rules?window=w1")
        (rule,) = [one for one in book["rules"] if one["id"] == "leave_post"]
        assert (rule["parameters"]["after"], rule["origins"]["after"]) == ("1h", "edited v1")
        assert (book["version"] != old, served.get("/rules")["version"]) == (True, old)

        stale = ask(served, "PUT", "/parts/rules", {"content": {}, "by": "李", "why": "忘了看", "base": 0})
        assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale")
        say(served, "PUT", "/parts/rules", {"content": {}, "by": "李", "why": "恢复", "base": 1})
        until(lambda: open_events(served), "absences are events again under the old rules", 60)
        first = served.get("/parts/rules/history/1")["content"]
        back = say(served, "PUT", "/parts/rules", {"content": first, "by": "王主任", "why": "再试", "base": 2})

    assert back["version"] == 3
    assert back["interrupts"] == 1
    assert back["rulebooks"] == [{"windows": ["w1"], "old": old, "new": book["version"]}]


@pytest.mark.slow
def test_running_worker_judges_by_the_uniform_that_was_edited(tmp_path: Path) -> None:
    torsos = write_torso_network(tmp_path / "torsos")
    green, purple = enrolled(GREEN, torsos, tmp_path / "green.npz"), enrolled(PURPLE, torsos, tmp_path / "purple.npz")
    with on_air(tmp_path, {"a": Dressed(there_s=15, period_s=16, late_s=0)}) as air:
        content = configuration(tmp_path, air.url("a"))
        content["models"]["uniform"] = str(torsos)
        with serving(tmp_path, content) as served:
            until(lambda: status(served) == "on_post", "the clerk is seen", 90)
            (worker,) = served.workers()
            assert worn(served) is None

            for base, (file, is_worn) in enumerate(((green, True), (purple, False))):
                entry = {"from": "01-01", "to": "12-31", "uniforms": [str(file)]}
                edit = {"content": {"entries": [entry]}, "by": "王主任", "why": "换装", "base": base}
                say(served, "PUT", "/parts/uniform_timetable", edit)
                until(lambda is_worn=is_worn: worn(served) is is_worn, f"{file.stem} is asked for", 60)  # type: ignore[misc]

            assert served.workers() == [worker]


def worn(served: Served) -> bool | None:
    """What looks of the last seconds answered of the uniform, None where they could not."""
    now = datetime.now().astimezone()
    span = {"since": (now - timedelta(seconds=4)).isoformat(), "until": now.isoformat(), "answer": "uniform"}
    runs = served.get(f"/windows/w1/observations?{urlencode(span)}")["answers"]["uniform"]
    return runs[-1]["value"] if runs else None


def configuration(folder: Path, address: str) -> dict[str, Any]:
    return {
        "data": str(folder / "data"),
        "duty": {"always": True},
        "models": write_networks(folder),
        "rules": {"leave_post": {"after": 1.5, "clear_after": 0.5}},
        "recorder": {"min_free_mb": 0},
        "cameras": [{"id": "a", "source": address, "windows": [{"id": "w1", "zones": {"staff": list(ZONE)}}]}],
    }


def span(minutes: float) -> dict[str, str]:
    now = datetime.now().astimezone()
    return {
        "from": (now - timedelta(minutes=1)).isoformat(),
        "to": (now + timedelta(minutes=minutes)).isoformat(),
        "limit": f"{minutes + 2:g}min",
    }


def ask(served: Served, method: str, path: str, body: Any = None) -> httpx.Response:
    return httpx.request(method, f"http://127.0.0.1:{served.port}/api/v1{path}", json=body, timeout=60)


def say(served: Served, method: str, path: str, body: Any = None) -> Any:
    answer = ask(served, method, path, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def status(served: Served) -> str:
    window = served.get("/windows/w1")
    return window["status"] if window else ""


def open_events(served: Served) -> list[Any]:
    return [event for event in served.events() if event["state"] == "open"]
