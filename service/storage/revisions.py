"""What is asked of the parts that are edited while the site runs: their latest versions, their history, a new one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.evidence.journal import digest_of
from service.parts.content import PARTS, Part, Revision
from service.storage import tables
from service.storage.database import Database, DatabaseError, open_database
from service.storage.events import EventQueries
from service.storage.journal import JournalQueries
from vision.errors import BadInput
from vision.streamtime import StreamTime

__all__ = [
    "RevisionQueries",
    "StaleRevision",
    "open_events",
    "save_revision",
    "stored_history",
    "stored_revisions",
]

T = TypeVar("T")


class StaleRevision(BadInput):
    """Somebody else has saved a newer version than the one that a change was made from."""


class RevisionQueries:
    """Versions of parts within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def versions(self) -> dict[Part, int]:
        """The latest version of every part that was ever edited."""
        query = select(tables.Revision.part, func.max(tables.Revision.version)).group_by(tables.Revision.part)
        found = {row[0]: row[1] for row in await self._session.execute(query)}
        return {part: found[part] for part in PARTS if part in found}

    async def latest(self) -> dict[Part, Revision]:
        """The latest version of every part that was ever edited, whole."""
        return {
            part: revision
            for part, version in (await self.versions()).items()
            if (revision := await self.find(part, version)) is not None
        }

    async def find(self, part: Part, version: int) -> Revision | None:
        row = await self._session.get(tables.Revision, (part, version))
        return None if row is None else _revision(part, row)

    async def history(self, part: Part, limit: int, before: int | None = None) -> list[Revision]:
        """Versions of ``part``, the newest first, those before ``before``."""
        return [_revision(part, row) for row in await self._session.scalars(history_query(part, limit, before))]

    async def save(
        self, part: Part, content: Mapping[str, Any], by: str, why: str, at: StreamTime, base: int
    ) -> Revision:
        """Keep the version that follows ``base``, and write it into the journal.

        Raises StaleRevision where another one follows it already.
        """
        journal = JournalQueries(self._session)
        await journal.alone()
        newest = (await self.versions()).get(part, 0)
        if newest != base:
            raise StaleRevision(
                f"base: made from version {base} of {part}, but version {newest} is there; look at that one first"
            )
        row = tables.Revision(part=part, version=base + 1, content=dict(content), by=by, why=why, saved_at=at)
        self._session.add(row)
        said = {"part": part, "version": base + 1, "by": by, "why": why, "sha256": digest_of(row.content)}
        await journal.add("revision", None, said, at)
        return _revision(part, row)


def stored_revisions(file: Path) -> dict[Part, Revision]:
    """The latest versions in the database ``file``; none where there is no file, or one from before parts were edited.

    Raises DatabaseError naming the file.
    """
    return _asked(file, lambda session: RevisionQueries(session).latest()) or {}


def stored_history(file: Path, part: Part, limit: int, before: int | None = None) -> list[Revision]:
    """Versions of ``part`` in the database ``file``, the newest first, as `RevisionQueries.history` gives them."""
    return _asked(file, lambda session: RevisionQueries(session).history(part, limit, before)) or []


def open_events(file: Path) -> dict[str, int]:
    """How many events are open at each window of the database ``file``."""
    return _asked(file, lambda session: EventQueries(session).open_by_window()) or {}


def save_revision(
    file: Path, part: Part, content: Mapping[str, Any], by: str, why: str, at: StreamTime, base: int
) -> Revision:
    """Keep a version in the database ``file``, which is made or migrated as needed; a service may be running on it.

    Raises StaleRevision where somebody else was quicker.
    """
    asyncio.run(open_database(file).close())
    kept = _asked(file, lambda session: RevisionQueries(session).save(part, content, by, why, at, base))
    if kept is None:
        raise DatabaseError(f"{file}: the database has gone")
    return kept


def _asked(file: Path, question: Callable[[AsyncSession], Awaitable[T]]) -> T | None:
    """The answer of the database ``file`` within one transaction; None where it is not there, or has no such tables."""
    return asyncio.run(_answer(file, question)) if file.is_file() else None


async def _answer(file: Path, question: Callable[[AsyncSession], Awaitable[T]]) -> T | None:
    database = Database(f"sqlite+aiosqlite:///{file}")
    try:
        async with database.session() as session:
            is_there = await session.run_sync(lambda own: inspect(own.connection()).has_table("revisions"))
            return await question(session) if is_there else None
    except DatabaseError as error:
        reason = error.__cause__.orig if isinstance(error.__cause__, DBAPIError) else error
        raise DatabaseError(f"{file}: the database cannot be opened ({reason})") from error
    finally:
        await database.close()


def history_query(part: Part, limit: int, before: int | None) -> Select[tables.Revision]:
    """Versions by key, newest first; the primary key gives the order."""
    revision = tables.Revision
    query = select(revision).where(revision.part == part).order_by(revision.version.desc()).limit(limit)
    return query if before is None else query.where(revision.version < before)


def _revision(part: Part, row: tables.Revision) -> Revision:
    return Revision(part, row.version, row.content, row.by, row.why, StreamTime(row.saved_at))
