"""Runs the scenarios of real pictures (pictures.yaml) through the shipped networks and all that follows them."""

import csv
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from service.models import load_eye
from service.rules import Judge, always_on, load_rulebook
from service.rules.duration import parse
from service.settings import ModelSettings
from vision.closeup import Eye
from vision.conduct import act_thresholds
from vision.layout import layout
from vision.observation import WindowId
from vision.observer import Observer
from vision.picture import Picture, Pixels
from vision.streamtime import StreamTime, seconds

pytestmark = [pytest.mark.slow, pytest.mark.shared]

SCENARIOS = yaml.safe_load((Path(__file__).parent / "pictures.yaml").read_text(encoding="utf-8"))
BOOK = load_rulebook()
LASTS, EVERY = "20s", "500ms"


@dataclass(frozen=True)
class Post:
    """A picture and where in it somebody is judged, xyxy in its pixels."""

    name: str
    pixels: Pixels
    zone: tuple[float, float, float, float]


@pytest.fixture(scope="module")
def eye() -> Eye:
    return load_eye(ModelSettings(), [BOOK])


def posts_of(entry: dict[str, Any], shared: Path) -> list[Post]:
    folder = shared / "data" / entry["set"]
    images = folder / "images" / entry.get("folder", "")
    if not images.is_dir():
        pytest.skip(f"the real pictures are missing: {images} is no folder; name theirs with ZAIGANG_SHARED")
    names = [path.relative_to(folder / "images").as_posix() for path in sorted(images.glob("*.jpg"))]
    if "group" in entry:
        with (folder / "groups.csv").open(encoding="utf-8", newline="") as file:
            of = {row["file"]: row["group"] for row in csv.DictReader(file)}
        names = [name for name in names if of[name] == entry["group"]]
    found: list[Post] = []
    for name in names:
        if len(found) < entry["first"]:
            found += posts_in(folder, name, entry.get("at"))
    return found[: entry["first"]]


def posts_in(folder: Path, name: str, label: str | None) -> list[Post]:
    pixels = np.asarray(cv2.imread(str(folder / "images" / name)), np.uint8)
    height, width = pixels.shape[:2]
    if label is None:
        return [Post(name, pixels, (0, 0, width, height))]
    number = (folder / "classes.txt").read_text(encoding="utf-8").split().index(label)
    boxes = []
    for line in (folder / "labels" / name).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        kind, x, y, w, h = (float(value) for value in line.split())
        if kind == number:
            left, top = max(0.0, (x - w / 2) * width), max(0.0, (y - h / 2) * height)
            box = left, top, min(width, (x + w / 2) * width), min(height, (y + h / 2) * height)
            boxes.append(Post(f"{name} {len(boxes)}", pixels, box))
    return boxes


def is_event(post: Post, eye: Eye, rules: list[str], lasts: int, every: int) -> bool:
    """Whether the picture, shown for so long and looked at every so often, becomes an event of one of ``rules``."""
    size = (post.pixels.shape[1], post.pixels.shape[0])
    plan = layout("camera", size, {WindowId("w1"): {"staff": post.zone}})
    (sight,) = eye.see([(plan, Picture(StreamTime(0), post.pixels), True)])  # the same picture is seen the same again
    observer = Observer(plan, act_thresholds(eye.objects.card))
    only = BOOK.model_copy(update={"rules": {name: BOOK.rules[name] for name in rules}})
    judge = Judge({WindowId("w1"): only}, always_on)
    for at in map(StreamTime, range(0, lasts, every)):
        (look,), _ = observer.observe(Picture(at, post.pixels), sight)
        if judge.observe(look):
            return True
    return False


@pytest.mark.parametrize("entry", SCENARIOS, ids=[one["name"] for one in SCENARIOS])
def test_pictures(entry: dict[str, Any], eye: Eye, shared: Path) -> None:
    posts = posts_of(entry, shared)
    lasts, every = (seconds(parse(entry.get(key, usual))) for key, usual in (("lasts", LASTS), ("every", EVERY)))
    judged = partial(is_event, eye=eye, rules=entry["rules"], lasts=lasts, every=every)

    events = [post.name for post in posts if judged(post)]

    assert len(posts) == entry["posts"]
    assert entry.get("at_least", 0) <= len(events) <= entry.get("at_most", len(posts)), events
