"""Runs the rulebook's scenarios, written in YAML beside this file: looks in, events out."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.rules.duration import parse
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import load_rulebook, overridden
from service.settings import load_settings
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime, from_datetime, seconds

W1 = WindowId("w1")
ANSWERS: dict[str, dict[str, Any]] = {
    "occupied": {"occupied": True},
    "empty": {"occupied": False},
    "unknown": {},
    "unclear": {},
    "covered": {"reason": "covered"},
    "phone": {"phone_in_use": True},
    "no phone": {"phone_in_use": False},
    "one": {"staff_count": 1},
    "two": {"staff_count": 2},
    "queue of ten": {"queue_count": 10},
    "queue of eleven": {"queue_count": 11},
    "cigarette": {"smoking": True},
    "no cigarette": {"smoking": False},
    "food": {"eating": True},
    "no food": {"eating": False},
    "badge": {"badge": True},
    "no badge": {"badge": False},
    "uniform": {"uniform": True},
    "no uniform": {"uniform": False},
    "an outsider": {"outsider": True},
    "staff only": {"outsider": False},
    "at the ear": {"phone_at_ear": True},
    "at the ear with a customer": {"phone_at_ear": True, "customer_count": 1},
    "at the ear with nobody": {"phone_at_ear": True, "customer_count": 0},
    "no call with a customer": {"phone_at_ear": False, "customer_count": 1},
}


@dataclass(frozen=True)
class Restart:
    """The worker is killed here and goes on from its last snapshot."""


def scenarios() -> Iterator[Any]:
    for file in sorted(Path(__file__).parent.glob("*.yaml")):
        if file.stem in ("people", "pictures"):
            continue  # boxes and pictures in: test_people.py, test_pictures.py
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            rule = entry.get("rule", file.stem)
            yield pytest.param(rule, entry, id=f"{rule}: {entry['name']}")


def looks_of(entry: dict[str, Any], start: StreamTime) -> list[Observation | Restart]:
    every = seconds(parse(entry.get("every", "1s")))
    looks: list[Observation | Restart] = []
    at = start
    for line in entry["looks"]:
        for part in expanded(line):
            if part == "restart":
                looks.append(Restart())
                continue
            answer, _, duration = part.rpartition(" for ")
            for _ in range(seconds(parse(duration)) // every):
                if answer != "silence":
                    looks.append(Observation(W1, at, **ANSWERS[answer]))
                at = StreamTime(at + every)
    return looks


def expanded(line: str) -> list[str]:
    repeated = re.fullmatch(r"(\d+) x \((.+)\)", line)
    if repeated is None:
        return [line]
    return [part.strip() for part in repeated[2].split("/")] * int(repeated[1])


def in_disorder(looks: list[Observation | Restart]) -> list[Observation | Restart]:
    """Every look twice, and now and then one of a minute ago once more."""
    disordered: list[Observation | Restart] = []
    for index, look in enumerate(looks):
        disordered += [look, look]
        if index % 7 == 0 and index >= 60:
            disordered.append(looks[index - 60])
    return disordered


@pytest.mark.parametrize(("rule", "entry"), list(scenarios()))
def test_scenario(rule: str, entry: dict[str, Any], tmp_path: Path) -> None:
    config = tmp_path / "zaigang.yaml"
    given = entry.get("duty", {"always": True})
    duty = {"shifts": given} if isinstance(given, list) else given
    config.write_text(yaml.safe_dump({"duty": duty, "leave": entry.get("leave", [])}), encoding="utf-8")
    start = parse_moment(entry.get("from", "2026-01-05T09:00:00+08:00"))
    book = overridden(load_rulebook(), {rule: entry.get("set", {})}, "scenario")
    only = book.model_copy(update={"rules": {name: book.rules[name] for name in entry.get("beside", [rule])}})
    settings = load_settings(config)

    looks = looks_of(entry, start)
    if entry.get("disorder"):
        looks = in_disorder(looks)
    judge = Judge({W1: only}, settings.duty_by_window(), settings.shifts_by_window(), settings.exempt())
    events: dict[str, Event] = {}
    for look in looks:
        if isinstance(look, Restart):
            kept = json.loads(json.dumps(judge.snapshot([W1])))
            judge = Judge({W1: only}, settings.duty_by_window(), settings.shifts_by_window(), settings.exempt())
            judge.restore(kept)
            continue
        events.update((event.id, event) for event in judge.observe(look))
    events.update((event.id, event) for event in judge.unreported())

    found = sorted(events.values(), key=lambda event: (event.started_at, event.until, event.rule))
    assert [shown(event, start, expected) for event, expected in zip(found, entry["events"], strict=True)] == entry[
        "events"
    ]


def shown(event: Event, start: StreamTime, expected: dict[str, Any]) -> dict[str, Any]:
    """The event in the scenario's words, with the keys that the scenario names."""
    known = {
        "start": (event.started_at - start) / SECOND,
        "end": (event.until - start) / SECOND,
        "satisfied": (event.satisfied_at - start) / SECOND,
        "state": event.state,
        "repeat": event.repeat_of is not None,
        "rule": event.rule,
    }
    assert event.started_at <= event.satisfied_at <= event.until
    if "repeat" not in expected:
        assert not known["repeat"]
    return {key: known[key] for key in expected}


def parse_moment(text: str) -> StreamTime:
    from datetime import datetime

    return from_datetime(datetime.fromisoformat(text))
