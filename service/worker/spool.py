"""The spool: events and rule state in one SQLite transaction, on disk before anybody hears of them."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from service.lock import Held, held
from vision.errors import StorageFull, ZaigangError
from vision.streamtime import StreamTime

__all__ = ["Job", "Message", "Spool", "SpoolBusy", "windows_kept"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refused (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (window TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS books (version TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS in_force (only INTEGER PRIMARY KEY CHECK (only = 1), body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (event TEXT PRIMARY KEY, due INTEGER NOT NULL, body TEXT NOT NULL);
"""

_BALLAST: Final = 4 * 1024 * 1024
_FULL: Final = frozenset(
    # On a full disk the write-ahead log's index cannot grow either, which SQLite calls a fault of the disk.
    (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_FSYNC)
)


class SpoolBusy(ZaigangError):
    """Another process holds this spool: a worker that has not ended yet, or a program that looks into the file."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to deliver; ``seq`` only grows."""

    seq: int
    kind: Literal["event", "evidence"]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Evidence of an event to be cut when stream time has reached ``due``.

    What ``body`` holds as "scene" stays when another job of the event replaces this one.
    """

    event: str
    due: StreamTime
    body: Mapping[str, Any]


class Spool:
    """One worker's spool in one file, shared by its threads; every method is one transaction.

    A ballast file beside it is given up when the disk is full, so that what happens then still finds room.
    """

    def __init__(self, file: Path, patience_s: float = 30.0) -> None:
        """Open the spool at ``file`` for this process alone, waiting ``patience_s`` for another worker to end.

        Messages that were set aside are tried anew: the service may have learned to take them.
        """
        self._file = file
        self._ballast = file.with_suffix(".ballast")
        self._lock = threading.RLock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._held = held(file.with_suffix(".lock"), patience_s)
        except Held as error:
            raise SpoolBusy(f"{file}: process {error.holder} holds this spool still") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ZaigangError(f"{file}: the spool cannot be made ({reason})") from error
        try:
            self._connection = _opened(file)
        except StorageFull:
            self._ballast.unlink(missing_ok=True)
            self._connection = _opened(file)
        self.refill_ballast()

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            os.close(self._held)

    def record(
        self,
        events: Sequence[Mapping[str, Any]],
        state: Mapping[str, Any],
        jobs: Sequence[Job] = (),
        books: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        in_force: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep events to deliver, all rule state as it is after them, and evidence to cut: all or nothing.

        ``books`` are the rulebooks that judged the events, by version: one that is changed later still explains them.
        ``in_force`` is what looks are judged by from here on, None where that is as it was.
        """
        with self._transaction() as cursor:
            cursor.executemany(
                "INSERT INTO outbox (kind, body) VALUES ('event', ?)", [(json.dumps(event),) for event in events]
            )
            cursor.execute("DELETE FROM state")
            cursor.executemany(
                "INSERT INTO state VALUES (?, ?)",
                [(window, json.dumps(body)) for window, body in state.items()],
            )
            for job in jobs:
                before = cursor.execute("SELECT body FROM jobs WHERE event = ?", (job.event,)).fetchone()
                after = job if before is None else _with_scene(job, _read(before[0]))
                cursor.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", _row(after))
            cursor.executemany(
                "INSERT OR IGNORE INTO books VALUES (?, ?)",
                [(version, json.dumps(book)) for version, book in books.items()],
            )
            if in_force is not None:
                cursor.execute("INSERT OR REPLACE INTO in_force VALUES (1, ?)", (json.dumps(in_force),))

    def state(self) -> dict[str, Any]:
        """The windows' rule state as last kept; None for a window whose state can no longer be read."""
        return {window: _read(body) for window, body in self._rows("SELECT * FROM state")}

    def in_force(self) -> Any:
        """What looks were judged by when the rule state was kept; None where nobody said or it cannot be read."""
        rows = self._rows("SELECT body FROM in_force")
        return _read(rows[0][0]) if rows else None

    def book(self, version: str) -> dict[str, Any] | None:
        """A rulebook that judged an event of before; None for one that was never kept here or cannot be read."""
        rows = self._rows("SELECT body FROM books WHERE version = ?", version)
        return _read(rows[0][0]) if rows else None

    def next_messages(self, limit: int = 50) -> list[Message]:
        """The oldest messages not delivered yet."""
        rows = self._rows("SELECT seq, kind, body FROM outbox ORDER BY seq LIMIT ?", limit)
        return [Message(seq, kind, json.loads(body)) for seq, kind, body in rows]

    def waiting(self) -> int:
        """How many messages are not delivered yet."""
        return int(self._rows("SELECT count(*) FROM outbox")[0][0])

    def delivered(self, seq: int) -> None:
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM outbox WHERE seq = ?", (seq,))

    def refuse(self, message: Message, why: str) -> None:
        """Set aside a message that the service will never take, so that it does not hold up those behind it."""
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)",
                (message.seq, message.kind, json.dumps(message.body), why),
            )
            cursor.execute("DELETE FROM outbox WHERE seq = ?", (message.seq,))

    def refused(self) -> int:
        return int(self._rows("SELECT count(*) FROM refused")[0][0])

    def due_jobs(self, now: StreamTime) -> list[Job]:
        """Evidence to be cut by ``now``, the longest due first."""
        rows = self._rows("SELECT event, due, body FROM jobs WHERE due <= ? ORDER BY due", now)
        return [Job(event, StreamTime(due), _read(body) or {}) for event, due, body in rows]

    def cap_due(self, latest: StreamTime) -> None:
        """Have no job wait for longer than until ``latest``: a clock that was set back left some far ahead."""
        with self._transaction() as cursor:
            cursor.execute("UPDATE jobs SET due = ? WHERE due > ?", (latest, latest))

    def finish_job(self, job: Job, evidence: Mapping[str, Any] | None, again: Job | None) -> None:
        """Deliver the evidence that was made, and replace the job by ``again`` or end it.

        A job that was replaced while it was being done (the event has closed meanwhile) stays.
        """
        with self._transaction() as cursor:
            if evidence is not None:
                cursor.execute("INSERT INTO outbox (kind, body) VALUES ('evidence', ?)", (json.dumps(evidence),))
            cursor.execute("DELETE FROM jobs WHERE event = ? AND due = ?", (job.event, job.due))
            if again is not None:
                cursor.execute("INSERT OR IGNORE INTO jobs VALUES (?, ?, ?)", _row(again))

    def refill_ballast(self) -> None:
        """Take up the ballast again where the disk has room for it."""
        try:
            if self._ballast.exists() and self._ballast.stat().st_size == _BALLAST:
                return
            self._ballast.write_bytes(b"\0" * _BALLAST)
        except OSError:
            self._ballast.unlink(missing_ok=True)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise _failure(self._file, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            try:
                cursor = self._connection.execute("BEGIN IMMEDIATE")
                yield cursor
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                failure = _failure(self._file, error)
                if isinstance(failure, StorageFull):
                    self._ballast.unlink(missing_ok=True)
                raise failure from error
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def windows_kept(file: Path) -> list[str]:
    """The windows whose rule state the spool at ``file`` holds; none where it cannot be read."""
    try:
        with closing(sqlite3.connect(file, timeout=1.0)) as connection:
            return [window for (window,) in connection.execute("SELECT window FROM state")]
    except sqlite3.Error:
        return []


def _with_scene(job: Job, before: object) -> Job:
    """The job with the scene of the one that it replaces, unless only the new one knows where the zones are."""
    scene = before.get("scene") if isinstance(before, dict) else None
    known = job.body.get("scene")
    if not isinstance(scene, dict) or (known is not None and not scene.get("size")):
        return job
    return replace(job, body={**job.body, "scene": scene})


def _read(body: str | bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _row(job: Job) -> tuple[str, int, str]:
    return job.event, job.due, json.dumps(job.body)


def _opened(file: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(file, isolation_level=None, timeout=1.0, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(_SCHEMA)
        connection.execute("INSERT OR IGNORE INTO outbox SELECT seq, kind, body FROM refused")
        connection.execute("DELETE FROM refused")
    except sqlite3.Error as error:
        raise _failure(file, error) from error
    return connection


def _failure(file: Path, error: sqlite3.Error) -> ZaigangError:
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _FULL:
        return StorageFull(f"{file}: no space left on the disk; events wait in memory until there is")
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return SpoolBusy(f"{file}: another program holds the spool's file; events wait in memory until it lets go")
    return ZaigangError(f"{file}: the spool cannot be used ({error}); events wait in memory")
