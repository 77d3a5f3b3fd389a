"""Hands an event's evidence out of the house: what the site knows of it, the export, and the journal's row about it."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from service.evidence.export import Case, Exported, JournalProof, Order, export_evidence
from service.evidence.heads import HEADS, read_heads
from service.evidence.journal import GENESIS, head_of, proof
from service.evidence.redaction import Progress
from service.evidence.signing import SiteKey
from service.models import load_person
from service.rules.event import Event
from service.scratch import Scratch
from service.settings import Settings
from service.storage import Database, EventQueries, JournalQueries, PlaceQueries, VerdictQueries
from service.storage.events import StoredEvidence
from vision.disk import put_in_place
from vision.errors import BadInput, StorageFull, ZaigangError
from vision.observation import WindowId
from vision.streamtime import from_datetime, to_datetime

__all__ = ["EvidenceGone", "ExportDesk", "ExportsBusy", "exports_of", "hand_out"]

_POSTS = 1


def exports_of(data: Path) -> Path:
    """Where exports of a site are made, and kept until a service has sent them."""
    return data / "exports"


class ExportsBusy(ZaigangError):
    """Another export is being made: one at a time, since cameras are judged on the same machine."""


class EvidenceGone(BadInput):
    """The evidence was deleted, by retention or to make room; there is nothing to export any more."""


@dataclass(slots=True, eq=False)
class ExportDesk:
    """Makes one export at a time for a running service."""

    busy: str | None = None
    """The event whose export is being made."""

    async def hand_out(
        self, database: Database, settings: Settings, data: Path, key: SiteKey, event: str, order: Order, target: Path
    ) -> Exported:
        """As `hand_out`, on one core; raises ExportsBusy while another one is being made."""
        if self.busy is not None:
            raise ExportsBusy(f"an export of event {self.busy} is being made; ask again when it is done")
        self.busy = event
        try:
            return await hand_out(database, settings, data, key, event, order, target, threads=1)
        finally:
            self.busy = None


async def hand_out(
    database: Database,
    settings: Settings,
    data: Path,
    key: SiteKey,
    event: str,
    order: Order,
    target: Path,
    threads: int = 0,
    progress: Callable[[str], Progress] | None = None,
) -> Exported:
    """Export the evidence of ``event`` to ``target``; it is there once the journal has it, and not before.

    ``data``: the site's folder, which holds its evidence and the journal's heads.

    Raises EvidenceGone when the evidence was deleted, also in the meantime; BadInput when there is none or it is not
    what was recorded; StorageFull when a disk refuses; and what `export_evidence` raises.
    """
    begun = time.monotonic()
    async with database.session() as session:
        case = await _case(session, settings, data, key, event, order)
    part = target.with_name(f".{target.name}.part")
    try:
        with Scratch(exports_of(data)) as scratch:
            made = await asyncio.to_thread(
                lambda: export_evidence(
                    case, order, load_person(settings.models, threads), key, scratch.folder / target.name, progress
                )
            )
            await asyncio.to_thread(shutil.move, made.file, part)
        said = {
            **{"by": order.by, "why": order.why, "format": order.format},
            **{"reasons": order.reasons and order.format == "zip", "sha256": made.record},
        }
        # A row is dated when it is written, which may be minutes after the export was asked for.
        at = from_datetime(order.at + timedelta(seconds=time.monotonic() - begun))
        async with database.session() as session:
            await JournalQueries(session).alone()
            await _evidence(session, event)
            await JournalQueries(session).add("export", event, said, at)
        put_in_place(part, target)
    except (ZaigangError, OSError) as error:
        async with database.session() as session:
            await _evidence(session, event)  # where it has gone, that is why nothing else could be read
        if isinstance(error, OSError):
            raise StorageFull(f"{target}: cannot be written ({(error.strerror or str(error)).lower()})") from error
        raise
    finally:
        part.unlink(missing_ok=True)
    return replace(made, file=target)


async def _evidence(session: AsyncSession, event: str) -> StoredEvidence:
    """What is stored of the event's evidence; BadInput where there is none, EvidenceGone where it was deleted."""
    stored = await EventQueries(session).evidence(event)
    if stored is None:
        raise BadInput(f"{event}: there is no evidence of such an event on this site")
    if stored.deleted_at is not None:
        raise EvidenceGone(f'the evidence of event "{event}" was deleted: {stored.deleted_why}')
    return stored


async def _case(session: AsyncSession, settings: Settings, data: Path, key: SiteKey, event: str, order: Order) -> Case:
    stored, found = await _evidence(session, event), await EventQueries(session).find(event)
    if found is None:
        raise BadInput(f"{event}: there is no such event on this site")
    names = await PlaceQueries(session).window_names()
    zone = settings.hall.zone
    verdicts = [
        {"verdict": one.verdict, "by": one.by, "why": one.why, "at": to_datetime(one.at).astimezone(zone).isoformat()}
        for one in await VerdictQueries(session).history(event)
    ]
    return Case(
        data / "evidence" / stored.folder,
        settings.hall.name,
        zone,
        names.get(found.window) or found.window,
        _duty(settings, found),
        verdicts,
        _posts(settings, found.window),
        await _proof(session, data, key, event, order),
    )


def _duty(settings: Settings, event: Event) -> dict[str, str]:
    state = settings.duty_by_window()(event.window, event.started_at)
    return {"state": state, "of": "the event's begin, by the configuration at the time of the export"}


def _posts(settings: Settings, window: WindowId) -> int:
    """How many staff the window is for, as the rule on visiting has it."""
    book = settings.books().get(window)
    rule = book.rules.get("visiting") if book is not None else None
    return rule.over if rule is not None and rule.over is not None else _POSTS


async def _proof(session: AsyncSession, data: Path, key: SiteKey, event: str, order: Order) -> JournalProof | None:
    """The journal's row about the manifest, and what leads from it to a signed head."""
    journal = JournalQueries(session)
    row = await journal.last_manifest(event)
    last = await journal.last()
    if row is None or last is None:
        return None
    before = (await journal.page(row.n - 2, 1))[0].hash if row.n > 1 else GENESIS
    # The first head that was signed after it is in the second place too, where whoever doubts can compare it.
    # Years of hourly heads take seconds to check, so a thread does it.
    heads, _ = await asyncio.to_thread(read_heads, data / HEADS, key.public)
    signed = min((one for one in heads if one.n >= row.n), key=lambda one: one.n, default=None)
    head = signed or head_of(last.n, last.hash, from_datetime(order.at), key)
    following = await journal.between(row.n, head.n)
    return JournalProof(row, before, proof(following), head)
