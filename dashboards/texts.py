"""The words of the pages in one language: texts by key, durations and moments as people say them."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

__all__ = ["LANGUAGES", "Language", "Texts", "texts"]

Language = Literal["zh", "en"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_FOLDER: Final = Path(__file__).parent / "locales"


class Texts:
    """Call it with a key and the values of its text: ``t("zones.saved", version=3)``."""

    def __init__(self, language: Language, entries: Mapping[str, str]) -> None:
        self.language = language
        self.entries = entries

    def __call__(self, key: str, **values: object) -> str:
        return self.entries[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def duration(self, seconds: float) -> str:
        """``5 分钟``, ``6 分 38 秒``, ``2.5 秒``: two units at most, tenths only under ten seconds."""
        if seconds < 10 and round(seconds, 1) % 1:
            return self("duration.s", s=f"{seconds:.1f}")
        whole = round(seconds)
        hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
        if hours:
            return self("duration.h_m", h=hours, m=minutes) if minutes else self("duration.h", h=hours)
        if minutes:
            return self("duration.m_s", m=minutes, s=rest) if rest else self("duration.m", m=minutes)
        return self("duration.s", s=rest)

    def since(self, start: str, now: str) -> str:
        """How long something that began at ``start`` has lasted by ``now``, in whole seconds."""
        return self.duration(round((datetime.fromisoformat(now) - datetime.fromisoformat(start)).total_seconds()))

    def day(self, moment: str) -> str:
        """The date and weekday of an ISO moment: ``2026-11-20 周五``."""
        at = datetime.fromisoformat(moment)
        return f"{at:%Y-%m-%d} {self(f'weekday.{at.isoweekday()}')}"

    @staticmethod
    def date(moment: str) -> str:
        """The date of an ISO moment: ``2026-11-20``."""
        return f"{datetime.fromisoformat(moment):%Y-%m-%d}"

    @staticmethod
    def clock(moment: str) -> str:
        """The time of day of an ISO moment: ``10:19:24``."""
        return f"{datetime.fromisoformat(moment):%H:%M:%S}"

    @staticmethod
    def size(count: int) -> str:
        """A file's size: ``678 KB``, ``3.3 MB``."""
        return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} KB"


@cache
def texts(language: Language) -> Texts:
    """The texts of ``language``."""
    return Texts(language, json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8")))
