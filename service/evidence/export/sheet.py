"""An event's evidence on one page of A4, Chinese first: what, where, when, by which rule, with redacted pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any, Final

__all__ = ["Sheet", "SheetPicture", "written_sheet"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 553.0, 40.0, 806.0
_GREY, _LINE = (0.42, 0.45, 0.5), (0.82, 0.84, 0.87)
_LAST: Final = (
    "机器的提示只是建议，经管理人员认定后才作数。 A machine's alert is a suggestion until a manager has upheld it."
)
_CSS: Final = """
@font-face { font-family: sheet; src: url(sheet.ttf); }
* { font-family: sheet; color: #1c2430; margin: 0; padding: 0; }
p { font-size: 9.2pt; line-height: 1.42; margin-bottom: 2.5pt; }
h1 { font-size: 19pt; font-weight: normal; }
.en { color: #66707c; font-size: 8.6pt; }
.label { color: #66707c; font-size: 7.6pt; }
.small { color: #66707c; font-size: 7.4pt; line-height: 1.4; }
"""


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A redacted picture (JPEG) with what it shows, in Chinese and English."""

    jpeg: bytes
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the page. ``facts`` and ``figures``: (Chinese label, English label, value)."""

    hall: str
    name: Mapping[str, str]
    text: Mapping[str, str]
    sources: Sequence[str]
    facts: Sequence[tuple[str, str, str]]
    figures: Sequence[tuple[str, str, str]]
    pictures: Sequence[SheetPicture]
    notes: Sequence[tuple[str, str]]
    marks: Sequence[tuple[str, str, str]]


def written_sheet(sheet: Sheet) -> bytes:
    """The page as PDF, its one font (which has Chinese) embedded, as far as it is used."""
    with _pdf().open() as document:
        page = document.new_page(width=595, height=842)
        font = _pdf().Archive(_pdf().Font("china-s").buffer, "sheet.ttf")

        def block(html: str, left: float, top: float, right: float, room: float) -> float:
            """Sets ``html`` below ``top``, smaller where it has no ``room``; returns where it ends."""
            box = _pdf().Rect(left, top, right, top + room)
            spare, _ = page.insert_htmlbox(box, html, css=_CSS, archive=font)
            return float(box.y1 - max(spare, 0.0))

        middle = (_LEFT + _RIGHT) / 2
        block('<p>违规事件证据单 <span class="en">Evidence of an event</span></p>', _LEFT, _TOP, middle, 18)
        block(f'<p style="text-align:right">{escape(sheet.hall)}</p>', middle, _TOP, _RIGHT, 18)
        _rule(page, _TOP + 20)
        y = block(f"<h1>{escape(sheet.name['zh'])}</h1>", _LEFT, _TOP + 30, _RIGHT, 30)
        y = block(f'<p class="en">{escape(sheet.name["en"])}</p>', _LEFT, y + 1, _RIGHT, 16)
        y = _table(page, block, sheet.facts, y + 10)
        sources = f'<span class="en">（{escape("、".join(sheet.sources))}）</span>' if sheet.sources else ""
        words = f'<p>{escape(sheet.text["zh"])}{sources}</p><p class="en">{escape(sheet.text["en"])}</p>'
        y = block(f'<p class="label">规定 Rule</p>{words}', _LEFT, y + 6, _RIGHT, 84)
        _rule(page, y + 6)
        y = _pictures(page, block, sheet.pictures, y + 16)
        y = _table(page, block, sheet.figures, y + 8)
        notes = "".join(f'<p>{escape(zh)} <span class="en">{escape(en)}</span></p>' for zh, en in sheet.notes)
        foot = _BOTTOM - 26 - 20 * len(sheet.marks)
        if notes:
            block(notes, _LEFT, y + 6, _RIGHT, max(foot - y - 18, 20))
        _rule(page, foot)
        for index, (zh, en, value) in enumerate(sheet.marks):
            line = f'<p class="small">{escape(zh)} {escape(en)}<br/>{escape(value)}</p>'
            block(line, _LEFT, foot + 6 + 20 * index, _RIGHT, 20)
        block(f'<p class="small">{_LAST}</p>', _LEFT, _BOTTOM - 14, _RIGHT, 14)
        document.subset_fonts()
        return bytes(document.tobytes(garbage=4, deflate=True))


def _pdf() -> Any:
    """PyMuPDF, which ships no types; read when a page is written, since reading it takes a second."""
    return import_module("pymupdf")


def _rule(page: Any, y: float) -> None:
    page.draw_line((_LEFT, y), (_RIGHT, y), color=_LINE, width=0.7)


def _table(page: Any, block: Any, rows: Sequence[tuple[str, str, str]], top: float) -> float:
    """Labelled values in three columns; returns where they end."""
    wide = (_RIGHT - _LEFT) / 3
    for index, (zh, en, value) in enumerate(rows):
        left, y = _LEFT + wide * (index % 3), top + 31 * (index // 3)
        block(f'<p class="label">{escape(zh)} {escape(en)}</p><p>{escape(value)}</p>', left, y, left + wide - 10, 30)
    end = top + 31 * -(-len(rows) // 3)
    _rule(page, end + 1)
    return end


def _pictures(page: Any, block: Any, pictures: Sequence[SheetPicture], top: float) -> float:
    """Pictures side by side, all of one height; returns where their captions end."""
    if not pictures:
        words = '<p class="en">没有可用的画面 No picture could be exported</p>'
        return float(block(words, _LEFT, top, _RIGHT, 16))
    gap = 10.0
    wide = (_RIGHT - _LEFT - gap * (max(len(pictures), 2) - 1)) / max(len(pictures), 2)
    bottom = top
    for index, one in enumerate(pictures):
        left = _LEFT + (wide + gap) * index
        shape = _pdf().Pixmap(one.jpeg)
        high = min(wide * shape.height / shape.width, 230.0)
        page.insert_image(_pdf().Rect(left, top, left + wide, top + high), stream=one.jpeg)
        caption = f'<p class="small">{escape(one.zh)}<br/>{escape(one.en)}</p>'
        bottom = max(bottom, block(caption, left, top + high + 3, left + wide, 24))
    return bottom
