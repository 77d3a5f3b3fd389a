"""Runs the scenarios of what another rulebook would have made of the same looks: looks in, differences out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.rules.duration import parse
from service.settings import Settings
from service.whatif import Difference, Question, answer, other_books, trial_of
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
START = StreamTime(1_767_574_800 * SECOND)  # Monday 2026-01-05, 09:00 of the hall
ANSWERS: dict[str, dict[str, Any]] = {
    "phone": {"phone_in_use": True},
    "no phone": {"phone_in_use": False},
    "occupied": {"occupied": True},
    "empty": {"occupied": False},
    "covered": {"reason": "covered"},
}


def scenarios() -> Iterator[Any]:
    for entry in yaml.safe_load((Path(__file__).parent / "differences.yaml").read_text(encoding="utf-8")):
        yield pytest.param(entry, id=entry["name"])


@pytest.mark.parametrize("entry", list(scenarios()))
def test_what_would_have_been_different(entry: dict[str, Any]) -> None:
    settings = Settings(
        rules=entry.get("rules", {}),
        duty={"shifts": entry["shifts"]} if "shifts" in entry else {"always": True},  # type: ignore[arg-type]
        cameras=({"id": "cam", "source": "rtsp://x/1", "windows": [{"id": "w1"}]},),  # type: ignore[arg-type]
    )
    now = settings.books()
    question = Question(settings, now, other_books(settings, now, None, entry["change"]), None)
    trial = trial_of(question)

    for look in looks(entry["looks"]):
        trial.observe(look)

    found = answer(question, trial, 0, None).differences
    assert [told(one, wanted) for one, wanted in zip(found, entry["differences"], strict=True)] == entry["differences"]


def looks(lines: list[str]) -> Iterator[Observation]:
    at = START
    for line in lines:
        what, lasting = re.fullmatch(r"(.+) for (\S+)", line).groups()  # type: ignore[union-attr]
        for _ in range(round(parse(lasting))):
            yield Observation(W1, at, **ANSWERS[what])
            at = StreamTime(at + SECOND)


def told(one: Difference, wanted: dict[str, Any]) -> dict[str, Any]:
    """The difference in the words of the scenario, and as many of them."""
    spans = {
        side: [(event.started_at - START) // SECOND, (event.until - START) // SECOND]
        for side, event in (("now", one.now), ("then", one.then))
        if event is not None
    }
    more = {"later": one.alert_later_by_s, "severity": list(one.severities)}
    return {"kind": one.kind, **spans, **{name: more[name] for name in more if name in wanted}}
