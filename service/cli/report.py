"""The events.json that `replay` and `judge` write."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from service.rules.duty import always_on, no_shifts
from service.rules.duty.roster import Roster
from service.rules.event import Event
from service.rules.rulebook import Rulebook
from service.settings import Settings
from service.settings.duty import DutyOf, ShiftOf
from vision.card import ModelCard
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime, iso

__all__ = ["report", "write_out"]


def report(
    source: str,
    duration_s: float,
    events: Iterable[Event],
    start: StreamTime,
    rulebook: str,
    model: ModelCard | None,
    books: Mapping[WindowId, Rulebook],
    site: Settings | None,
) -> dict[str, Any]:
    """The report: events in order of onset, seconds counted from ``start``; ``rulebook`` is the hall's version.

    ``books`` judged, by window. ``site`` says duty, shift and roster; without one, windows are on duty throughout. An
    event that is still open ends, so far, at its last offending look.
    """
    duty: DutyOf = always_on if site is None else site.duty_by_window()
    shift_at: ShiftOf = no_shifts if site is None else site.shifts_by_window()
    people = Roster() if site is None else site.people()

    def beside(event: Event) -> dict[str, Any]:
        rule = books[event.window].rules[event.rule]
        severity = rule.severity_after((event.until - event.started_at) / SECOND)
        shift = shift_at(event.window, event.started_at)
        return {
            "rulebook": event.rulebook,
            "severity": severity,
            "escalated": severity != rule.severity,
            "duty": duty(event.window, event.started_at),
            "shift": None if shift is None else {"begins": iso(shift[0]), "ends": iso(shift[1])},
            "person": people.person_at(event.window, event.started_at),
        }

    return {
        "source": source,
        "duration_s": round(duration_s, 3),
        "model": {"name": model.name, "sha256": model.sha256} if model else None,
        "rulebook": {"version": rulebook},
        "events": [
            {
                "id": event.id,
                "window": event.window,
                "rule": event.rule,
                "start_s": _since(event.started_at, start),
                "end_s": _since(event.until, start),
                "satisfied_s": _since(event.satisfied_at, start),
                "started_at": iso(event.started_at),
                "ended_at": iso(event.until),
                "state": event.state,
                "confidence": event.confidence,
                "repeat_of": event.repeat_of,
                **beside(event),
            }
            for event in sorted(events, key=lambda event: (event.started_at, event.window, event.rule))
        ],
    }


def write_out(content: dict[str, Any], out: Path | None) -> None:
    """Write ``content`` to ``out``, whole or not at all, or print it."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    draft = out.with_name(out.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        raise BadInput(f"--out {out}: cannot be written ({(error.strerror or str(error)).lower()})") from error


def _since(at: StreamTime, start: StreamTime) -> float:
    return round((at - start) / SECOND, 3)
