"""What people give as who and why stays one line that shows as it is, wherever it is given."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.api.schemas import By, ExportIn, HoldIn, VerdictIn, Why
from service.api.schemas.parts import PartIn
from service.cli.options import said
from service.said import one_line, shown
from service.settings import LeaveSettings, RosterEntry
from vision.errors import BadInput

FORGED = ["王\x1b[8m", "王\u202e李", "王\u2028row 9", "王\x00", "王\u200b", "王\ud800", "王\x85李", "\ufeff王"]
LEAVE = {"from": "2026-01-05T09:00", "to": "2026-01-05T10:00", "by": "王"}


def test_line_breaks_become_spaces_and_chinese_stays_as_it_is() -> None:
    assert one_line(" 复核\r\n第二行\t三 ") == "复核 第二行 三"
    assert one_line("王主任（值班）·①") == "王主任（值班）·①"


@given(st.text())
def test_what_is_kept_is_one_line_that_shows(text: str) -> None:
    try:
        kept = one_line(text)
    except ValueError:
        return
    assert len(kept.splitlines()) <= 1
    assert not {unicodedata.category(sign) for sign in kept} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert one_line(kept) == kept == shown(kept)


@pytest.mark.parametrize("text", FORGED)
def test_what_does_not_show_is_refused_wherever_it_is_given(text: str) -> None:
    shapes: list[tuple[Any, dict[str, Any]]] = [
        (VerdictIn, {"verdict": "upheld", "by": text}),
        (VerdictIn, {"verdict": "upheld", "by": "王", "why": f"因{text}"}),
        (HoldIn, {"held": True, "by": "王", "why": f"因{text}"}),
        (ExportIn, {"by": "王", "why": f"因{text}"}),
        (PartIn, {"base": 0, "by": text, "why": "因", "content": {}}),
        (LeaveSettings, LEAVE | {"by": text}),
        (LeaveSettings, LEAVE | {"why": f"因{text}"}),
        (RosterEntry, {"person": text, "window": "w1", "from": "2026-01-05", "to": "2026-01-05"}),
    ]
    for shape, content in shapes:
        with pytest.raises(ValidationError):
            shape.model_validate(content)
    for kind in (By, Why):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(f"王{text}李")
    with pytest.raises(BadInput, match="--why: it holds signs that do not show"):
        said("--why", text, 40)


def test_what_somebody_else_has_written_is_printed_as_numbers() -> None:
    assert shown("3f0c\x1b[8m\nrow 9\u202e") == r"3f0c\x1b[8m\nrow 9\u202e"
