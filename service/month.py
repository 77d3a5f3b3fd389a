"""A month's consequences of a site: what was upheld, by the rulebooks that judged it, and what follows of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from service.rules.consequences.accounts import Account, Judged, PeopleAt, Whose, accounts, waiting
from service.rules.consequences.explanation import Explainer
from service.rules.rule import Rule
from service.rules.rulebook import Rulebook
from service.settings import Settings
from service.storage import EventQueries, MonthQueries, PlaceQueries
from service.storage.month import EventOnTrial
from vision.errors import BadInput
from vision.streamtime import StreamTime, from_datetime, to_datetime

__all__ = ["Month", "MonthReport", "month_at", "month_named", "people_of", "report_of"]

_FORM: Final = re.compile(r"(\d{4})-(\d{2})")
_YEARS: Final = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class Month:
    """From ``since`` to before ``until`` by a hall's clock; ``name`` is written 2026-11."""

    name: str
    since: StreamTime
    until: StreamTime


@dataclass(frozen=True, slots=True)
class MonthReport:
    """``counts``: the month's events by verdict, ``waiting`` those without one by whom they would count for.

    ``explain`` writes the accounts out.
    """

    month: Month
    counts: Mapping[str, int]
    waiting: Mapping[Whose, int]
    accounts: tuple[Account, ...]
    explain: Explainer


def month_named(name: str, zone: ZoneInfo) -> Month:
    """The month written 2026-11; raises BadInput saying how a month is written."""
    found = _FORM.fullmatch(name.strip())
    if found is None or int(found[1]) not in _YEARS or not 1 <= int(found[2]) <= 12:
        raise BadInput(f"month: {name!r} is no month; write it as 2026-11")
    year, month = int(found[1]), int(found[2])
    since, until = datetime(year, month, 1, tzinfo=zone), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return Month(f"{year:04}-{month:02}", from_datetime(since), from_datetime(until))


def month_at(at: StreamTime, zone: ZoneInfo) -> Month:
    """The month in which ``at`` lies."""
    return month_named(f"{to_datetime(at).astimezone(zone):%Y-%m}", zone)


def people_of(settings: Settings) -> PeopleAt | None:
    """Who is on the roster at a moment; None where nobody was ever entered."""
    return settings.people().people_at if settings.roster else None


async def report_of(
    session: AsyncSession, month: Month, book: Rulebook, zone: ZoneInfo, people_at: PeopleAt | None
) -> MonthReport:
    """The consequences of ``month`` by ``book``; per person where ``people_at`` says who was on the roster."""
    queries = MonthQueries(session, month.since, month.until)
    upheld = await queries.upheld()
    asked = {rule for entry in book.consequences.half_days for rule in entry.unless}
    needed = [*await queries.repeated_by(one.event for one in upheld), *await queries.of_rules(asked), *upheld]
    judged = await _with_rules(EventQueries(session), needed)
    names = await PlaceQueries(session).window_names()
    found = accounts(judged, (month.since, month.until), book.consequences, people_at)
    explain = Explainer(zone, lambda id_: names.get(id_, id_))
    waits = waiting(await queries.pending(), people_at)
    return MonthReport(month, await queries.counts(), waits, tuple(found), explain)


async def _with_rules(queries: EventQueries, found: Iterable[EventOnTrial]) -> list[Judged]:
    books: dict[str, Mapping[str, Any]] = {}
    rules: dict[tuple[str, str], Rule] = {}
    judged = []
    for one in found:
        key = one.event.rulebook, one.event.rule
        if key not in rules:
            if key[0] not in books:
                books[key[0]] = await queries.rulebook(key[0]) or {}
            rules[key] = Rule.model_validate(books[key[0]]["rules"][key[1]])
        judged.append(Judged(one.event, rules[key], one.verdict))
    return judged
