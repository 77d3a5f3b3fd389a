"""What the service does for evidence by itself: signs the journal's head, deletes what is old, makes room."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import structlog

from service.evidence.heads import HEADS, HeadsError, append_head
from service.evidence.journal import head_of
from service.evidence.retention import Retention
from service.evidence.signing import SiteKey
from service.rules.event import VerdictWord
from service.storage import Database, JournalQueries
from service.storage.keeping import KeepingQueries, Kept
from vision.errors import ZaigangError
from vision.streamtime import SECOND, StreamTime

__all__ = ["Code", "Trouble", "Upkeep"]

log = structlog.get_logger()

_ROOM_EVERY_S: Final = 5.0
_RING_FIRST: Final = 3
"""Looks at a full disk before evidence gives way: recordings of nobody's breach go first, which workers see to."""

_AT_ONCE: Final = 200
_UNDO: Final = 3600 * SECOND
"""What was dismissed just now stays for as long as a slip of the finger is taken back."""


Code = Literal["gave_way", "nothing_gives_way", "head_not_written", "not_deleted", "upkeep_failed"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What needs a person: a code with its figures for pages, and the sentence."""

    code: Code
    text: str
    figures: dict[str, Any]


class Upkeep:
    """Runs beside the service. ``second``: another place for the signed heads, None for none.

    ``free``: bytes left on the disk of the evidence. Below ``low_water`` bytes evidence of dismissed events gives way,
    the oldest first; that of pending and upheld ones never does.
    """

    def __init__(
        self,
        database: Database,
        evidence: Path,
        key: SiteKey,
        retention: Retention,
        heads: Path,
        second: Path | None,
        every_s: float,
        low_water: int,
        clock: Callable[[], StreamTime],
        free: Callable[[], int],
    ) -> None:
        self._database, self._evidence, self._key, self._retention = database, evidence, key, retention
        self._places = [heads / HEADS, *([second / HEADS] if second is not None else [])]
        self._every, self._low_water, self._clock, self._free = round(every_s * SECOND), low_water, clock, free
        self._troubles: dict[str, Trouble] = {}
        self._began = False
        self._signed_at: dict[Path, StreamTime] = {}
        self._signed_to = 0
        self._swept_at: StreamTime | None = None
        self._refused: set[Path] = set()
        self._low = 0
        self._gave_way = 0

    def troubles(self) -> list[Trouble]:
        """What needs a person now."""
        return list(self._troubles.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block lasts; the head is signed once more at its end."""
        task = asyncio.create_task(self._run(), name="upkeep")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            with suppress(ZaigangError):
                await self.sign_head()

    async def _run(self) -> None:
        while True:
            try:
                if not self._began:
                    await self._begin()
                await self.turn()
                self._troubles.pop("upkeep", None)
            except Exception as error:  # noqa: BLE001  # told until it is over: else signing and deleting would just cease
                why = str(error) or repr(error)
                self._say("upkeep", Trouble("upkeep_failed", f"upkeep of evidence failed: {why}", {"why": why}))
            await asyncio.sleep(_ROOM_EVERY_S)

    async def _begin(self) -> None:
        adopted = 0
        while True:
            async with self._database.session() as session:
                count = await KeepingQueries(session).adopt(self._clock(), _AT_ONCE)
            adopted += count
            if count < _AT_ONCE:
                break
        if adopted:
            log.info("evidence of before the journal was written into it", events=adopted)
        await self._clear_left_over()
        self._began = True

    async def turn(self) -> None:
        """One round: what is due every so often, and room where it is short."""
        now = self._clock()
        due = [place for place in self._places if self._is_due(self._signed_at.get(place), now)]
        if due or await self._was_done_something():
            await self.sign_head(due or None)
        if self._is_due(self._swept_at, now):
            await self.sweep()
            self._swept_at = now
        await self.make_room()

    async def _was_done_something(self) -> bool:
        """Whether somebody has judged, held or handed out, or files were deleted, since the head was signed.

        Machines' manifests wait for the hour; what people do could be worth undoing, so it is signed within seconds.
        """
        async with self._database.session() as session:
            return await JournalQueries(session).has_deeds(after=self._signed_to)

    def _is_due(self, last: StreamTime | None, now: StreamTime) -> bool:
        return last is None or not 0 <= now - last < self._every

    async def sign_head(self, places: Sequence[Path] | None = None) -> None:
        """Sign how far the journal reaches, and write it to ``places`` (all); one that refuses is tried again."""
        now = self._clock()
        async with self._database.session() as session:
            last = await JournalQueries(session).last()
        if last is None:
            return
        head = head_of(last.n, last.hash, now, self._key)
        for place in self._places if places is None else places:
            try:
                await asyncio.to_thread(append_head, place, head)
            except HeadsError as error:
                self._say(f"head {place}", Trouble("head_not_written", str(error), {"place": str(place)}))
            else:
                self._signed_at[place], self._signed_to = now, head.n
                self._troubles.pop(f"head {place}", None)

    async def sweep(self) -> int:
        """Delete what retention no longer keeps; returns of how many events."""
        now, gone = self._clock(), 0
        for folder in sorted(self._refused):
            await asyncio.to_thread(self._remove, folder)
        for verdict, keep in self._retention.by_verdict():
            before = StreamTime(now - keep)
            while True:
                async with self._database.session() as session:
                    old = await KeepingQueries(session).old(verdict, before, _AT_ONCE)
                for kept in old:
                    gone += await self._delete(
                        kept, verdict, before, f"retention: {verdict} for {keep // (86400 * SECOND)} days"
                    )
                if len(old) < _AT_ONCE:
                    break
        return gone

    async def make_room(self) -> None:
        """While the disk is short of room, and recordings have had the time to give way, dismissed evidence does."""
        short_by = self._low_water - self._free()
        self._low = self._low + 1 if short_by > 0 else 0
        if self._low < _RING_FIRST:
            if self._low == 0:
                self._gave_way = 0
                self._troubles.pop("room", None)
            return
        before = StreamTime(self._clock() - _UNDO)
        async with self._database.session() as session:
            old = await KeepingQueries(session).old("dismissed", before, _AT_ONCE)
        freed = 0
        for kept in old:
            if freed >= short_by:
                break
            if await self._delete(kept, "dismissed", before, "the disk was full"):
                self._gave_way += 1
                freed += kept.bytes
        self._say("room", self._room_trouble(self._low_water - self._free()))

    def _room_trouble(self, short_by: int) -> Trouble:
        count = self._gave_way
        figures = {"count": count, "mb": max(0, short_by) // 1_000_000}
        if short_by <= 0:
            text = f"the disk is full: evidence of {count} dismissed events was deleted before its time"
            return Trouble("gave_way", text, figures)
        text = (
            f"the disk is full, {figures['mb']} MB are missing, and nothing is left that may be deleted: "
            "evidence of pending and upheld events stays; free some"
        )
        return Trouble("nothing_gives_way", text, figures)

    async def _delete(self, kept: Kept, verdict: VerdictWord, before: StreamTime, why: str) -> bool:
        """Say that the files go, then let them go: what is cut off between the two is cleared at the next start.

        False where they stay, since somebody has held or judged the event a moment ago.
        """
        async with self._database.session() as session:
            if not await KeepingQueries(session).delete_if_old(kept.event, verdict, before, why, self._clock()):
                return False
        log.info("evidence deleted", of=kept.event, why=why)
        await asyncio.to_thread(self._remove, self._evidence / kept.folder)
        return True

    def _remove(self, folder: Path) -> None:
        """Delete ``folder``; one that refuses is told, and tried again at the next sweep."""
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            why = f"{folder}: its files are to be deleted, and cannot be ({(error.strerror or str(error)).lower()})"
            self._say(f"delete {folder}", Trouble("not_deleted", why, {"place": str(folder)}))
            self._refused.add(folder)
            return
        self._refused.discard(folder)
        self._troubles.pop(f"delete {folder}", None)

    async def _clear_left_over(self) -> None:
        """Folders that are said to be deleted, and are there: a power cut came between."""
        folders = {folder.name: folder for folder in await asyncio.to_thread(lambda: list(self._evidence.glob("*/*")))}
        names = sorted(folders)
        for start in range(0, len(names), _AT_ONCE):
            async with self._database.session() as session:
                gone = await KeepingQueries(session).deleted(names[start : start + _AT_ONCE])
            for name in gone:
                await asyncio.to_thread(self._remove, folders[name])

    def _say(self, about: str, trouble: Trouble) -> None:
        if self._troubles.get(about) != trouble:
            log.warning(trouble.text)
        self._troubles[about] = trouble
