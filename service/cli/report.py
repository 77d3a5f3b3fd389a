"""The events.json that `replay` and `judge` write."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from service.rules.event import Event
from vision.card import ModelCard
from vision.errors import BadInput
from vision.streamtime import SECOND, StreamTime, iso

__all__ = ["report", "write_out"]


def report(
    source: str,
    duration_s: float,
    events: Iterable[Event],
    start: StreamTime,
    rulebook: str,
    model: ModelCard | None,
) -> dict[str, Any]:
    """The report: events in order of onset, seconds counted from ``start``.

    An event that is still open ends, so far, at its last offending look.
    """
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
