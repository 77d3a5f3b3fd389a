"""Changes of edited parts in words: what was changed, from what to what, at which windows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from dashboards.texts import Texts
from service.api.schemas import WindowOut
from service.api.schemas.parts import ChangeOut, SpellOut
from service.api.schemas.rules import RuleOut

__all__ = ["Told", "Wording"]

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(s|min|h|d)")
_UNITS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_SHARES: Final = ("begin_share", "end_share", "clear_share")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY: Final = re.compile("|".join(_WEEKDAYS))
_WINDOWS_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Told:
    """One change: ``what``, and the lines of how it was and how it is; no line is where there was or is nothing."""

    what: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    windows: str


class Wording:
    """Words in the language of ``t``; ``rules`` and ``windows`` are those of the hall, for their names.

    A key, rule or window that it does not know is named as it is written: the words may be older than the part.
    """

    def __init__(self, t: Texts, rules: Sequence[RuleOut], windows: Sequence[WindowOut]) -> None:
        self._t = t
        self._rules = {rule.id: getattr(rule.name, t.language) for rule in rules}
        self._windows = {window.id: window.name for window in windows}

    def told(self, part: str, changes: Sequence[ChangeOut]) -> list[Told]:
        """Each of ``changes`` of ``part``."""
        tell = {"rules": self._figure, "duty": self._hours}.get(part, self._entry)
        return [tell(change) for change in changes]

    def whose(self, windows: Sequence[str]) -> str:
        """Some windows by name; all of them, and the hall as such where it has none, in a word."""
        if set(windows) >= set(self._windows):
            return self._t("leave.all_windows")
        names = [self._windows.get(window, window) for window in windows]
        named = self._t("changes.and").join(names[:_WINDOWS_NAMED])
        return named if len(names) <= _WINDOWS_NAMED else self._t("changes.and_more", named=named, count=len(names))

    def spells(self, spells: Sequence[SpellOut]) -> str:
        """When a window is on duty on a day; what is not plain duty is named."""
        said = [
            f"{one.begins}–{one.ends}" + ("" if one.duty == "on" else f" {self._t(f'status.{one.duty}')}")
            for one in spells
        ]
        return self._t("changes.and").join(said) or self._t("status.off_duty")

    def _figure(self, change: ChangeOut) -> Told:
        rule, _, key = change.key.partition(".")
        what = f"{self._rules.get(rule, rule)} · {self._word('figure.', key)}"
        old, new = (self._value(key, value) for value in (change.old, change.new))
        return Told(what, (old,), (new,), self.whose(change.windows))

    def _value(self, key: str, value: Any) -> str:
        """A rule's figure."""
        if value is None or value == []:
            return self._t("changes.nothing")
        words: dict[str, Callable[[Any], str]] = {
            **dict.fromkeys(_SHARES, lambda share: f"{share * 100:g}%"),
            "severity": partial(self._word, "severity."),
            "state": partial(self._word, "judging."),
            "escalation": self._steps,
            "during": self._condition,
        }
        return words.get(key, self._plain)(value)

    def _steps(self, steps: Sequence[Mapping[str, Any]]) -> str:
        """From when on an event weighs what."""
        said = [(self._plain(step["after"]), self._word("severity.", step["severity"])) for step in steps]
        return self._t("changes.and").join(
            self._t("rule.raises", after=after, severity=weight) for after, weight in said
        )

    def _condition(self, during: Mapping[str, Any]) -> str:
        return self._t("changes.during", count=self._word("counted.", during["count"]), over=during["over"])

    def _hours(self, change: ChangeOut) -> Told:
        old, new = _apart(tuple(self._lines(change.old)), tuple(self._lines(change.new)))
        return Told(self._word("hours.", change.key), old, new, self.whose(change.windows))

    def _lines(self, value: Any) -> Iterator[str]:
        """A value of the hours, a line for each of its entries."""
        if isinstance(value, Mapping):
            for day, worked in value.items():
                yield f"{self._days(day)} {self._day(worked)}"
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield from (self._stretch(one) for one in value)
        elif value not in (None, []):
            yield self._day(value)

    def _day(self, worked: Any) -> str:
        """How a day is worked: on, off, at hours; or which weekdays are."""
        if isinstance(worked, list):
            return self._t("changes.and").join(self._days(str(one)).replace("-", "–") for one in worked)
        if isinstance(worked, bool):
            return self._t("changes.yes" if worked else "changes.no")
        return self._word("worked.", worked)

    def _days(self, text: str) -> str:
        """``text`` with its weekdays in words: ``mon-thu`` is 周一–周四."""
        if not _WEEKDAY.search(text):
            return text
        words = _WEEKDAY.sub(lambda found: self._t(f"weekday.{_WEEKDAYS.index(found[0]) + 1}"), text)
        return words.replace("-", "–").replace(",", self._t("changes.and"))

    def _stretch(self, entry: Mapping[str, Any]) -> str:
        """A season, or days out of service."""
        said = [self._span(entry["begins"], entry["ends"])]
        said += [self._day(entry[key]) for key in ("shifts", "weekdays") if entry.get(key)]
        said += [f"{self._days(group)} {self._day(hours)}" for group, hours in entry.get("by_weekday", {}).items()]
        return " · ".join((*said, *([entry["why"]] if entry.get("why") else [])))

    def _entry(self, change: ChangeOut) -> Told:
        part, _, name = change.key.partition(".")
        tell = {"leave": self._leave, "roster": self._rostered}.get(part, self._plain)
        old, new = (() if one is None else (tell(one),) for one in (change.old, change.new))
        what = self._word("part.", part)
        stretch = "" if part in ("leave", "roster") else f" {self._span(*name.partition('/')[::2])}"
        return Told(what + stretch, old, new, self.whose(change.windows))

    def _leave(self, entry: Mapping[str, Any]) -> str:
        rules = [self._rules.get(rule, rule) for rule in entry["rules"]]
        what = self._t("changes.and").join(rules) or self._t("leave.at_most", limit=self._plain(entry["limit"]))
        said = (self._span(entry["from"], entry["to"]), what, entry["by"], entry["why"])
        return " · ".join(one for one in said if one)

    def _rostered(self, entry: Mapping[str, Any]) -> str:
        return f"{entry['person']} · {self._span(entry['from'], entry['to'])}"

    def _span(self, begins: str, ends: str | None) -> str:
        """From one moment or day to another; the date once where both have the same."""
        first, last = (str(at or "").replace("T", " ") for at in (begins, ends))
        first, last = (re.sub(r"( \d\d:\d\d):00\b", r"\1", at) for at in (first, last))
        if not last or last == first:
            return first
        same = " " in first and first[:10] == last[:10]
        return f"{first} – {last[11:] if same else last}"

    def _plain(self, value: Any) -> str:
        """A value as it is written, a duration as people say it, a text in the reader's language."""
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            return self._t.duration(float(found[1]) * _UNITS[found[2]])
        if isinstance(value, list):
            return self._t("changes.and").join(str(one) for one in value)
        return str(value[self._t.language] if isinstance(value, Mapping) and self._t.language in value else value)

    def _word(self, family: str, name: object) -> str:
        key = f"{family}{name}"
        return self._t(key) if key in self._t else str(name)


def _apart(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What only one of both has: of many days the few that differ."""
    return tuple(one for one in old if one not in new), tuple(one for one in new if one not in old)
