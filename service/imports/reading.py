"""Reads a file that somebody has handed in to a table, whatever its name says it is."""

from pathlib import Path
from typing import Final

from service.imports.table import Table
from service.imports.text import read_text
from service.imports.workbook import read_workbook
from vision.errors import BadInput

__all__ = ["MOST_BYTES", "read_file", "read_table"]

MOST_BYTES: Final = 4_000_000
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_file(path: Path) -> bytes:
    """What the file holds, no more than shows that it is too large; raises BadInput naming it."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or str(error)).lower()}") from error


def read_table(content: bytes, sheet: str | None = None) -> Table:
    """The table in the bytes of a CSV file or a workbook (.xlsx); raises BadInput saying what is wrong with it."""
    if len(content) > MOST_BYTES:
        raise BadInput(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    if not content.strip():
        raise BadInput("it is empty")
    if content.startswith(_OLD_EXCEL):
        raise BadInput("it is an old Excel file (.xls) or has a password; save it as .xlsx without one")
    if content.startswith(b"PK"):
        return read_workbook(content, sheet)
    if content.lstrip()[:1] == b"<":
        raise BadInput("it is a web page that is called a table; open it in Excel and save it as .xlsx")
    return read_text(content)
