"""The headings that columns may have, in Chinese and English, and the row of a table that holds them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.imports.table import Cell, Row, Table
from vision.errors import BadInput

__all__ = ["CHINESE", "Columns", "columns_of", "known_in"]

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "window": ("窗口", "窗口号", "窗口编号", "window", "windows"),
    "person": ("姓名", "人员", "工号", "person", "name", "staff number"),
    "from": ("开始", "开始日期", "开始时间", "起始", "起始日期", "from", "start"),
    "to": ("结束", "结束日期", "结束时间", "截止", "截止日期", "to", "until", "end"),
    "why": ("事由", "原因", "why", "reason"),
    "by": ("登记人", "by", "registered by"),
    "limit": ("限时", "limit"),
    "rules": ("规则", "rules", "rule"),
    "date": ("日期", "date"),
    "weekday": ("星期", "周", "weekday", "weekdays"),
    "uniforms": ("制服", "工装", "服装", "uniforms", "uniform"),
    "begins": ("上班", "上班时间", "begins"),
    "ends": ("下班", "下班时间", "ends"),
    "": ("备注", "序号", "note", "notes", "remarks", "no", "#"),
}
"""A column's key to its headings; the first is the one that templates have. Those under "" are not read."""

CHINESE: Final[Mapping[str, str]] = {key: names[0] for key, names in _NAMES.items()}
_KEY_OF: Final = {name: key for key, names in _NAMES.items() for name in names}
_SEARCHED: Final = 10  # a sheet may have a title above its headings
_IN_PARENTHESES: Final = re.compile(r"\(.*?\)")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each key stands in a row, and the heading as it is written there."""

    places: Mapping[str, int]
    written: Mapping[str, str]
    row: int


def known_in(texts: Iterable[object]) -> int:
    """How many of ``texts`` are headings that some table has."""
    return sum(_plain(text) in _KEY_OF for text in texts)


def columns_of(table: Table, wanted: Sequence[str], needed: Sequence[str], what: str) -> Columns:
    """The columns of ``table``; raises BadInput naming a heading that is missing, strange or there twice."""
    head = _head(table, what, wanted)
    places: dict[str, int] = {}
    written: dict[str, str] = {}
    for place, cell in enumerate(head.cells):
        if cell.is_empty:
            continue
        text = str(cell.value).strip()
        key = _KEY_OF.get(_plain(text))
        if key == "":
            continue
        if key is None or key not in wanted:
            raise BadInput(f'row {head.number}: {what} has no column "{text}"; it has {_list(wanted)}')
        if key in places:
            raise BadInput(f'row {head.number}: columns "{written[key]}" and "{text}" mean the same; leave one out')
        places[key], written[key] = place, text
    missing = [key for key in needed if key not in places]
    if missing:
        raise BadInput(f"row {head.number}: the column {_list(missing)} is missing; {what} has {_list(wanted)}")
    return Columns(places, written, head.number)


def _head(table: Table, what: str, wanted: Sequence[str]) -> Row:
    rows = [row for row in table.rows if not row.is_blank][:_SEARCHED]
    best = max(rows, key=lambda row: known_in(_values(row.cells)), default=None)
    if best is None or known_in(_values(best.cells)) == 0:
        raise BadInput(f"there is no row of headings; {what} has {_list(wanted)}")
    return best


def _values(cells: Iterable[Cell]) -> Iterable[object]:
    return (cell.value for cell in cells)


def _plain(text: object) -> str:
    """A heading without what is in parentheses, its width, case and spaces."""
    narrow = unicodedata.normalize("NFKC", str(text)).lower().strip().lstrip("\ufeff")
    return " ".join(_IN_PARENTHESES.sub("", narrow).split())


def _list(keys: Iterable[str]) -> str:
    return ", ".join(f"{_NAMES[key][0]} ({key})" for key in keys)
