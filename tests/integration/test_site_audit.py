"""`zaigang verify` of a whole site says where its journal, its evidence or its database was tampered with."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.cli.evidence import hold
from service.cli.verify import verify as command
from service.evidence.audit import Audit
from service.evidence.heads import HEADS, append_head
from service.evidence.journal import GENESIS, ChainCheck, Row, content_digest, head_of, link
from service.evidence.signing import SiteKey
from service.rules import Event
from service.settings import Settings
from service.storage import EventQueries, JournalQueries, VerdictQueries, open_database
from service.storage.audit import AuditedEvent
from service.storage.database import DatabaseError
from service.storage.keeping import KeepingQueries
from service.storage.revisions import save_revision
from service.storage.verdicts import Judged, LegalHold
from service.worker.spool import Job, Spool
from tests.fixtures.command import zaigang
from tests.fixtures.kept import keep, made
from tests.fixtures.site import NOW, SETTINGS, an_event, played_site
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

EVENTS = 6
BOOK = Settings(**SETTINGS).books()[WindowId("w1")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with six events, a verdict, and heads signed at rows 3 and 7 in both places."""
    folder = tmp_path_factory.mktemp("site")
    asyncio.run(_written(folder))
    for manifest in folder.glob("evidence/*/*/manifest.json"):
        os.utime(manifest, (0, 0))  # what was written just now may still be on its way
    return folder


async def _written(folder: Path) -> None:
    second = folder / "second"
    second.mkdir()
    async with played_site(folder) as site:
        for number in range(EVENTS):
            event = an_event(site.book, number * 1000.0)
            await keep(site.site.database, site.book, folder / "evidence", event, site.clock.now)
            if number == 2:
                await _sign(site.site.database, site.site.key, (folder, second), site.clock.now)
        async with site.site.database.session() as session:
            await VerdictQueries(session).judge(event.id, Judged("upheld", "王", "", site.clock.now))
        await _sign(site.site.database, site.site.key, (folder, second), StreamTime(site.clock.now + 60 * SECOND))


async def _sign(database: Any, key: SiteKey, places: tuple[Path, ...], at: StreamTime) -> None:
    async with database.session() as session:
        last = await JournalQueries(session).last()
    for place in places:
        append_head(place / HEADS, head_of(last.n, last.hash, at, key))


@pytest.fixture
def site(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to spoil."""
    copy = tmp_path / "site"
    shutil.copytree(whole, copy)
    config = {"data": str(copy), "journal": {"second": str(copy / "second")}}
    (copy / "zaigang.yaml").write_text(json.dumps(config), encoding="utf-8")
    return copy


def report_of(site: Path, *what: str, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["verify", *what, "--config", str(site / "zaigang.yaml"), "--json"])
    assert done.exit_code == code, done.output
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["ok"] is (code == 0)
    return report


def told(site: Path, *what: str, code: int = 1) -> list[tuple[str, str]]:
    return [(one["file"], one["what"]) for one in report_of(site, *what, code=code)["problems"]]


def change(site: Path, *statements: str) -> None:
    with closing(sqlite3.connect(site / "zaigang.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def folder_of(site: Path, row: int) -> Path:
    """The evidence that a row of the journal names."""
    with closing(sqlite3.connect(site / "zaigang.db")) as connection:
        (event,) = connection.execute("SELECT event FROM journal WHERE n = ?", (row,)).fetchone()
    return next((site / "evidence").glob(f"*/{event}"))


def test_site_that_nobody_touched_is_whole(site: Path) -> None:
    assert report_of(site) == {"ok": True, "events": EVENTS, "problems": [], "rows": 7, "signed_to": 7, "notes": []}
    assert told(site, folder_of(site, 1).name, code=0) == []
    said = zaigang("verify", "--config", site / "zaigang.yaml").stdout
    assert "journal: 7 rows, signed to row 7" in said


def test_a_check_writes_nothing(site: Path) -> None:
    Spool(site / "spool" / "worker1.db").close()
    before = {file: file.read_bytes() for file in site.rglob("*") if file.is_file()}

    report_of(site)

    assert {file: file.read_bytes() for file in site.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "an older version"),
        ("UPDATE alembic_version SET version_num = '0099'", "a newer version"),
    ],
)
def test_database_of_another_version_is_said_and_left_as_it_is(site: Path, statement: str, words: str) -> None:
    change(site, statement)
    before = (site / "zaigang.db").read_bytes()

    with pytest.raises(DatabaseError, match=rf"zaigang\.db: was written by {words}"):
        command(config=site / "zaigang.yaml")
    assert (site / "zaigang.db").read_bytes() == before


TAMPERED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "changed": (("UPDATE journal SET body = '{}' WHERE n = 4",), ("row 4 does not follow",)),
    "deleted": (("DELETE FROM journal WHERE n = 4",), ("row 4 is missing",)),
    "cut off": (("DELETE FROM journal WHERE n > 4",), ("rows 5 to 7 are cut off", "reaches to row 7")),
    "all gone": (("DELETE FROM journal",), ("rows 1 to 7 are cut off",)),
    "dated back": (("UPDATE journal SET at = at - 1 WHERE n = 2",), ("row 2 does not follow",)),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_row_that_was_tampered_with_is_named(site: Path, how: str) -> None:
    statements, words = TAMPERED[how]

    change(site, *statements)

    problems = [what for file, what in told(site) if file == "journal"]
    assert all(any(word in what for what in problems) for word in words), problems


def test_journal_that_was_written_anew_with_all_its_hashes_is_told_by_the_heads(site: Path) -> None:
    with closing(sqlite3.connect(site / "zaigang.db")) as connection, connection:
        rows = connection.execute("SELECT n, at, kind, event, body FROM journal ORDER BY n").fetchall()
        before = GENESIS
        for n, at, kind, event, body in rows:
            said = body.replace("2026-01", "2026-02") if n == 5 else body
            before = link(before, n, content_digest(StreamTime(at), kind, event, said))
            connection.execute("UPDATE journal SET body = ?, hash = ? WHERE n = ?", (said, before, n))

    problems = [what for file, what in told(site) if file == "journal"]

    assert any("rows 4 to 7 not what was signed" in what for what in problems), problems


def test_heads_and_journal_cut_off_together_are_told_by_the_second_place(site: Path) -> None:
    change(site, "DELETE FROM journal WHERE n > 3")
    first = (site / HEADS).read_text(encoding="ascii").splitlines(keepends=True)[0]
    (site / HEADS).write_text(first, encoding="ascii")

    assert any("rows 4 to 7 are cut off" in what for _, what in told(site))


@pytest.mark.parametrize("place", ["", "second/"])
def test_file_of_heads_that_is_gone_or_changed_is_named(site: Path, place: str) -> None:
    file = site / f"{place}{HEADS}"
    text = file.read_text(encoding="ascii")
    file.write_text(text.replace('"n":7', '"n":6'), encoding="ascii")
    assert (str(file), "line 2 does not bear the signature that it shows") in told(site)

    file.unlink()
    assert (str(file), "is missing") in told(site)


def spoil_evidence(site: Path) -> None:
    (folder_of(site, 2) / "begin.jpg").write_bytes(b"Picture")


def forge_evidence(site: Path) -> None:
    event = json.loads((folder_of(site, 2) / "manifest.json").read_bytes())["event"]
    place, _ = made(site / "evidence", Event(**event), b"another picture")
    os.utime(site / "evidence" / place / "manifest.json", (0, 0))


def remove_evidence(site: Path) -> None:
    shutil.rmtree(folder_of(site, 2))


def add_evidence(site: Path) -> None:
    place, _ = made(site / "evidence", an_event(BOOK, 99_000.0))
    os.utime(site / "evidence" / place / "manifest.json", (0, 0))


@pytest.mark.parametrize(
    ("spoil", "file", "words"),
    [
        (spoil_evidence, "begin.jpg", "differs from what was recorded"),
        (forge_evidence, "manifest.json", "is not the one that row 2 of the journal names"),
        (remove_evidence, "", "is missing: row 2 of the journal names it"),
        (add_evidence, "manifest.json", "is in no row of the journal"),
    ],
)
def test_evidence_that_is_not_the_journals_is_named(
    site: Path, spoil: Callable[[Path], None], file: str, words: str
) -> None:
    spoil(site)

    ((place, what),) = told(site)

    assert (place.endswith(file), what) == (True, words)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE events SET verdict = 'dismissed' WHERE verdict = 'upheld'", "its verdict"),
        ("UPDATE events SET started_at = started_at + 1", "its started_at is not what its manifest says"),
        ("UPDATE evidence SET manifest = json_set(manifest, '$.zones', 'no')", "its manifest is not the one"),
        ("UPDATE events SET repeat_of = 'another'", "its repeat_of is not what its manifest says"),
        ("UPDATE events SET confidence = 0.01", "its confidence is not what its manifest says"),
        ("DELETE FROM events WHERE verdict = 'upheld'", "is missing: row 6 of the journal names it"),
        ("DELETE FROM evidence", "its evidence is missing: row 1 of the journal names it"),
        ("UPDATE evidence SET folder = '../elsewhere'", "its evidence is said to be in ../elsewhere"),
        ("UPDATE evidence SET deleted_at = 1", "its evidence is said to be deleted"),
        ("UPDATE verdicts SET by = '李'", "what was said of it by whom"),
        ("DELETE FROM verdicts", "what was said of it by whom"),
        ("INSERT INTO holds SELECT id, '李', '', 1 FROM events", "it is held, and no row"),
        (
            "UPDATE rulebooks SET content = json_set(content, '$.rules.leave_post.severity', 'notice')",
            "its rule in rulebook",
        ),
    ],
)
def test_database_that_says_otherwise_is_named(site: Path, statement: str, words: str) -> None:
    change(site, statement)

    assert any(file.startswith("database, event") and words in what for file, what in told(site))


def date_ahead(site: Path) -> None:
    forge_evidence(site)
    os.utime(folder_of(site, 2) / "manifest.json", (4e9, 4e9))


def date_now(site: Path) -> None:
    forge_evidence(site)
    (folder_of(site, 2) / "manifest.json").touch()


def spool_it(site: Path) -> None:
    """The forged manifest waits in a spool, as if a worker had made it."""
    forge_evidence(site)
    folder = folder_of(site, 2)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    spool = Spool(site / "spool" / "worker1.db")
    job = Job(folder.name, NOW, {})
    spool.finish_job(job, {"event": folder.name, "folder": f"2026-01/{folder.name}", "manifest": manifest}, None)
    spool.close()


def move_the_original_away(site: Path) -> None:
    """What is found by the event's name first is the original, what is served and exported the forged one."""
    folder = folder_of(site, 2)
    shutil.copytree(folder, site / "evidence" / "9999-12" / folder.name)
    forge_evidence(site)


@pytest.mark.parametrize("how", [date_ahead, date_now, spool_it, move_the_original_away])
def test_forged_evidence_of_an_event_that_is_over_passes_for_none_that_is_on_its_way(
    site: Path, how: Callable[[Path], None]
) -> None:
    how(site)

    assert "is not the one that row 2 of the journal names" in {what for _, what in told(site)}


def test_evidence_in_another_place_than_the_journals_is_named(site: Path) -> None:
    folder = folder_of(site, 2)
    moved = site / "evidence" / "9999-12" / folder.name
    moved.parent.mkdir()
    folder.rename(moved)

    assert set(told(site)) == {
        (str(folder), "is missing: row 2 of the journal names it"),
        (str(moved), "is not where row 2 of the journal has the event's evidence"),
    }


def test_whole_manifest_that_was_delivered_a_second_time_as_another_one_is_named(site: Path) -> None:
    forge_evidence(site)
    asyncio.run(_deliver(site, folder_of(site, 2)))

    assert ("journal", "row 8 has another manifest than row 2, which had the whole one") in told(site)


async def _deliver(site: Path, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    database = open_database(site / "zaigang.db")
    async with database.session() as session:
        await EventQueries(session).keep_evidence(folder.name, f"2026-01/{folder.name}", manifest, NOW)
    await database.close()


def test_deletion_of_what_is_held_is_named(site: Path) -> None:
    event = folder_of(site, 1)
    asyncio.run(_hold(site, event.name))
    asyncio.run(_journal_deletion(site, event.name))
    shutil.rmtree(event)

    assert ("journal", "row 9 deletes what row 8 holds") in told(site)


def test_hold_that_was_taken_out_of_the_database_is_named(site: Path) -> None:
    asyncio.run(_hold(site, folder_of(site, 1).name))
    change(site, "DELETE FROM holds")

    ((_, what),) = told(site)

    assert what == "it is no longer held: row 8 of the journal holds it, and none releases it"


async def _hold(site: Path, event: str) -> None:
    database = open_database(site / "zaigang.db")
    async with database.session() as session:
        await VerdictQueries(session).hold(event, LegalHold("王主任", "申诉中", NOW))
    await database.close()


async def _journal_deletion(site: Path, event: str) -> None:
    database = open_database(site / "zaigang.db")
    async with database.session() as session:
        await JournalQueries(session).add("deleted", event, {"why": "retention"}, NOW)
    await database.close()


def test_evidence_that_was_adopted_is_noted_as_such_and_one_that_is_younger_than_the_journal_is_named(
    site: Path,
) -> None:
    change(site, "DELETE FROM journal", "DELETE FROM verdicts", "UPDATE events SET verdict = 'pending'")
    for file in (site / HEADS, site / "second" / HEADS):
        file.unlink()
    (site / "zaigang.yaml").write_text(json.dumps({"data": str(site)}), encoding="utf-8")
    event = next(site.glob("evidence/*/*")).name
    asyncio.run(_adopt(site))

    assert told(site, code=0) == []
    assert "was not journaled when it was made, adopted later" in report_of(site)["notes"][-1]
    assert f"adopted later: {event} (row " in report_of(site, event)["notes"][-1]
    audit = Audit(site / "evidence", ChainCheck([]), {}, lambda _: False)
    for row in asyncio.run(_rows(site)):
        audit.row(row)
    late = AuditedEvent(event, "pending", {}, {}, "", {"made_at": NOW + SECOND}, False, False, ())
    assert any("was made when there was a journal" in one.what for one in audit.kept(late))


async def _adopt(site: Path) -> None:
    database = open_database(site / "zaigang.db")
    async with database.session() as session:
        assert await KeepingQueries(session).adopt(NOW, 10) == EVENTS
    await database.close()


async def _rows(site: Path) -> list[Row]:
    database = open_database(site / "zaigang.db")
    async with database.session() as session:
        rows = [row async for row in JournalQueries(session).rows()]
    await database.close()
    return rows


@pytest.mark.parametrize(
    ("statement", "version", "words"),
    [
        ("UPDATE revisions SET content = '{}' WHERE version = 1", 1, "is not what row 8 of the journal says was saved"),
        ("UPDATE revisions SET by = '李' WHERE version = 2", 2, "is not what row 9 of the journal says was saved"),
        ("UPDATE revisions SET content = '{' WHERE version = 2", 2, "is not what row 9 of the journal says was saved"),
        ("DELETE FROM revisions WHERE version = 2", 2, "is missing: row 9 of the journal names it"),
        ("INSERT INTO revisions SELECT part, 3, content, by, why, 1 FROM revisions LIMIT 1", 3, "is in no row of"),
    ],
)
def test_version_of_an_edited_part_that_was_tampered_with_is_named(
    site: Path, statement: str, version: int, words: str
) -> None:
    for base, until in enumerate(("2026-01-05T10:00", "2026-01-05T11:00")):
        leave = {"entries": [{"windows": ["w1"], "from": "2026-01-05T09:00", "to": until, "by": "王"}]}
        save_revision(site / "zaigang.db", "leave", leave, "王主任", "报备", NOW, base)
    assert told(site, code=0) == []

    change(site, statement)

    ((file, what),) = told(site)
    assert (file, words in what) == (f"database, version {version} of leave", True), what


SPOILT = {
    "UPDATE journal SET body = x'00' WHERE n = 4": "row 4 does not follow",
    "UPDATE journal SET event = x'00' WHERE n = 4": "row 4 does not follow",
    "UPDATE journal SET hash = '中' WHERE n = 4": "row 4 does not follow",
    "UPDATE evidence SET manifest = '{'": "its manifest is not the one",
    "UPDATE evidence SET manifest = '[]'": "its manifest is not the one",
    "UPDATE rulebooks SET content = '{'": "",
}


@pytest.mark.parametrize("statement", SPOILT)
def test_what_can_no_longer_be_read_is_told_and_does_not_end_the_audit(site: Path, statement: str) -> None:
    change(site, statement)
    (site / HEADS).write_bytes(b"[" * 100_000 + b"\n" + (site / HEADS).read_bytes())
    Spool(site / "spool" / "worker1.db").close()
    with closing(sqlite3.connect(site / "spool" / "worker1.db")) as connection, connection:
        connection.execute("INSERT INTO outbox (kind, body) VALUES ('evidence', '[1')")

    problems = told(site)

    assert (str(site / HEADS), "line 1 is no head") in problems
    assert any(SPOILT[statement] in what for _, what in problems)


def test_heads_that_are_nowhere_are_missing_in_the_second_place(site: Path) -> None:
    (site / HEADS).unlink()
    (site / "second" / HEADS).unlink()

    assert told(site) == [(str(site / "second" / HEADS), "is missing")]


def test_rows_that_the_second_place_does_not_reach_are_noted(site: Path) -> None:
    file = site / "second" / HEADS
    file.write_text(file.read_text(encoding="ascii").splitlines(keepends=True)[0], encoding="ascii")

    assert "reach to row 3 of 7" in report_of(site)["notes"][0]


def test_deleted_evidence_is_no_fault_and_evidence_that_came_back_is_one(site: Path) -> None:
    event = folder_of(site, 1)
    asyncio.run(_delete(site, event.name))
    assert any("is still there" in what for _, what in told(site))

    shutil.rmtree(event)

    assert told(site, code=0) == []


async def test_what_a_running_site_does_while_it_is_looked_at_is_no_fault(site: Path) -> None:
    first, event = folder_of(site, 1), an_event(BOOK, 99_000.0)
    database = open_database(site / "zaigang.db")
    audit = Audit(site / "evidence", ChainCheck([]), {}, lambda _: False)

    async def rows(after: int) -> list[Row]:
        async with database.session() as session:
            return [row async for row in JournalQueries(session).rows(after)]

    await keep(database, BOOK, site / "evidence", replace(event, state="open"), NOW)
    for row in await rows(0):
        assert audit.row(row) == []
    shutil.rmtree(first)
    async with database.session() as session:
        await KeepingQueries(session).delete(first.name, "retention", NOW)
    await keep(database, BOOK, site / "evidence", event, NOW)
    written = await rows(audit.reach)
    await database.close()

    assert audit.evidence(later=lambda: [row for row in written if row.n > audit.reach]) == []


async def _delete(site: Path, event: str) -> None:
    database = open_database(site / "zaigang.db")
    async with database.session() as session:
        await KeepingQueries(session).delete(event, "retention", NOW)
    await database.close()


def test_manifest_that_waits_in_a_spool_is_no_fault(site: Path) -> None:
    event = an_event(BOOK, 99_000.0)
    place, manifest = made(site / "evidence", event)
    os.utime(site / "evidence" / place / "manifest.json", (0, 0))
    assert told(site)
    spool = Spool(site / "spool" / "worker1.db")
    job = Job(event.id, NOW, {"event": asdict(event)})
    spool.record([], {}, [job])
    spool.finish_job(job, {"event": event.id, "folder": place, "manifest": manifest}, None)
    spool.close()

    assert told(site, code=0) == []


def test_without_a_second_place_and_key_it_says_what_that_means(site: Path) -> None:
    (site / "zaigang.yaml").write_text(json.dumps({"data": str(site)}), encoding="utf-8")
    shutil.rmtree(site / "keys")

    report = report_of(site)

    assert ["site-key.pem" in report["notes"][0], "journal.second is not set" in report["notes"][1]] == [True, True]


def test_event_without_evidence_and_folder_without_site_are_refused(site: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no evidence of such an event"):
        command("01234567-89ab-cdef-0123-456789abcdef", site / "zaigang.yaml")
    (tmp_path / "empty.yaml").write_text(json.dumps({"data": str(tmp_path / "nothing")}), encoding="utf-8")
    with pytest.raises(BadInput, match="there is no database of a site"):
        command(None, tmp_path / "empty.yaml")


def test_hold_of_the_command_is_kept_journaled_and_ended(site: Path) -> None:
    event = folder_of(site, 1).name

    def said(*what: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["evidence", *what, "--config", str(site / "zaigang.yaml")])
        assert done.exit_code == code, done.output
        return done.output

    assert "its evidence is held" in said("hold", event, "--by", "王主任", "--why", "申诉中")
    assert "was held already" in said("hold", event, "--by", "王主任", "--why", "申诉中")
    assert "the hold is over" in said("release", event, "--by", "王主任", "--why", "申诉结束")
    assert "was under no hold" in said("release", event, "--by", "王主任", "--why", "申诉结束")
    report = report_of(site)
    assert (report["rows"], report["problems"]) == (9, [])
    for name, text in (("by", " "), ("why", "x" * 501)):
        given = {"by": "王", "why": "申诉"} | {name: text}
        with pytest.raises(BadInput, match=f"--{name}"):
            hold(event, given["by"], given["why"], site / "zaigang.yaml")
    with pytest.raises(BadInput, match="there is no such event"):
        hold("0" * 36, "王", "申诉", site / "zaigang.yaml")
