"""`zaigang score`: found events against the truth."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.rules.rulebook import load_rulebook
from service.score import Interval, all_measures
from service.score import score as compare
from vision.errors import BadInput

__all__ = ["add_to"]

_SAID: Final = {
    "false_alarms_per_hour": "false alarms an hour of film",
    "false_alarms_per_day": "false alarms a camera and working day (7 h)",
    "p_miss_at_0.1": "missed at 0.1 false alarms a camera-hour (Pmiss)",
    "n_mide": "times of the pairs (N-MIDE, 0 is best)",
    "tfa": "time falsely reported, of the time without an event (TFA)",
    "fragmentation": "found events a true one (fragmentation)",
}


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")

    window: str = "w1"
    rule: str
    start_s: float = Field(allow_inf_nan=False)
    end_s: float = Field(allow_inf_nan=False)
    satisfied_s: float | None = Field(default=None, allow_inf_nan=False)
    confidence: float = Field(default=1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "_Event":
        if self.end_s < self.start_s:
            raise ValueError(f"end_s {self.end_s:g} lies before start_s {self.start_s:g}")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    duration_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    windows: list[str] = []
    zones: dict[str, Any] = {}
    events: list[_Event]

    @property
    def watched(self) -> list[str]:
        return self.windows or list(self.zones)

    def intervals(self, rule: str | None) -> list[Interval]:
        return [
            Interval(event.window, event.rule, event.start_s, event.end_s, event.satisfied_s, event.confidence)
            for event in self.events
            if rule is None or event.rule == rule
        ]


def score(
    truth: Annotated[Path, typer.Argument(help="The true events.", show_default=False)],
    events: Annotated[Path, typer.Argument(help="The events that replay or judge found.", show_default=False)],
    rule: Annotated[str | None, typer.Option("--rule", help="Score this rule alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Score found events against the truth: pairs at a temporal overlap (tIoU) of 0.5, and the field's measures.

    Which windows were watched the truth says as `windows`, or by its `zones`; else they are those of the events.
    """
    real, found = _read(truth), _read(events)
    known = {*load_rulebook().rules, *(event.rule for event in (*real.events, *found.events))}
    if rule is not None and rule not in known:
        raise BadInput(f"--rule: there is no rule {rule!r}; rules are {', '.join(sorted(known))}")
    truths, founds, duration = real.intervals(rule), found.intervals(rule), real.duration_s or found.duration_s
    result = compare(truths, founds, duration)
    measures = all_measures(truths, founds, duration, real.watched)
    if as_json:
        typer.echo(json.dumps(measures, indent=1))
        return
    typer.echo(f"precision {measures['precision']:.3f}   recall {measures['recall']:.3f}   F1 {measures['f1']:.3f}")
    typer.echo(f"matches {measures['matches']}   misses {measures['misses']}   false alarms {measures['false_alarms']}")
    for name, said in _SAID.items():
        if measures[name] is not None:
            typer.echo(f"{said} {measures[name]:.3g}{_between(measures['ci95'], name)}")
    for name in ("onset_error_s", "alert_delay_s"):
        if measures[name]["p50"] is not None:
            typer.echo(f"{name} p50 {measures[name]['p50']:.1f}   p95 {measures[name]['p95']:.1f}")
    for name, intervals in (("missed", result.misses), ("false alarm", result.false_alarms)):
        for one in intervals:
            typer.echo(f"  {name}: {one.window} {one.rule} {one.start_s:.1f} to {one.end_s:.1f} s")


def _between(intervals: dict[str, tuple[float, float]] | None, name: str) -> str:
    if intervals is None or name not in intervals:
        return ""
    low, high = intervals[name]
    return f"   ({low:.3g} to {high:.3g} in 95 of 100 sets of windows)"


def _read(path: Path) -> _File:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is no text (byte {error.start} is not UTF-8)") from error
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}: is no JSON (line {error.lineno}: {error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: cannot be read: its brackets are too deep or a number is too long") from error
    try:
        return _File.model_validate(content)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise BadInput(f"{path}: {key}: {str(fault['msg']).removeprefix('Value error, ')}") from error


def add_to(app: typer.Typer) -> None:
    app.command()(score)
