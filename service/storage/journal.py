"""What is asked of the journal: add a row, read it whole, find what it says of an event."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.evidence.journal import GENESIS, MANIFESTS, Kind, Row, content_digest, link, text_of
from service.storage import tables
from vision.streamtime import StreamTime

__all__ = ["JournalQueries", "manifest_row"]

_AT_ONCE: Final = 2000


class JournalQueries:
    """The journal within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, kind: Kind, event: str | None, body: Mapping[str, Any], at: StreamTime) -> Row:
        """Seal a row onto the chain; others who add wait until this transaction is over."""
        await self.alone()
        last = await self.last()
        n, before = (last.n + 1, last.hash) if last is not None else (1, GENESIS)
        said = text_of(body)
        row = Row(n, at, kind, event, said, link(before, n, content_digest(at, kind, event, said)))
        self._session.add(tables.JournalRow(n=n, at=at, kind=kind, event=event, body=said, hash=row.hash))
        await self._session.flush()
        return row

    async def last(self) -> Row | None:
        """The end of the chain."""
        query = select(tables.JournalRow).order_by(tables.JournalRow.n.desc()).limit(1)
        row = (await self._session.scalars(query)).first()
        return None if row is None else _row(row)

    async def last_manifest(self, event: str) -> Row | None:
        """The latest row that names the manifest of ``event``."""
        return await self.last_of(event, *MANIFESTS)

    async def last_of(self, event: str, *kinds: Kind) -> Row | None:
        """The latest row about ``event`` that is one of ``kinds``."""
        row = tables.JournalRow
        query = select(row).where(row.event == event, row.kind.in_(kinds)).order_by(row.n.desc()).limit(1)
        found = (await self._session.scalars(query)).first()
        return None if found is None else _row(found)

    async def count(self) -> int:
        """How far the chain reaches."""
        return (await self._session.scalar(select(func.max(tables.JournalRow.n)))) or 0

    async def has_deeds(self, after: int) -> bool:
        """Whether rows after row ``after`` say more than that evidence was made."""
        row = tables.JournalRow
        query = select(row.n).where(row.n > after, row.kind != "manifest").order_by(row.n).limit(1)
        return (await self._session.scalar(query)) is not None

    async def rows(self, after: int = 0) -> AsyncIterator[Row]:
        """The rows after row ``after``, in order; a long chain is read piece by piece."""
        while True:
            query = select(tables.JournalRow).where(tables.JournalRow.n > after)
            found = (await self._session.scalars(query.order_by(tables.JournalRow.n).limit(_AT_ONCE))).all()
            for row in found:
                yield _row(row)
            if len(found) < _AT_ONCE:
                return
            after = found[-1].n
            self._session.expunge_all()

    async def between(self, after: int, last: int) -> list[Row]:
        """The rows after row ``after`` up to row ``last``, in order."""
        row = tables.JournalRow
        query = select(row).where(row.n > after, row.n <= last).order_by(row.n)
        return [_row(one) for one in await self._session.scalars(query)]

    async def page(self, after: int, limit: int, event: str | None = None) -> list[Row]:
        """The ``limit`` rows after row ``after``, of all events or of one, in order."""
        row = tables.JournalRow
        query = select(row).where(row.n > after).order_by(row.n).limit(limit)
        if event is not None:
            query = query.where(row.event == event)
        return [_row(one) for one in await self._session.scalars(query)]

    async def alone(self) -> None:
        """Take the right to write until this transaction is over, so that what is read from here on stays so.

        Before the chain's end is read: two rows must not be sealed with the same one.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(text("LOCK TABLE journal IN EXCLUSIVE MODE"))
        else:
            nothing = update(tables.JournalRow).where(tables.JournalRow.n < 0).values(n=tables.JournalRow.n)
            await self._session.execute(nothing)


def manifest_row(folder: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal says of a manifest."""
    return {"folder": folder, "sha256": manifest.get("sha256"), "complete": bool(manifest.get("complete"))}


def _row(row: tables.JournalRow) -> Row:
    return Row(row.n, StreamTime(row.at), row.kind, row.event, row.body, row.hash)
