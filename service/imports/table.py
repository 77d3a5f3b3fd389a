"""A table before anybody has asked what it means: its rows, where each stands, and what a row has wrong."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

__all__ = ["Cell", "Fault", "Row", "Table", "Value"]

Value: TypeAlias = str | int | float | bool | datetime | date | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` as the file has it, None where it is empty; ``fault`` where it has none that could be used.

    yearless: a sheet's date that is shown by month and day alone.
    """

    value: Value = None
    fault: str | None = None
    yearless: bool = False

    @property
    def is_empty(self) -> bool:
        return self.fault is None and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` counts from 1 as spreadsheets and editors count."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_empty for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """``sheet``: which one of a workbook it is. ``notes``: what else there was that was not read."""

    rows: tuple[Row, ...]
    sheet: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, under which heading, and what would be right."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.what}" if self.column else f"row {self.row}: {self.what}"
