"""A month's consequences as a table (CSV): one row a line of an account, as table programs open it."""

import csv
import io
from collections.abc import Mapping
from typing import Final

from service.api.schemas import TextOut
from service.api.schemas.consequences import ConsequencesOut

__all__ = ["table_of"]

_COLUMNS: Final = (
    "month kind id name event window window_name rule rule_zh rule_en severity started_at until breaches rung "
    "uncounted counted_by unnamed half_day says_zh says_en"
).split()
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a table program would run instead of showing it; full-width signs too, as Chinese editions do."""


def table_of(found: ConsequencesOut) -> str:
    """The table's text; it begins with a byte order mark, without which table programs misread Chinese."""
    text = io.StringIO()
    text.write("\ufeff")
    rows = csv.DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    rows.writeheader()
    for account in found.accounts:
        whose = {"month": found.month, **account.model_dump(include={"kind", "id", "name"})}
        for line in account.lines:
            named = {"rule_zh": line.name.zh, "rule_en": line.name.en}
            rows.writerow(_shown({**whose, **line.model_dump(exclude={"name"}), **named, **_said(line.says)}))
        for half in account.absences:
            made_of = {"event": " ".join(half.events), "half_day": half.nth}
            rows.writerow(_shown({**whose, **made_of, **_said(half.says)}))
    return text.getvalue()


def _said(text: TextOut) -> dict[str, str]:
    return {"says_zh": text.zh, "says_en": text.en}


def _shown(row: Mapping[str, object]) -> dict[str, object]:
    return {
        key: f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for key, value in row.items()
    }
