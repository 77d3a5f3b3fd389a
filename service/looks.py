"""Recorded looks, one JSON object a line: what `judge` and `whatif` read and `replay --looks` writes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from vision.errors import BadInput
from vision.observation import COUNTS, SIGNALS, Observation, Reason, WindowId
from vision.streamtime import SECOND, StreamTime, from_datetime, seconds

__all__ = ["LooksError", "RecordedLooks", "look_entry", "observation_of", "read_looks", "written_look"]


class LooksError(BadInput):
    """A line of recorded looks is wrong: names file, line and key."""


@dataclass(frozen=True, slots=True)
class RecordedLooks:
    """Looks in order of time, and the keys that were met but mean nothing here.

    ``start``: what times are counted from; that of the first look where all of them say `at` and nobody gave one.
    """

    looks: tuple[Observation, ...]
    unknown_keys: tuple[str, ...]
    start: StreamTime


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow")

    t: float | None = Field(default=None, allow_inf_nan=False, ge=-1e9, le=1e10)
    at: str | None = None
    window: str = Field(default="w1", min_length=1)
    occupied: bool | None = None
    phone_in_use: bool | None = None
    phone_at_ear: bool | None = None
    smoking: bool | None = None
    eating: bool | None = None
    badge: bool | None = None
    uniform: bool | None = None
    outsider: bool | None = None
    staff_count: int | None = Field(default=None, ge=0)
    customer_count: int | None = Field(default=None, ge=0)
    queue_count: int | None = Field(default=None, ge=0)
    reason: Reason | None = None
    confidence: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)

    @field_validator("at")
    @classmethod
    def _is_a_moment(cls, text: str | None) -> str | None:
        if text is not None and datetime.fromisoformat(text).tzinfo is None:
            raise ValueError("it has no UTC offset; write it as 2026-11-26T09:00:00+08:00")
        return text

    @model_validator(mode="after")
    def _has_one_time(self) -> "_Line":
        if (self.t is None) == (self.at is None):
            raise PydanticCustomError("time", "field required, or at" if self.t is None else "give t or at, not both")
        return self

    def moment(self, start: StreamTime) -> StreamTime:
        """When it was: ``t`` seconds after ``start``, or ``at``."""
        if self.t is not None:
            return StreamTime(start + seconds(self.t))
        return from_datetime(datetime.fromisoformat(self.at or ""))


def read_looks(path: Path, start: StreamTime, given: bool = True) -> RecordedLooks:
    """The looks of ``path`` in order of time, ``t`` counted from ``start``; the order of lines does not matter.

    ``given``: somebody has named the start; else looks that all say when they were (`at`) are counted from the first.
    Raises LooksError naming the line and key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LooksError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise LooksError(f"{path}: is no text (byte {error.start} is not UTF-8)") from error
    lines = list(_parsed(path, text.split("\n")))
    looks = [_observation(line, start) for line in lines]
    unknown = {key for line in lines for key in line.model_extra or ()}
    ordered = tuple(sorted(looks, key=lambda look: look.at))
    if ordered and not given and all(line.t is None for line in lines):
        start = ordered[0].at
    return RecordedLooks(ordered, tuple(sorted(unknown)), start)


def _parsed(path: Path, lines: Iterable[str]) -> Iterator[_Line]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _Line.model_validate(json.loads(line), strict=True)
        except json.JSONDecodeError as error:
            raise LooksError(f"{path}: line {number} is no JSON object ({error.msg})") from error
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in fault["loc"]) or ("t" if fault["type"] == "time" else "the line")
            message = fault["msg"].removeprefix("Value error, ")
            raise LooksError(f"{path}: line {number}, {key}: {message[:1].lower()}{message[1:]}") from error
        except (ValueError, RecursionError) as error:
            raise LooksError(
                f"{path}: line {number} cannot be read: its brackets are too deep or a number is too long"
            ) from error


def _observation(line: _Line, start: StreamTime) -> Observation:
    answers = {name: getattr(line, name) for name in (*SIGNALS, *COUNTS, "reason", "confidence")}
    return Observation(WindowId(line.window), line.moment(start), **answers)


def look_entry(look: Observation, start: StreamTime) -> dict[str, Any]:
    """The look as plain values; answers that are None are left out."""
    entry: dict[str, Any] = {"t": (look.at - start) / SECOND, "window": look.window}
    entry.update({name: value for name in (*SIGNALS, *COUNTS) if (value := getattr(look, name)) is not None})
    entry["reason"] = look.reason
    if look.confidence:
        entry["confidence"] = dict(look.confidence)
    return entry


def observation_of(entry: Mapping[str, Any], start: StreamTime) -> Observation:
    """The look that ``look_entry`` made the values of."""
    answers = {name: entry.get(name) for name in (*SIGNALS, *COUNTS, "reason")}
    at = StreamTime(start + seconds(entry["t"]))
    return Observation(WindowId(entry["window"]), at, confidence=entry.get("confidence", {}), **answers)


def written_look(look: Observation, start: StreamTime) -> str:
    """The line, without its end, that reads back as ``look``."""
    return json.dumps(look_entry(look, start), ensure_ascii=False)
