"""The service keeps evidence as long as it says, makes room where it may, and signs how far its journal reaches."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from service.evidence.heads import HEADS, read_heads
from service.evidence.retention import Case, Retention
from service.evidence.upkeep import Upkeep
from service.rules import Event
from service.rules.event import VerdictWord
from service.storage import EventQueries, JournalQueries, VerdictQueries
from service.storage.keeping import KeepingQueries
from service.storage.verdicts import Judged, LegalHold
from tests.fixtures.kept import keep
from tests.fixtures.site import NOW, PlayedSite, an_event, played_site
from vision.streamtime import SECOND, StreamTime

DAY = 86400 * SECOND
RETENTION = Retention(pending=180 * DAY, upheld=730 * DAY, dismissed=30 * DAY)
LOW = 500_000_000


@dataclass
class House:
    """A site with its upkeep; ``free`` is what the disk has left."""

    site: PlayedSite
    upkeep: Upkeep
    folder: Path
    free: list[int] = field(default_factory=lambda: [10 * LOW])

    async def keep(self, event: Event, verdict: VerdictWord = "pending") -> Path:
        database, now = self.site.site.database, self.site.clock.now
        place = await keep(database, self.site.book, self.folder / "evidence", event, now)
        if verdict != "pending":
            async with database.session() as session:
                await VerdictQueries(session).judge(event.id, Judged(verdict, "王", "why", now))
        return place

    async def said(self) -> list[tuple[str, str | None]]:
        async with self.site.site.database.session() as session:
            return [(row.kind, row.event) async for row in JournalQueries(session).rows() if row.kind != "verdict"]

    async def rounds(self, number: int) -> None:
        for _ in range(number):
            await self.upkeep.turn()

    def codes(self) -> list[str]:
        return [trouble.code for trouble in self.upkeep.troubles()]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with played_site(tmp_path) as site:
        free = [10 * LOW]
        yield House(site, upkeep_of(site, tmp_path, None, lambda: free[0]), tmp_path, free)


def upkeep_of(site: PlayedSite, folder: Path, second: Path | None, free: Callable[[], int]) -> Upkeep:
    return Upkeep(
        site.site.database,
        folder / "evidence",
        site.site.key,
        RETENTION,
        heads=folder,
        second=second,
        every_s=3600,
        low_water=LOW,
        clock=site.clock,
        free=free,
    )


async def test_evidence_goes_when_its_time_is_over_and_the_journal_says_so(house: House) -> None:
    event = an_event(house.site.book)
    place = await house.keep(event, "dismissed")
    house.site.clock.pass_by(29 * 86400)
    await house.rounds(1)
    assert place.is_dir()

    house.site.clock.pass_by(2 * 86400)
    await house.rounds(1)

    told = (await house.site.client.get(f"/api/v1/events/{event.id}")).json()["evidence"]
    assert not place.exists()
    assert (await house.said())[-1] == ("deleted", event.id)
    assert told["deleted_why"] == "retention: dismissed for 30 days"
    assert (told["clip"], told["pictures"], told["kept_until"]) == (None, [], None)
    assert [file["name"] for file in told["files"]] == ["begin.jpg"]
    gone = await house.site.client.get(f"/api/v1/events/{event.id}/evidence/begin.jpg")
    assert (gone.status_code, "was deleted: retention" in gone.json()["error"]["message"]) == (410, True)


async def test_time_runs_anew_from_the_verdict(house: House) -> None:
    event = an_event(house.site.book)
    place = await house.keep(event)
    house.site.clock.pass_by(170 * 86400)
    async with house.site.site.database.session() as session:
        await VerdictQueries(session).judge(event.id, Judged("dismissed", "王", "why", house.site.clock.now))

    house.site.clock.pass_by(29 * 86400)
    await house.rounds(1)
    assert place.is_dir()
    house.site.clock.pass_by(2 * 86400)
    await house.rounds(1)
    assert not place.exists()


async def test_held_and_open_evidence_is_never_deleted(house: House) -> None:
    held, open_ = an_event(house.site.book), an_event(house.site.book, 900.0, state="open")
    places = [await house.keep(held, "dismissed"), await house.keep(open_)]
    async with house.site.site.database.session() as session:
        await VerdictQueries(session).hold(held.id, LegalHold("王", "申诉中", NOW))

    house.site.clock.pass_by(3000 * 86400)
    house.free[0] = 0
    await house.rounds(5)

    assert all(place.is_dir() for place in places)
    assert (await house.site.client.get(f"/api/v1/events/{held.id}")).json()["evidence"]["kept_until"] is None


async def test_evidence_that_is_held_or_judged_while_others_are_deleted_stays(house: House) -> None:
    events = [an_event(house.site.book, number * 900.0) for number in range(4)]
    places = [await house.keep(event, "dismissed") for event in events]
    house.site.clock.pass_by(31 * 86400)
    now, database = house.site.clock.now, house.site.site.database
    before = StreamTime(now - RETENTION.dismissed)
    async with database.session() as session:
        told = await KeepingQueries(session).old("dismissed", before, 10)
    async with database.session() as session:
        await VerdictQueries(session).hold(events[1].id, LegalHold("王", "申诉中", now))
        await VerdictQueries(session).judge(events[2].id, Judged("upheld", "王", "", now))
        await VerdictQueries(session).judge(events[3].id, Judged("dismissed", "王", "again", now))

    gone = []
    for one in told:
        async with database.session() as session:
            gone.append(await KeepingQueries(session).delete_if_old(one.event, "dismissed", before, "retention", now))
    await house.rounds(1)

    assert (len(told), gone) == (4, [True, False, False, False])
    assert all(place.is_dir() for place in places[1:])
    assert [event for kind, event in await house.said() if kind == "deleted"] == [events[0].id]


async def test_each_verdict_is_kept_as_long_as_it_says(house: House) -> None:
    told = {}
    for number, verdict in enumerate(("pending", "upheld", "dismissed")):
        event = an_event(house.site.book, number * 900.0)
        await house.keep(event, verdict)
        told[verdict] = (await house.site.client.get(f"/api/v1/events/{event.id}")).json()["evidence"]["kept_until"]

    assert {verdict: at[:10] for verdict, at in told.items()} == {
        "pending": "2026-07-04",
        "upheld": "2028-01-05",
        "dismissed": "2026-02-04",
    }


def test_retention_counts_from_the_later_of_end_and_verdict() -> None:
    ended, judged = StreamTime(NOW), StreamTime(NOW + DAY)

    assert RETENTION.kept_until(Case("upheld", True, ended, judged, False)) == judged + 730 * DAY
    assert RETENTION.kept_until(Case("upheld", True, judged, ended, False)) == judged + 730 * DAY
    assert RETENTION.kept_until(Case("pending", True, ended, None, True)) is None
    assert RETENTION.kept_until(Case("pending", False, ended, None, False)) is None


async def test_full_disk_takes_dismissed_evidence_oldest_first_and_nothing_else(house: House) -> None:
    book = house.site.book
    kept = [await house.keep(an_event(book, 0.0), "upheld"), await house.keep(an_event(book, 1000.0))]
    old = await house.keep(an_event(book, 2000.0), "dismissed")
    newer = await house.keep(an_event(book, 3000.0), "dismissed")
    house.site.clock.pass_by(2 * 3600)
    house.free[0] = LOW - 1

    await house.rounds(2)
    assert (old.is_dir(), house.codes()) == (True, [])  # recordings have the time to give way first
    await house.rounds(1)

    assert [place.is_dir() for place in (*kept, old, newer)] == [True, True, False, True]
    assert house.codes() == ["nothing_gives_way"]
    await house.rounds(1)
    assert not newer.exists()
    assert all(place.is_dir() for place in kept)
    house.free[0] = 2 * LOW
    await house.rounds(1)
    assert house.codes() == []


async def test_room_that_was_made_is_told_while_it_is_short(house: House) -> None:
    await house.keep(an_event(house.site.book), "dismissed")
    house.site.clock.pass_by(2 * 3600)
    house.free[0] = LOW - 1
    await house.rounds(2)
    told: list[int] = []

    def free() -> int:
        told.append(1)
        return LOW - 1 if len(told) == 1 else LOW

    tight = upkeep_of(house.site, house.folder, None, free)
    tight._low = 2  # the third look at a full disk

    await tight.make_room()

    assert [(one.code, one.figures) for one in tight.troubles()] == [("gave_way", {"count": 1, "mb": 0})]


async def test_what_was_dismissed_just_now_can_be_taken_back_on_a_full_disk(house: House) -> None:
    place = await house.keep(an_event(house.site.book), "dismissed")
    house.free[0] = 0

    await house.rounds(5)

    assert place.is_dir()


async def test_head_is_signed_hourly_in_both_places_and_a_place_that_is_gone_is_told(
    house: House, tmp_path: Path
) -> None:
    second = tmp_path / "usb"
    second.mkdir()
    upkeep = upkeep_of(house.site, tmp_path, second, lambda: 2 * LOW)
    await house.keep(an_event(house.site.book))

    await upkeep.turn()
    await upkeep.turn()
    shutil.rmtree(second)
    house.site.clock.pass_by(3601)
    await upkeep.turn()

    heads, wrong = read_heads(tmp_path / HEADS, house.site.site.key.public)
    assert ([head.n for head in heads], wrong) == ([1, 1], [])
    assert [trouble.code for trouble in upkeep.troubles()] == ["head_not_written"]
    second.mkdir()
    await upkeep.turn()
    assert upkeep.troubles() == []
    assert len(read_heads(second / HEADS)[0]) == 1
    assert len(read_heads(tmp_path / HEADS)[0]) == 2


async def test_what_people_do_is_signed_at_the_next_round_and_what_machines_do_in_its_hour(house: House) -> None:
    first, second = an_event(house.site.book), an_event(house.site.book, 1000.0)
    await house.keep(first)
    await house.rounds(2)
    await house.keep(second)
    await house.rounds(2)
    async with house.site.site.database.session() as session:
        await VerdictQueries(session).judge(first.id, Judged("upheld", "王", "", house.site.clock.now))

    await house.rounds(2)

    assert [head.n for head in read_heads(house.folder / HEADS)[0]] == [1, 3]


async def test_deletion_that_was_cut_off_is_finished_at_the_next_start(house: House) -> None:
    event = an_event(house.site.book)
    place = await house.keep(event)
    async with house.site.site.database.session() as session:
        await KeepingQueries(session).delete(event.id, "retention", house.site.clock.now)

    async with house.upkeep.running():
        for _ in range(100):
            if not place.exists():
                break
            await asyncio.sleep(0.05)

    assert not place.exists()


async def test_upkeep_goes_on_after_whatever_went_wrong_and_says_so(house: House) -> None:
    house.free.clear()  # asked for, it raises what nobody has thought of

    async with house.upkeep.running():
        async with asyncio.timeout(10):
            while "upkeep_failed" not in house.codes():  # noqa: ASYNC110  # upkeep tells nobody when it has failed
                await asyncio.sleep(0.02)

    assert [trouble.text for trouble in house.upkeep.troubles()] == [
        "upkeep of evidence failed: list index out of range"
    ]


async def test_folder_that_refuses_to_go_is_told_and_tried_again(house: House) -> None:
    event = an_event(house.site.book)
    place = await house.keep(event, "dismissed")
    shutil.rmtree(place)
    place.write_text("no folder", encoding="utf-8")
    house.site.clock.pass_by(40 * 86400)

    await house.rounds(1)
    assert house.codes() == ["not_deleted"]
    held = await house.site.client.put(
        f"/api/v1/events/{event.id}/hold", json={"held": True, "by": "王主任", "why": "申诉中"}
    )
    place.unlink()
    place.mkdir()
    house.site.clock.pass_by(3601)
    await house.rounds(1)

    assert (house.codes(), place.exists()) == ([], False)
    assert (held.status_code, held.json()["error"]["code"]) == (410, "gone")


async def test_evidence_of_before_the_journal_is_written_into_it_once(house: House) -> None:
    event = an_event(house.site.book)
    await house.keep(event)
    async with house.site.site.database.session() as session:
        rows = [row async for row in JournalQueries(session).rows()]
        await session.execute(text("DELETE FROM journal"))
    async with house.site.site.database.session() as session:
        assert await KeepingQueries(session).adopt(NOW, 10) == 1
        assert await KeepingQueries(session).adopt(NOW, 10) == 0
        (row,) = [row async for row in JournalQueries(session).rows()]

    assert (row.kind, row.event, row.body) == ("adopted", event.id, rows[0].body)


async def test_evidence_that_was_put_into_the_database_later_is_not_adopted(house: House) -> None:
    await house.keep(an_event(house.site.book))
    await house.keep(an_event(house.site.book, 1000.0))
    async with house.site.site.database.session() as session:
        await session.execute(text("DELETE FROM journal WHERE n = 2"))
    async with house.site.site.database.session() as session:
        assert await KeepingQueries(session).adopt(NOW, 10) == 0


async def test_same_manifest_brought_twice_is_one_row_and_undeletes_nothing(house: House) -> None:
    event = an_event(house.site.book)
    await house.keep(event)
    database = house.site.site.database
    async with database.session() as session:
        stored = await EventQueries(session).evidence(event.id)
        await KeepingQueries(session).delete(event.id, "retention", NOW)
    assert stored is not None

    async with database.session() as session:
        assert not await EventQueries(session).keep_evidence(event.id, stored.folder, stored.manifest, NOW)
        again = await EventQueries(session).evidence(event.id)

    assert again is not None
    assert again.deleted_at == NOW


async def test_rows_that_are_written_at_the_same_time_are_sealed_one_after_another(house: House) -> None:
    async def write(number: int) -> int:
        async with house.site.site.database.session() as session:
            await EventQueries(session).find("x")
            return (await JournalQueries(session).add("export", None, {"n": number}, NOW)).n

    numbers = await asyncio.gather(*(write(number) for number in range(20)))

    assert sorted(numbers) == list(range(1, 21))
