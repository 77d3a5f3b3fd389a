"""What a month's upheld events lead to, per window or per person of the roster."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from service.api.errors import ApiError
from service.api.month_table import table_of
from service.api.present import moment
from service.api.schemas import TextOut
from service.api.schemas.consequences import AccountOut, ConsequencesOut, HalfDayOut, LineOut, RungOut
from service.api.site import SiteDep
from service.month import MonthReport, month_at, month_named, people_of, report_of
from service.rules.consequences.accounts import Account, Line
from service.rules.consequences.explanation import Explainer
from service.rules.rule import Text
from service.rules.rulebook import Rulebook
from vision.errors import BadInput

__all__ = ["consequences_out", "router"]

router = APIRouter(tags=["consequences"])


WantedMonth = Annotated[str | None, Query(description="As 2026-11; the present one by the hall's clock.")]
ForWhom = Annotated[
    Literal["window", "person"] | None, Query(description="`person` where there is a roster, else `window`.")
]


@router.get("/consequences")
async def consequences(site: SiteDep, month: WantedMonth = None, by: ForWhom = None) -> ConsequencesOut:
    """The ladder of a month, computed from the verdicts that hold now, explained line by line."""
    zone = site.settings.hall.zone
    try:
        wanted = month_at(site.board.now(), zone) if month is None else month_named(month, zone)
    except BadInput as error:
        raise ApiError(422, "bad_input", str(error), "month") from error
    people_at = people_of(site.settings) if by != "window" else None
    if by == "person" and people_at is None:
        raise ApiError(422, "bad_input", "by: nobody is on the roster, so events count for windows only", "by")
    async with site.database.session() as session:
        report = await report_of(session, wanted, site.hall_book, zone, people_at)
    return consequences_out(report, site.hall_book, zone, "window" if people_at is None else "person")


@router.get("/consequences.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def table(site: SiteDep, month: WantedMonth = None, by: ForWhom = None) -> Response:
    """The same as a table: one row a line."""
    found = await consequences(site, month, by)
    named = {"Content-Disposition": f'attachment; filename="consequences-{found.month}-{found.by}.csv"'}
    return Response(table_of(found), media_type="text/csv; charset=utf-8", headers=named)


def consequences_out(
    report: MonthReport, book: Rulebook, zone: ZoneInfo, by: Literal["window", "person"]
) -> ConsequencesOut:
    """A month's report with every line written out."""
    month, counts, explain = report.month, report.counts, report.explain
    upheld, pending = counts.get("upheld", 0), counts.get("pending", 0)
    return ConsequencesOut(
        month=month.name,
        since=moment(month.since, zone),
        until=moment(month.until, zone),
        by=by,
        rulebook=book.version,
        ladder=[RungOut(**rung.model_dump()) for rung in book.consequences.ladder],
        upheld=upheld,
        pending=pending,
        dismissed=counts.get("dismissed", 0),
        accounts=[
            _account_out(account, report.waiting.get(account.whose, 0), explain, zone) for account in report.accounts
        ],
        says=_text(explain.month(month.since, upheld, pending)),
    )


def _account_out(account: Account, pending: int, explain: Explainer, zone: ZoneInfo) -> AccountOut:
    return AccountOut(
        kind=account.whose.kind,
        id=account.whose.id,
        name=explain.whose(account.whose),
        breaches=account.breaches,
        rung=account.rung.at if account.rung is not None else None,
        late=account.late,
        early=account.early,
        half_days=account.missed,
        pending=pending,
        lines=[_line_out(line, explain, zone) for line in account.lines],
        absences=[
            HalfDayOut(
                nth=one.nth,
                needed=one.entry.times,
                events=[judged.event.id for judged in one.events],
                sources=list(one.entry.sources),
                says=_text(explain.half_day(one)),
            )
            for one in account.half_days
        ],
        says=_text(explain.summary(account)),
    )


def _line_out(line: Line, explain: Explainer, zone: ZoneInfo) -> LineOut:
    event = line.judged.event
    return LineOut(
        event=event.id,
        window=event.window,
        window_name=explain.window(event.window),
        rule=event.rule,
        name=_text(line.judged.rule.name),
        severity=line.judged.severity,
        started_at=moment(event.started_at, zone),
        until=moment(event.until, zone),
        breaches=line.breaches,
        rung=line.rung.at if line.rung is not None else None,
        uncounted=line.uncounted,
        counted_by=line.of.event.id if line.of is not None else None,
        unnamed=line.unnamed,
        says=_text(explain.line(line)),
    )


def _text(text: Text) -> TextOut:
    return TextOut(zh=text.zh, en=text.en)
