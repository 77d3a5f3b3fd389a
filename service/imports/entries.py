"""Rows that each are an entry of their own: leave, the roster, days out of service, and what is worn when."""

import datetime
from typing import Any, TypeAlias

from pydantic import BaseModel

from service.imports.table import Fault, Table
from service.imports.taking import Fields, Names, rows_of, validated
from service.imports.values import duration, moment, name, named, text, uniforms, whole_day, yearly
from service.settings import ClosedSettings, LeaveSettings, RosterEntry, WornSettings

__all__ = ["CLOSED", "LEAVE", "ROSTER", "WORN", "closed_rows", "leave_rows", "roster_rows", "worn_rows"]

_Taken: TypeAlias = list[tuple[int, dict[str, Any]]]

LEAVE = ("window", "date", "from", "to", "by", "why", "limit", "rules")
ROSTER = ("person", "window", "date", "from", "to")
CLOSED = ("window", "from", "to", "why")
WORN = ("from", "to", "uniforms")


def leave_rows(table: Table, names: Names) -> tuple[_Taken, list[Fault]]:
    """Entries as `leave` of zaigang.yaml has them, each with its row; and the faults of the other rows."""
    taken: _Taken = []
    faults: list[Fault] = []
    for fields in rows_of(table, LEAVE, ("by",), "a table of leave"):
        entry = {
            "windows": fields.read("window", lambda cell: named(cell, names.windows, "window")),
            **_span(fields),
            "rules": fields.read("rules", lambda cell: named(cell, names.rules, "rule")),
            "limit": fields.read("limit", duration),
            "by": fields.needed("by", name),
            "why": fields.read("why", text),
        }
        _take(fields, LeaveSettings, entry, taken)
        faults += fields.faults
    return taken, faults


def roster_rows(table: Table, names: Names) -> tuple[_Taken, list[Fault]]:
    """Entries as `roster` of zaigang.yaml has them, one a window, each with its row; and the faults of the others."""
    taken: _Taken = []
    faults: list[Fault] = []
    for fields in rows_of(table, ROSTER, ("person", "window"), "a roster"):
        person = fields.needed("person", name)
        windows = fields.needed("window", lambda cell: named(cell, names.windows, "window"))
        span = _span(fields)
        for window in windows or [""]:
            _take(fields, RosterEntry, {"person": person, "window": window, **span}, taken)
        faults += fields.faults
    return taken, faults


def closed_rows(table: Table, names: Names) -> tuple[_Taken, list[Fault]]:
    """Entries as `duty.closed` of zaigang.yaml has them, with the key ``windows`` beside (None for the hall)."""
    taken: _Taken = []
    faults: list[Fault] = []
    for fields in rows_of(table, CLOSED, ("from", "why"), "a table of days out of service"):
        windows = fields.read("window", lambda cell: named(cell, names.windows, "window"))
        entry = {
            "from": fields.needed("from", lambda cell: whole_day(cell) if cell.yearless else yearly(cell)),
            "to": fields.read("to", lambda cell: whole_day(cell) if cell.yearless else yearly(cell)),
            "why": fields.needed("why", text),
        }
        _take(fields, ClosedSettings, entry, taken, {"windows": windows})
        faults += fields.faults
    return taken, faults


def worn_rows(table: Table, names: Names) -> tuple[_Taken, list[Fault]]:
    """Entries as `models.uniform_timetable` of zaigang.yaml has them, each with its row; and the others' faults."""
    taken: _Taken = []
    faults: list[Fault] = []
    for fields in rows_of(table, WORN, ("from", "uniforms"), "a uniform timetable"):
        entry = {
            "from": fields.needed("from", yearly),
            "to": fields.read("to", yearly),
            "uniforms": fields.needed("uniforms", lambda cell: uniforms(cell, names.uniforms, names.unfit)),
        }
        _take(fields, WornSettings, entry, taken)
        faults += fields.faults
    return taken, faults


def _span(fields: Fields) -> dict[str, str | None]:
    """From when to when: dates, moments, or times of the row's date."""
    date = fields.read("date", whole_day)
    on = None if date is None else datetime.date.fromisoformat(date)
    if on is not None and fields.cell("from").is_empty and fields.cell("to").is_empty:
        return {"from": date, "to": date}
    begins = fields.needed("from", lambda cell: moment(cell, on))
    ends = fields.needed("to", lambda cell: moment(cell, on))
    return {"from": begins, "to": ends}


def _take(
    fields: Fields,
    model: type[BaseModel],
    entry: dict[str, Any],
    taken: _Taken,
    beside: dict[str, Any] | None = None,
) -> None:
    given = {key: value for key, value in entry.items() if value is not None}
    if not fields.faults and validated(fields, model, given):
        taken.append((fields.row.number, {**given, **(beside or {})}))
