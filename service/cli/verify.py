"""`zaigang verify`: whether the evidence of an event, of a folder or of the whole site is what was recorded."""

import asyncio
import json
import re
import sqlite3
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from service.cli.options import Config
from service.evidence.audit import Audit, event_folders
from service.evidence.export.verifier import LIST, problems_of
from service.evidence.export.verifier import Archive as ExportArchive
from service.evidence.export.verifier import Folder as ExportFolder
from service.evidence.heads import HEADS, HeadsError, read_heads
from service.evidence.journal import ChainCheck, Head, Row
from service.evidence.manifest import MANIFEST, Problem, seal_of
from service.evidence.manifest import verify as differences
from service.evidence.signing import KeyFileError, SiteKey
from service.said import shown
from service.settings import Settings, load_settings
from vision.errors import BadInput

__all__ = ["add_to"]

_EVENT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FRESH_S: Final = 60.0


@dataclass(slots=True)
class Findings:
    """What was looked at, and what is wrong with it."""

    events: int = 0
    rows: int | None = None
    head: Head | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[EVENT|FOLDER|EXPORT]",
            help="An event's id, a folder of evidence, an export (its ZIP or folder) [all of the site's].",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check evidence against its manifests, and a site's against its journal. Exit code 1 when anything differs.

    zaigang verify checks the whole site, its journal and the signed heads in both places; zaigang verify 3f0c… one
    event with the whole journal; zaigang verify evidence/2026-11 a folder against the manifests in it alone; zaigang
    verify 3f0c….zip an export, against the key of the site that --config names.
    """
    if what is not None and not _EVENT.fullmatch(what):
        place = Path(what)
        found = _of_export(place, config) if _is_export(place) else _of_folder(place)
    else:
        found = _of_site(load_settings(config), what)
    if as_json:
        typer.echo(json.dumps(_report(found), ensure_ascii=False, indent=1))
    else:
        _print(found)
    if found.problems:
        raise typer.Exit(1)


def _report(found: Findings) -> dict[str, Any]:
    report: dict[str, Any] = {
        "ok": not found.problems,
        "events": found.events,
        "problems": [{"file": one.file, "what": one.what} for one in found.problems],
    }
    if found.rows is not None:
        report |= {"rows": found.rows, "signed_to": found.head.n if found.head else 0, "notes": found.notes}
    elif found.notes:
        report["notes"] = found.notes
    return report


def _print(found: Findings) -> None:
    for one in found.problems:
        typer.echo(shown(f"{one.file}: {one.what}"))
    for note in found.notes:
        typer.echo(shown(f"note: {note}"))
    if found.rows is not None:
        signed = f"signed to row {found.head.n}" if found.head else "no head is signed yet"
        typer.echo(f"journal: {found.rows} rows, {signed}")
    whole = f"{len(found.problems)} problems" if found.problems else "all whole"
    typer.echo(f"{found.events} events, {whole}")


def _of_folder(folder: Path) -> Findings:
    """A folder of evidence, of one event or of many, against the manifests in it."""
    try:
        is_folder = folder.is_dir()
    except OSError:  # a name that is longer than any folder's
        is_folder = False
    if not is_folder:
        raise BadInput(f"{folder}: is no event's id and no folder of evidence")
    # A folder with files and no manifest is an event's, too: its manifest is what is gone.
    inner = {one.parent for one in folder.rglob("*") if one.is_file()}
    events = sorted(one for one in inner if (one / MANIFEST).is_file() or _EVENT.fullmatch(one.name))
    if not events:
        raise BadInput(f"{folder}: holds no {MANIFEST} of an event")
    problems = [Problem(str(event / one.file), one.what) for event in events for one in differences(event)]
    return Findings(len(events), problems=problems)


def _is_export(place: Path) -> bool:
    try:
        return place.is_file() or ((place / LIST).is_file() and not (place / MANIFEST).exists())
    except OSError:  # a name that is longer than any file's
        return False


def _of_export(place: Path, config: Path | None) -> Findings:
    """What left the house, by the verifier that goes with it; whose key it is only a site can tell."""
    try:
        export = ExportFolder(place) if place.is_dir() else ExportArchive(place)
    except (OSError, NotImplementedError, zipfile.BadZipFile) as error:
        raise BadInput(f"{place}: is no folder and no ZIP that can be read ({error})") from error
    key = SiteKey.load(load_settings(config).data / "keys").fingerprint if config is not None else None
    problems, said = problems_of(export, key)
    notes = []
    if key is None and "fingerprint" in said:
        notes.append(
            f"signed by the key {said['fingerprint']}: compare it with the hall's, or name the site by --config"
        )
    return Findings(1, problems=[Problem(str(place / name), what) for name, what in problems], notes=notes)


def _of_site(settings: Settings, event: str | None) -> Findings:
    """A site, or one event of it, with the journal and its heads."""
    data = settings.data
    database = data / "zaigang.db"
    if not database.is_file():
        raise BadInput(f"{database}: there is no database of a site; --config names the site, a FOLDER needs none")
    found = Findings()
    key = _key(data, found)
    heads = _heads(settings, key, found)
    every = [head for here in heads.values() for head in here]
    found.head = max(every, key=lambda head: head.n, default=None)
    root = data / "evidence"
    audit = Audit(root, ChainCheck(every, key), _undelivered(data / "spool"), _is_fresh)
    asyncio.run(_read(database, audit, event, found))
    if event is not None and event not in audit.standings and not any(root.glob(f"*/{event}")):
        raise BadInput(f"{event}: there is no evidence of such an event in {root}; --config names the site")
    found.problems += audit.evidence(event, lambda: asyncio.run(_since(database, audit.reach)))
    found.rows = audit.rows
    found.notes += audit.notes(event)
    _tell_reach(settings, heads, audit, found)
    found.events = 1 if event is not None else len({*audit.standings, *(one.name for one in event_folders(root))})
    return found


async def _read(file: Path, audit: Audit, event: str | None, found: Findings) -> None:
    # The database's packages take a second to import, which a folder should not pay.
    from sqlalchemy import text

    from service.storage import JournalQueries, read_database
    from service.storage.audit import audited_events, audited_revisions

    database = read_database(file)
    try:
        async with database.session() as session:
            # Journal and events as of one moment: a verdict that is given meanwhile is in both or in neither.
            await session.execute(text("BEGIN"))
            async for row in JournalQueries(session).rows():
                found.problems += audit.row(row)
            found.problems += audit.end()
            async for one in audited_events(session, event):
                found.problems += audit.kept(one)
            found.problems += audit.absent(event)
            found.problems += audit.revisions(await audited_revisions(session))
    finally:
        await database.close()


async def _since(file: Path, after: int) -> list[Row]:
    """The journal's rows after row ``after``."""
    from service.storage import JournalQueries, read_database

    database = read_database(file)
    try:
        async with database.session() as session:
            return [row async for row in JournalQueries(session).rows(after)]
    finally:
        await database.close()


def _key(data: Path, found: Findings) -> str | None:
    try:
        return SiteKey.load(data / "keys").public
    except KeyFileError as error:
        found.notes.append(f"{error}; heads are checked by the keys that they name")
        return None


def _heads(settings: Settings, key: str | None, found: Findings) -> Mapping[Path, Sequence[Head]]:
    """The signed heads of both places; one that is not there or not genuine is a problem."""
    second = settings.journal.second
    places = [settings.data, *([second] if second is not None else [])]
    if second is None:
        found.notes.append("journal.second is not set: who can write the data folder can cut the journal off unseen")
    heads: dict[Path, Sequence[Head]] = {place: [] for place in places}
    for place in places:
        file = place / HEADS
        try:
            here, wrong = read_heads(file, key)
        except HeadsError as error:
            found.problems.append(Problem(str(file), str(error).removeprefix(f"{file}: ")))
            continue
        found.problems += [Problem(str(file), one) for one in wrong]
        heads[place] = here
    for place in places:
        if any(heads.values()) and not (place / HEADS).exists():
            found.problems.append(Problem(str(place / HEADS), "is missing"))
    return heads


def _tell_reach(settings: Settings, heads: Mapping[Path, Sequence[Head]], audit: Audit, found: Findings) -> None:
    """Say for what nobody else vouches: rows that no head elsewhere reaches, and evidence that is on its way."""
    second = settings.journal.second
    if second is not None and audit.rows:
        reach = max((head.n for head in heads[second]), default=0)
        if not (second / HEADS).exists() and not any(heads.values()):
            found.problems.append(Problem(str(second / HEADS), "is missing"))
        elif reach < audit.rows:
            found.notes.append(
                f"the heads in {second} reach to row {reach} of {audit.rows}: who can write the data folder can still "
                "change what follows"
            )
    if audit.awaited:
        found.notes.append(
            f"evidence on its way, which the journal does not know yet: {', '.join(sorted(audit.awaited))}"
        )


def _undelivered(spools: Path) -> Mapping[str, frozenset[str]]:
    """The seals of the manifests that workers have spooled and not delivered yet, by event."""
    from service.storage.database import address_to_read

    waiting: dict[str, frozenset[str]] = {}
    for file in sorted(spools.glob("*.db")):
        try:
            with closing(sqlite3.connect(address_to_read(file), uri=True, timeout=1.0)) as connection:
                rows = connection.execute("SELECT body FROM outbox WHERE kind = 'evidence'").fetchall()
        except sqlite3.Error:
            continue  # what it holds is then said to be in no row of the journal
        for (text,) in rows:
            try:
                body = json.loads(text)
                event, seal = str(body["event"]), seal_of(body["manifest"])
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                continue  # no worker has written it
            waiting[event] = waiting.get(event, frozenset()) | {seal}
    return waiting


def _is_fresh(folder: Path) -> bool:
    """Whether its manifest was written so short a time ago that it may be on its way."""
    try:
        return 0 <= time.time() - (folder / MANIFEST).stat().st_mtime < _FRESH_S
    except OSError:
        return False


def add_to(app: typer.Typer) -> None:
    app.command()(verify)
