"""`zaigang score`: found events against the truth."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.rules.rulebook import load_rulebook
from service.score import Interval
from service.score import score as compare
from vision.errors import BadInput

__all__ = ["add_to"]


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")

    window: str = "w1"
    rule: str
    start_s: float = Field(allow_inf_nan=False)
    end_s: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "_Event":
        if self.end_s < self.start_s:
            raise ValueError(f"end_s {self.end_s:g} lies before start_s {self.start_s:g}")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    duration_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    events: list[_Event]

    def intervals(self, rule: str | None) -> list[Interval]:
        return [
            Interval(event.window, event.rule, event.start_s, event.end_s)
            for event in self.events
            if rule is None or event.rule == rule
        ]


def score(
    truth: Annotated[Path, typer.Argument(help="The true events.", show_default=False)],
    events: Annotated[Path, typer.Argument(help="The events that replay or judge found.", show_default=False)],
    rule: Annotated[str | None, typer.Option("--rule", help="Score this rule alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Score found events against the truth at a temporal overlap (tIoU) of 0.5."""
    real, found = _read(truth), _read(events)
    known = {*load_rulebook().rules, *(event.rule for event in (*real.events, *found.events))}
    if rule is not None and rule not in known:
        raise BadInput(f"--rule: there is no rule {rule!r}; rules are {', '.join(sorted(known))}")
    result = compare(real.intervals(rule), found.intervals(rule), real.duration_s or found.duration_s)
    measures = result.measures()
    if as_json:
        typer.echo(json.dumps(measures, indent=1))
        return
    typer.echo(f"precision {measures['precision']:.3f}   recall {measures['recall']:.3f}   F1 {measures['f1']:.3f}")
    typer.echo(f"matches {measures['matches']}   misses {measures['misses']}   false alarms {measures['false_alarms']}")
    for name, intervals in (("missed", result.misses), ("false alarm", result.false_alarms)):
        for one in intervals:
            typer.echo(f"  {name}: {one.window} {one.rule} {one.start_s:.1f} to {one.end_s:.1f} s")


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
