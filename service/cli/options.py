"""Options that several commands share: zones, rule figures, the start of a film, and how they are read."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from service.said import one_line
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import StreamTime, from_datetime

__all__ = [
    "DEFAULT_START",
    "Config",
    "Out",
    "Set",
    "Start",
    "Zones",
    "parse_changes",
    "parse_start",
    "parse_zones",
    "said",
]

DEFAULT_START: Final = "2026-01-05T09:00:00+08:00"
"""A Monday morning on duty: what a film's first picture is taken for when nobody says."""

_YEARS: Final = range(1970, 2200)

Config = Annotated[Path | None, typer.Option("--config", help="The site's zaigang.yaml.", show_default=False)]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="RULE.KEY=VALUE", help="Change a rule's figure, such as leave_post.after=2.5s."),
]
Start = Annotated[
    str | None,
    typer.Option("--start", metavar="TIME", help=f"When the first look was, with its UTC offset [{DEFAULT_START}]."),
]
Out = Annotated[Path | None, typer.Option("--out", help="Write events.json here instead of printing it.")]
Zones = Annotated[
    list[str] | None,
    typer.Option(
        "--zone",
        metavar="[WINDOW:]NAME=X1,Y1,X2,Y2[,...]",
        help="A zone in pixels of the picture: a box (4 numbers) or a polygon (6 or more). Without WINDOW it is w1's.",
    ),
]


def parse_changes(texts: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """``leave_post.after=2.5s`` and its like as rule to key to value."""
    changes: dict[str, dict[str, Any]] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        rule, dot, key = name.strip().partition(".")
        if not (equals and dot and rule and key and value.strip()):
            raise BadInput(f"--set {text!r}: write it as RULE.KEY=VALUE, such as leave_post.after=2.5s")
        changes.setdefault(rule, {})[key] = value.strip()
    return changes


def parse_zones(texts: Sequence[str] | None) -> dict[WindowId, dict[str, list[float]]]:
    """``w3:staff=457,79,515,107`` and its like as window to zone to numbers."""
    zones: dict[WindowId, dict[str, list[float]]] = {}
    for text in texts or ():
        name, equals, numbers = text.partition("=")
        window, colon, zone = name.strip().rpartition(":")
        if not equals or not zone or (colon and not window):
            raise BadInput(f"--zone {text!r}: write it as [WINDOW:]NAME=x1,y1,x2,y2, such as w3:staff=457,79,515,107")
        try:
            values = [float(number) for number in numbers.split(",")]
        except ValueError as error:
            raise BadInput(f"--zone {text!r}: {numbers!r} is no list of numbers with commas between") from error
        drawn = zones.setdefault(WindowId(window or "w1"), {})
        if zone in drawn:
            raise BadInput(f'--zone {text!r}: window "{window or "w1"}" has a {zone} zone already')
        drawn[zone] = values
    return zones


def parse_start(text: str | None) -> StreamTime:
    """The moment that ``--start`` names; it must carry its UTC offset."""
    try:
        moment = datetime.fromisoformat(text or DEFAULT_START)
        if moment.year not in _YEARS:
            raise ValueError(f"the year must be {_YEARS[0]} to {_YEARS[-1]}")
        return from_datetime(moment)
    except ValueError as error:
        raise BadInput(f"--start {text!r}: write it with its UTC offset, as {DEFAULT_START} ({error})") from error


def said(option: str, given: str, most: int, least: int = 1) -> str:
    """What ``option`` says, on one line of ``least`` to ``most`` characters."""
    try:
        text = one_line(given)
    except ValueError as error:
        raise BadInput(f"{option}: {error}") from error
    if not least <= len(text) <= most:
        raise BadInput(f"{option}: give {least} to {most} characters, not {len(text)}")
    return text
