"""A table from an Excel workbook (.xlsx): values alone, no formulas are computed and no macros read."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from xml.parsers import expat

import openpyxl
from openpyxl.utils.cell import range_boundaries

from service.imports.headings import known_in
from service.imports.table import Cell, Row, Table
from service.imports.text import MOST_COLUMNS, MOST_ROWS
from vision.errors import BadInput

__all__ = ["read_workbook"]

_MOST_BYTES: Final = 32_000_000
_MOST_PARTS: Final = 500
_MOST_COVERED: Final = MOST_ROWS * MOST_COLUMNS
_MOST_ELEMENTS: Final = 2 * _MOST_COVERED  # a cell and its value
_SPREAD: Final = ("mergeCell", "hyperlink")
"""Elements whose reference is spread into a cell of memory for each that it covers, used or not."""
_LITERAL: Final = re.compile(r'\[[^\]]*\]|"[^"]*"')
_FIRST_DAY: Final = date(1901, 1, 1)  # before it lie a sheet's bare times


def read_workbook(content: bytes, sheet: str | None = None) -> Table:
    """The table in the bytes of a workbook: of ``sheet``, or of the one visible sheet that has headings.

    Raises BadInput where it is damaged, too large, has macros, or leaves open which sheet is meant.
    """
    _check_size(content)
    try:
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl raises whatever its parsers raise on a damaged part
        raise BadInput(f"it cannot be read as a workbook ({' '.join(str(error).split()) or repr(error)})") from error
    chosen, notes = _chosen(values, sheet)
    return Table(tuple(_rows(values[chosen], formulas[chosen])), chosen, notes)


def _check_size(content: bytes) -> None:
    """Refuses what would grow without limit when it is unpacked, and what is no plain workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            found = parts.infolist()
            if len(found) > _MOST_PARTS or sum(part.file_size for part in found) > _MOST_BYTES:
                raise BadInput(f"unpacked it is larger than {_MOST_BYTES // 1_000_000} MB; keep the table alone in it")
            if any(part.filename.lower().endswith("vbaproject.bin") for part in found):
                raise BadInput("it holds macros; save it as an Excel workbook (.xlsx) without them")
            spread = _Spread()
            for part in found:
                spread.check(parts.read(part))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadInput(f"it is damaged or has a password ({error}); save it anew as .xlsx") from error


@dataclass(slots=True)
class _Spread:
    """How much memory the parts would become: a workbook of some kB can merge every cell that a sheet may have."""

    elements: int = 0
    covered: int = 0

    def check(self, part: bytes) -> None:
        """Raises BadInput where it is too much; whatever is no XML is for others to judge."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EntityDeclHandler = _refuse_entities
        with suppress(expat.ExpatError):
            parser.Parse(part, True)

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if name.rpartition(" ")[2] in _SPREAD:
            self.covered += _covered(attributes.get("ref", ""))
        if self.elements > _MOST_ELEMENTS:
            raise BadInput("it holds far more than a table; keep the table alone in it")
        if self.covered > _MOST_COVERED:
            raise BadInput("cells are merged or linked far beyond a table; undo that, or save it as CSV")


def _covered(reference: str) -> int:
    """How many cells ``reference`` covers, 0 where it is none."""
    try:
        left, top, right, bottom = range_boundaries(reference)
        return int((abs(right - left) + 1) * (abs(bottom - top) + 1))
    except TypeError:  # whole rows or columns
        return _MOST_COVERED + 1
    except ValueError:
        return 0


def _refuse_entities(*_declared: object) -> None:
    raise BadInput("it defines XML entities, which no spreadsheet does")


def _chosen(book: Any, sheet: str | None) -> tuple[str, tuple[str, ...]]:
    visible = [one.title for one in book.worksheets if one.sheet_state == "visible"]
    hidden = [one.title for one in book.worksheets if one.sheet_state != "visible"]
    if sheet is not None:
        if sheet not in (*visible, *hidden):
            raise BadInput(f'there is no sheet "{sheet}"; there are {_named([*visible, *hidden])}')
        return sheet, ()
    tables = [title for title in visible if _has_headings(book[title])]
    if len(tables) > 1:
        raise BadInput(f"{_named(tables)} are all tables; say which sheet is meant")
    if not tables and not visible:
        raise BadInput("every sheet is hidden")
    return (tables or visible)[0], tuple(f'hidden sheet "{title}" was not read' for title in hidden)


def _has_headings(sheet: Any) -> bool:
    rows = sheet.iter_rows(max_row=10, max_col=MOST_COLUMNS, values_only=True)
    return any(known_in(one for one in row if one is not None) > 1 for row in rows)


def _named(titles: list[str]) -> str:
    return ", ".join(f'"{title}"' for title in titles)


def _rows(values: Any, formulas: Any) -> Iterator[Row]:
    if values.max_row > MOST_ROWS or values.max_column > MOST_COLUMNS:
        used = f"{values.max_row} rows and {values.max_column} columns"
        raise BadInput(f'sheet "{values.title}" has {used} in use; at most {MOST_ROWS} and {MOST_COLUMNS} are read')
    down = {
        (row, merged.min_col): merged.min_row
        for merged in values.merged_cells.ranges
        if merged.min_col == merged.max_col
        for row in range(merged.min_row, merged.max_row + 1)
    }
    for row in values.iter_rows():
        cells = []
        for cell in row:
            at = (down.get((cell.row, cell.column), cell.row), cell.column)
            cells.append(_cell(values.cell(*at), formulas.cell(*at)))
        yield Row(row[0].row, tuple(cells))


def _cell(shown: Any, written: Any) -> Cell:
    value = shown.value
    if shown.data_type == "e":
        return Cell(fault=f"cell {shown.coordinate} shows the error {value}")
    if value is None and written.data_type == "f":
        return Cell(fault=f"cell {shown.coordinate} holds a formula that was never computed; write its value")
    style = _LITERAL.sub("", str(shown.number_format).lower()).split(";")[0]
    if isinstance(value, datetime):
        # Excel keeps moments as fractions of a day: 10:30 comes as 10:29:59.999.
        with suppress(OverflowError):  # the last second that there is
            value = value + timedelta(milliseconds=500)
        value = value.replace(microsecond=0)
        if value.date() < _FIRST_DAY:
            return Cell("24:00" if value.time() == time() else value.time())
        if value.time() == time() and "h" not in style:
            return Cell(value.date(), yearless="y" not in style)
    if isinstance(value, (str, int, float, bool, date, time, timedelta)) or value is None:
        return Cell(value)
    return Cell(fault=f"cell {shown.coordinate} holds {type(value).__name__}; write plain text, a date or a time")
