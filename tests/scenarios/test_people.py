"""Runs the scenarios of people at counters (people.yaml): boxes in, observations and events out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from service.rules import Judge, always_on, load_rulebook, overridden
from service.rules.duration import parse
from tests.fixtures.sights import Box, card, sight, things
from vision.conduct import act_thresholds
from vision.detector import Detections
from vision.layout import layout
from vision.observation import Observation, WindowId
from vision.observer import Observer, Seen
from vision.picture import Picture, Pixels
from vision.streamtime import SECOND, StreamTime, seconds

FILE = yaml.safe_load((Path(__file__).parent / "people.yaml").read_text(encoding="utf-8"))
SIZE = (640, 360)
EVERY = SECOND // 5
CLOSE = 2  # every second look goes close, as at 2.5 a second
EMPTY = np.random.default_rng(3).integers(60, 190, (360, 640, 3), np.uint8)
KNOWN = card(dict.fromkeys(("cell phone", "cigarette", "cake", "cup", "bottle", "book", "telephone"), 0.6))
BOOK = overridden(load_rulebook(), {"leave_post": {"after": "10s"}, "visiting": {"after": "10s"}}, "scenario")
JUDGED = ("leave_post", "visiting", "phone_use", "phone_call", "eating", "smoking")


@dataclass(frozen=True)
class Shown:
    """One look's people and what is in their hands; ``held`` None where nobody looked closely."""

    at: StreamTime
    people: dict[str, tuple[Box, float]]
    held: list[tuple[str, Box, float]]


def looks_of(entry: dict[str, Any]) -> Iterator[Shown]:
    at = StreamTime(0)
    for stretch in entry["looks"]:
        lasts = seconds(parse(stretch["for"])) // EVERY
        held = [(name, tuple(box), score) for name, box, score in stretch.get("things", ())]
        who = {name: one for name, one in stretch.items() if name not in ("for", "things")}
        for index in range(lasts):
            done = (index + 1) / lasts
            yield Shown(at, {name: placed(one, done) for name, one in who.items()}, held)
            at = StreamTime(at + EVERY)


def placed(person: Any, done: float) -> tuple[Box, float]:
    """Where a person is when so much of the stretch is done."""
    if isinstance(person, list):
        return box_of(person), 0.8
    score = person.get("score", 0.8)
    if "at" in person:
        return box_of(person["at"]), score
    begin, end = person["from"], person["to"]
    return box_of([a + done * (b - a) for a, b in zip(begin, end, strict=True)]), score


def box_of(numbers: list[float]) -> Box:
    x1, y1, x2, y2 = (float(number) for number in numbers)
    return x1, y1, x2, y2


def drawn(boxes: list[Box]) -> Pixels:
    """A picture in which everybody is dressed alike; the last one stands in front."""
    picture = EMPTY.copy()
    for index, (x1, y1, x2, y2) in enumerate(boxes):
        left, right = max(int(x1), 0), max(int(x2), 0)
        picture[int(y1) : int(y2), left:right] = np.array([40 + 50 * index, 70, 30], np.uint8)
        picture[int(y1) : int(y1) + 20, left + 15 : max(right - 15, left + 15)] = np.array([120, 150, 200], np.uint8)
    return picture


def detected(people: dict[str, tuple[Box, float]]) -> Detections:
    return Detections(
        np.array([box for box, _ in people.values()], np.float32).reshape(-1, 4),
        np.array([score for _, score in people.values()], np.float32),
        np.zeros(len(people), np.intp),
        ("person",),
    )


def watched(entry: dict[str, Any]) -> list[tuple[list[Observation], list[Seen]]]:
    zones = {WindowId(window): drawn_ for window, drawn_ in FILE["layouts"][entry["at"]].items()}
    observer = Observer(layout("camera", SIZE, zones), act_thresholds(KNOWN))
    answered = []
    for index, one in enumerate(looks_of(entry)):
        picture = Picture(one.at, drawn([box for box, _ in one.people.values()]))
        held = things(KNOWN, *one.held) if index % CLOSE == 0 else None
        answered.append(observer.observe(picture, sight(detected(one.people), held, KNOWN)))
    return answered


@pytest.mark.parametrize("entry", FILE["scenarios"], ids=[one["name"] for one in FILE["scenarios"]])
def test_people(entry: dict[str, Any]) -> None:
    answered = watched(entry)

    for expected in entry["expect"]:
        window, after = expected.get("window", "w1"), seconds(parse(expected.get("after", "0s")))
        said = [one for looks, _ in answered for one in looks if one.window == window and one.at >= after]
        assert said
        for signal, answer in expected.get("is", {}).items():
            assert {getattr(one, signal) for one in said} == {answer}, (window, signal)
        for signal, answer in expected.get("never", {}).items():
            assert answer not in {getattr(one, signal) for one in said}, (window, signal)
    assert events_of(answered) == [(one["window"], one["rule"]) for one in entry.get("events", ())]
    if "same" in entry:
        before, after = (seconds(parse(entry["same"][key])) for key in ("before", "after"))
        assert tracks_at(answered, before) == tracks_at(answered, after) != set()


def events_of(answered: list[tuple[list[Observation], list[Seen]]]) -> list[tuple[str, str]]:
    only = BOOK.model_copy(update={"rules": {name: BOOK.rules[name] for name in JUDGED}})
    judge = Judge({one.window: only for one in answered[0][0]}, always_on)
    opened = [event for looks, _ in answered for look in looks for event in judge.observe(look)]
    return [(event.window, event.rule) for event in opened if event.state == "open"]


def tracks_at(answered: list[tuple[list[Observation], list[Seen]]], moment: int) -> set[int | None]:
    """The numbers of those at a post at ``moment``."""
    return {one.track for one in answered[moment // EVERY][1] if one.label == "person" and one.window == "w1"}
