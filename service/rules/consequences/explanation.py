"""What an account of a month says, line by line, in the product's two languages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from service.rules.consequences.accounts import Account, HalfDayMissed, Judged, Line, Uncounted, Unnamed, Whose
from service.rules.rule import Text
from vision.streamtime import StreamTime, to_datetime

__all__ = ["Explainer"]

_UNNAMED: Final[dict[Unnamed, Text]] = {
    "nobody_rostered": Text(
        zh="当时排班表上没有人，计在窗口上。", en="Nobody was on the roster then, so it counts for the window."
    ),
    "several_rostered": Text(
        zh="当时排班表上不止一人，计在窗口上。",
        en="More than one person was on the roster then, so it counts for the window.",
    ),
    "handed_over": Text(
        zh="其间换了人，计在窗口上。", en="The roster changed hands meanwhile, so it counts for the window."
    ),
}


class Explainer:
    """Writes moments by the clock of ``zone`` and windows by their names."""

    def __init__(self, zone: ZoneInfo, name_of: Callable[[str], str]) -> None:
        self._zone, self._name_of = zone, name_of

    def line(self, line: Line) -> Text:
        """Which event it is, by which rule and sentence of the sources, and what it counts for."""
        rule = line.judged.rule
        quoted = _quoted(rule.text, rule.sources)
        where = f"{self._when(line.judged)} {self.window(line.judged.event.window)}"
        said = [
            Text(
                zh=f"{where} {rule.name.zh}{quoted.zh}。",
                en=f"{where}, {rule.name.en} {quoted.en}.",
            ),
            self._uncounted(line, line.uncounted) if line.uncounted is not None else _counted(line),
        ]
        if line.unnamed is not None:
            said.append(_UNNAMED[line.unnamed])
        return Text(zh="".join(one.zh for one in said), en=" ".join(one.en for one in said))

    def half_day(self, missed: HalfDayMissed) -> Text:
        """What a half day's absence was made of, or how many are lacking to one."""
        entry, when = missed.entry, [self._when(one) for one in missed.events]
        quoted = _quoted(entry.text, entry.sources)
        if missed.nth is None:
            so_far, names = f"{len(missed.events)}/{entry.times}", _names(missed.events)
            return Text(
                zh=f"{names.zh} {so_far}：{'、'.join(when)}{quoted.zh}。",
                en=f"{names.en} {so_far}: {', '.join(when)} {quoted.en}.",
            )
        names = _names(missed.events)
        return Text(
            zh=f"旷工半天，当月第 {missed.nth} 次：{names.zh} {'、'.join(when)}{quoted.zh}。",
            en=f"Half a day's absence, number {missed.nth} of the month: {names.en} {', '.join(when)} {quoted.en}.",
        )

    def summary(self, account: Account) -> Text:
        """How many breaches a month has brought, and what that leads to."""
        whose = self.whose(account.whose)
        zh, en = f"{whose}：违规 {account.breaches} 次", f"{whose}: {_number(account.breaches, 'breach', 'breaches')}"
        if account.rung is not None:
            zh, en = f"{zh}，{account.rung.name.zh}", f"{en}, {account.rung.name.en}"
        if account.missed:
            zh = f"{zh}；旷工半天 {account.missed} 次"
            en = f"{en}; half a day's absence {_number(account.missed, 'time', 'times')}"
        return Text(zh=f"{zh}。", en=f"{en}.")

    def whose(self, whose: Whose) -> str:
        """The person's name, or the window's."""
        return self.window(whose.id) if whose.kind == "window" else whose.id

    def window(self, id_: str) -> str:
        """The name of a window."""
        return self._name_of(id_)

    def month(self, since: StreamTime, upheld: int, pending: int) -> Text:
        """What there is in a month as a whole; where nothing was upheld, that this has no consequence."""
        begin = to_datetime(since).astimezone(self._zone)
        zh, en = f"{begin.year}年{begin.month}月", f"{begin:%Y-%m}"
        if not upheld:
            return Text(
                zh=f"{zh}没有认定属实的事件，不产生后果；待认定 {pending} 件。",
                en=f"{en}: no event was upheld, so nothing follows; {pending} pending.",
            )
        return Text(
            zh=f"{zh}认定属实 {upheld} 件，待认定 {pending} 件。",
            en=f"{en}: {_number(upheld, 'event', 'events')} upheld, {pending} pending.",
        )

    def _uncounted(self, line: Line, why: Uncounted) -> Text:
        if why == "notice" or line.of is None:
            return Text(
                zh="不计：这是对大厅的提示，不涉及个人。", en="Not counted: a notice to the hall, of nobody's breach."
            )
        at, name = self._clock(line.of.event.started_at, line.judged.event.started_at), line.of.rule.name
        if why == "repeat":
            return Text(
                zh=f"不另计：是 {at} 那一次短时间内再次发生。", en=f"Not counted again: a repeat of the one at {at}."
            )
        return Text(
            zh=f"不另计：与 {at} 起的“{name.zh}”是同一件事。",
            en=f'Not counted again: it is what "{name.en}" from {at} on counts for.',
        )

    def _when(self, one: Judged) -> str:
        begin, end = one.event.started_at, one.event.until
        return f"{self._local(begin):%m-%d %H:%M:%S}–{self._clock(end, begin)}"

    def _clock(self, at: StreamTime, beside: StreamTime) -> str:
        """The time of day; with its date where that is another than that of ``beside``."""
        moment, other = self._local(at), self._local(beside)
        return f"{moment:%H:%M:%S}" if moment.date() == other.date() else f"{moment:%m-%d %H:%M:%S}"

    def _local(self, at: StreamTime) -> datetime:
        return to_datetime(at).astimezone(self._zone)


def _counted(line: Line) -> Text:
    zh, en = f"当月第 {line.breaches} 次违规", f"Breach {line.breaches} of the month"
    if line.rung is None:
        return Text(zh=f"{zh}。", en=f"{en}.")
    rung, quoted = line.rung, _quoted(line.rung.text, line.rung.sources)
    return Text(zh=f"{zh}：{rung.name.zh}{quoted.zh}。", en=f"{en}: {rung.name.en} {quoted.en}.")


def _quoted(text: Text, sources: Sequence[str]) -> Text:
    """A sentence in parentheses, after the sources that have it; a hall's own regulations name none."""
    where = " ".join(sources)
    return Text(
        zh=f"（{where}：“{text.zh}”）" if where else f"（“{text.zh}”）",
        en=f'({where}: "{text.en}")' if where else f'("{text.en}")',
    )


def _names(events: Sequence[Judged]) -> Text:
    names = {one.rule.name.zh: one.rule.name.en for one in events}
    return Text(zh="、".join(names), en=" / ".join(names.values()))


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
