"""Takes rows one by one, so that every row's faults are told at once and none hides another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from service.imports.headings import Columns, columns_of
from service.imports.table import Cell, Fault, Row, Table

__all__ = ["Fields", "Names", "rows_of", "validated"]

T = TypeVar("T")

_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Names:
    """What a site has: every accepted name of a window and of a rule to its id, of a uniform to its file.

    ``unfit`` says why nobody can be judged by the uniform in a file, None where one can.
    """

    windows: Mapping[str, str]
    rules: Mapping[str, str]
    uniforms: Mapping[str, str]
    unfit: Callable[[Path], str | None]


@dataclass(slots=True)
class Fields:
    """One row by the keys of its columns; what cannot be read is a fault."""

    row: Row
    columns: Columns
    faults: list[Fault] = field(default_factory=list)

    def cell(self, key: str) -> Cell:
        place = self.columns.places.get(key)
        return self.row.cells[place] if place is not None and place < len(self.row.cells) else Cell()

    def read(self, key: str, meant: Callable[[Cell], T]) -> T | None:
        """What the cell of ``key`` means, None where it is empty or a fault."""
        cell = self.cell(key)
        if cell.is_empty:
            return None
        try:
            if cell.fault is not None:
                raise ValueError(cell.fault)
            return meant(cell)
        except ValueError as error:
            self.fault(key, str(error))
            return None

    def needed(self, key: str, meant: Callable[[Cell], T]) -> T | None:
        if self.cell(key).is_empty:
            self.fault(key, "is missing")
        return self.read(key, meant)

    def fault(self, key: str, what: str) -> None:
        """Say ``what`` is wrong; cut short, since it may repeat a cell that holds a book."""
        said = what if len(what) <= _LONGEST else f"{what[:_LONGEST]}…"
        self.faults.append(Fault(self.row.number, self.columns.written.get(key, key), said))


def rows_of(table: Table, wanted: Sequence[str], needed: Sequence[str], what: str) -> Iterator[Fields]:
    """The rows below the headings that are not blank; raises BadInput where the headings are wrong."""
    columns = columns_of(table, wanted, needed, what)
    return (Fields(row, columns) for row in table.rows if row.number > columns.row and not row.is_blank)


def validated(fields: Fields, model: type[BaseModel], entry: Mapping[str, Any]) -> bool:
    """Whether ``entry`` is one that the site's file could have, too; what is not is a fault of the row."""
    try:
        model.model_validate(entry)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            key = str(fault["loc"][0]) if fault["loc"] else ""
            fields.fault(key, str(fault["msg"]).removeprefix("Value error, "))
        return False
    return True
