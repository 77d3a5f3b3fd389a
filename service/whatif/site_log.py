"""A question put to a site: its log judged by both books, beside what the site recorded."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from service.observations import ObservationReader
from service.observations.store import HOUR
from service.storage import EventQueries, read_database
from service.storage.database import DatabaseError
from service.whatif.answer import Answer, Question, Span, answer, trial_of
from service.whatif.recorded import RecordedEvent
from service.whatif.trial import Trial
from vision.streamtime import StreamTime

__all__ = ["answer_of_log"]


def answer_of_log(question: Question, span: Span, data: Path, moved: Callable[[int, int], None]) -> Answer:
    """What the log in ``data`` says to ``question``; ``moved`` is told hours done and how many there are."""
    reader, trial = ObservationReader(data / "observations"), trial_of(question)
    if trial.rules:
        _judge(trial, reader, span, moved)
    return answer(question, trial, reader.coverage.unreadable, *_recorded(data / "zaigang.db", span))


def _judge(trial: Trial, reader: ObservationReader, span: Span, moved: Callable[[int, int], None]) -> None:
    """Every camera's looks in ``span`` through both books, but for the hours off duty, two of three in most halls.

    Hours are taken in order of time over all cameras: a window may have been given to another camera meanwhile.
    """
    ends = span.since, span.until
    todo = sorted((hour.begins, camera) for camera in reader.cameras() for hour in reader.hours(camera, *ends))
    for done, (begins, camera) in enumerate(todo):
        moved(done, len(todo))
        if trial.rests(begins, StreamTime(begins + HOUR)):
            continue
        since, until = max(begins, span.since), min(StreamTime(begins + HOUR), span.until)
        for look in reader.looks(camera, since, until, trial.rules, trial.stands_thinned, trial.asks):
            trial.observe(look)


def _recorded(file: Path, span: Span) -> tuple[list[RecordedEvent] | None, str | None]:
    """What the site recorded in the span; None and why where that cannot be known."""
    if not file.is_file():
        return None, f"{file} is not there"
    try:
        return asyncio.run(_read(file, span)), None
    except DatabaseError as error:
        return None, f"{file}: {str(error).removeprefix(f'{file}: ')}"


async def _read(file: Path, span: Span) -> list[RecordedEvent]:
    database = read_database(file)
    try:
        async with database.session() as session:
            events = await EventQueries(session).with_verdicts(span.since, span.until)
    finally:
        await database.close()
    return [RecordedEvent(event, verdict) for event, verdict in events]
