"""A table from a text file: which encoding it has, what separates its columns, and its rows."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from service.imports.headings import known_in
from service.imports.table import Cell, Row, Table
from vision.errors import BadInput

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "read_text"]

MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 50
_SEPARATORS: Final = (",", ";", "\t", "，")
_SEARCHED: Final = 10
_SAVE_AS: Final = 'save it as "CSV UTF-8"'


def read_text(content: bytes) -> Table:
    """The table in the bytes of a CSV file; raises BadInput where they are none."""
    text = _decoded(content)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        begins = 1
        for texts in reader:
            rows.append(Row(begins, tuple(Cell(text.strip() or None) for text in texts)))
            begins = reader.line_num + 1
            if len(rows) > MOST_ROWS or len(texts) > MOST_COLUMNS:
                raise BadInput(f"it has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
    except csv.Error as error:
        raise BadInput(f"row {reader.line_num}: {error}") from error
    return Table(tuple(rows))


def _separator(text: str) -> str:
    """Under which the first rows have the most headings."""
    return max(_SEPARATORS, key=lambda one: max(map(known_in, islice(_lines(text, one), _SEARCHED)), default=0))


def _lines(text: str, separator: str) -> Iterator[list[str]]:
    """The rows, read without complaint: under a separator that is not the file's own a quote may stand anywhere, so
    that the rest of the file can seem to be one field that is too long; what is wrong is told by its own separator.
    """
    with suppress(csv.Error):
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _decoded(content: bytes) -> str:
    """The text in UTF-8 or GB18030, which Excel writes in China; told apart by what only one of them can be."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _checked(_as(content, "utf-16"))
    if content.startswith(b"\xef\xbb\xbf"):
        return _checked(_as(content, "utf-8-sig"))
    utf8, gb18030 = _tried(content, "utf-8"), _tried(content, "gb18030")
    if utf8 is not None and (content.isascii() or gb18030 is None or any(ord(sign) >= 0x800 for sign in utf8)):
        return _checked(utf8)
    if utf8 is None and gb18030 is not None:
        return _checked(gb18030)
    if utf8 is None:
        raise BadInput(f"its text is neither UTF-8 nor GB18030; {_SAVE_AS}")
    # Pairs of bytes alone are letters with accents in UTF-8 and Chinese in GB18030, and nothing says which is meant.
    raise BadInput(f"whether its text is UTF-8 or GB18030 cannot be told; {_SAVE_AS}")


def _tried(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput(f"it begins as {encoding.removesuffix('-sig')}, but is not; {_SAVE_AS}") from error


def _checked(text: str) -> str:
    if "\0" in text:
        raise BadInput("it is no text; give a CSV file or an Excel workbook (.xlsx)")
    return text
