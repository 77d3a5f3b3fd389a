"""The spool: events and rule state in one SQLite transaction, on disk before anybody hears of them."""

import errno
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from vision.errors import StorageFull, ZaigangError
from vision.streamtime import StreamTime

__all__ = ["Job", "Message", "Spool", "SpoolBusy"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refused (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (window TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (event TEXT PRIMARY KEY, due INTEGER NOT NULL, body TEXT NOT NULL);
"""

_BALLAST: Final = 4 * 1024 * 1024


class SpoolBusy(ZaigangError):
    """Another worker holds this spool; raised when a worker starts beside one that still runs."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to deliver; ``seq`` only grows."""

    seq: int
    kind: Literal["event", "evidence"]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Evidence of an event to be cut when stream time has reached ``due``."""

    event: str
    due: StreamTime
    body: Mapping[str, Any]


class Spool:
    """One worker's spool in one file, shared by its threads; every method is one transaction.

    A ballast file beside it is given up when the disk is full, so that what happens then still finds room.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ballast = file.with_suffix(".ballast")
        self._lock = threading.RLock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=1.0, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise _failure(file, error) from error
        self.refill_ballast()

    def close(self) -> None:
        self._connection.close()

    def record(
        self,
        events: Sequence[Mapping[str, Any]],
        state: Mapping[str, Any],
        jobs: Sequence[Job] = (),
    ) -> None:
        """Keep events to deliver, all rule state as it is after them, and evidence to cut: all or nothing."""
        with self._transaction() as cursor:
            cursor.executemany(
                "INSERT INTO outbox (kind, body) VALUES ('event', ?)", [(json.dumps(event),) for event in events]
            )
            cursor.execute("DELETE FROM state")
            cursor.executemany(
                "INSERT INTO state VALUES (?, ?)",
                [(window, json.dumps(body)) for window, body in state.items()],
            )
            cursor.executemany("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", [_row(job) for job in jobs])

    def state(self) -> dict[str, Any]:
        """The windows' rule state as last kept."""
        return {window: json.loads(body) for window, body in self._rows("SELECT * FROM state")}

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
        return [Job(event, StreamTime(due), json.loads(body)) for event, due, body in rows]

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
        if self._ballast.exists():
            return
        try:
            self._ballast.write_bytes(b"\0" * _BALLAST)
        except OSError:
            self._ballast.unlink(missing_ok=True)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

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


def _row(job: Job) -> tuple[str, int, str]:
    return job.event, job.due, json.dumps(job.body)


def _failure(file: Path, error: sqlite3.Error) -> ZaigangError:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC:
        return StorageFull(f"{file}: no space left on the disk; events wait in memory until there is")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return SpoolBusy(f"{file}: another worker holds this spool")
    return ZaigangError(f"{file}: the spool cannot be used ({error})")
