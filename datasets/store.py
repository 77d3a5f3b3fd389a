"""The store: a folder with pictures by SHA-256 and a database of what is said of them, whole after any kill."""

import errno
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from datasets.errors import DatasetError, unwritable
from datasets.label import Annotation, digest
from datasets.picture import Seen
from vision.disk import sync
from vision.geometry import Size

__all__ = ["Store", "StoredSample", "StoredSet", "open_store"]

_VERSION: Final = 1
_DATABASE: Final = "store.db"
_SCHEMA: Final = """
CREATE TABLE pictures (
    sha256 TEXT PRIMARY KEY, suffix TEXT NOT NULL, bytes INTEGER NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, fingerprint BLOB NOT NULL, thumb BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE annotations (sha256 TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sets (
    name TEXT PRIMARY KEY, format TEXT NOT NULL, source TEXT NOT NULL, classes TEXT NOT NULL, split TEXT NOT NULL,
    mapping TEXT NOT NULL, extra TEXT NOT NULL, began_at TEXT NOT NULL, finished_at TEXT
) WITHOUT ROWID;
CREATE TABLE samples (
    set_name TEXT NOT NULL REFERENCES sets, name TEXT NOT NULL,
    picture TEXT NOT NULL REFERENCES pictures, annotation TEXT NOT NULL REFERENCES annotations,
    grouped TEXT NOT NULL, split TEXT NOT NULL, licence TEXT NOT NULL, author TEXT NOT NULL, origin TEXT NOT NULL,
    added_at TEXT NOT NULL, PRIMARY KEY (set_name, name)
) WITHOUT ROWID;
CREATE INDEX samples_by_picture ON samples (picture);
CREATE TABLE opinions (
    model TEXT NOT NULL, picture TEXT NOT NULL REFERENCES pictures, body TEXT NOT NULL, PRIMARY KEY (model, picture)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoredSet:
    """Where a set came from; ``split`` is the one it belongs to as a whole, if any; unfinished without a time."""

    name: str
    format: str
    source: str
    classes: tuple[str, ...]
    split: str
    mapping: dict[str, str]
    extra: dict[str, Any]
    began_at: str
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class StoredSample:
    """A picture in a set, what is said of it, and where that came from; ``picture`` is the SHA-256 of its file."""

    set: str
    name: str
    picture: str
    suffix: str
    size: Size
    fingerprint: int
    thumb: bytes
    annotation: Annotation
    group: str
    split: str
    licence: str
    author: str
    origin: str
    added_at: str

    @property
    def title(self) -> str:
        """What findings and errors call it."""
        return f"{self.set}/{self.name}"


class Store:
    """Use ``open_store``. Everything it raises is a DatasetError, or StorageFull when the disk is."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._sql = connection
        self._drafts: dict[Path, Path] = {}

    def sets(self) -> list[StoredSet]:
        rows = self._sql.execute("SELECT * FROM sets ORDER BY name").fetchall()
        return [
            StoredSet(
                row["name"],
                row["format"],
                row["source"],
                tuple(json.loads(row["classes"])),
                row["split"],
                json.loads(row["mapping"]),
                json.loads(row["extra"]),
                row["began_at"],
                row["finished_at"],
            )
            for row in rows
        ]

    def samples(self, sets: Sequence[str] = ()) -> list[StoredSample]:
        """Those of ``sets``, or all, by set and name. Raises DatasetError for a set that is not there."""
        known = {row["name"] for row in self._sql.execute("SELECT name FROM sets")}
        strange = [name for name in sets if name not in known]
        if strange:
            raise DatasetError(f"{self.folder}: there is no set {strange[0]!r}; it has {', '.join(sorted(known))}")
        rows = self._sql.execute(
            "SELECT * FROM samples JOIN pictures ON pictures.sha256 = picture "
            "JOIN annotations ON annotations.sha256 = annotation "
            "WHERE set_name IN (SELECT value FROM json_each(?)) ORDER BY set_name, name",
            (json.dumps(list(sets or known)),),
        )
        return [_sample(row) for row in rows]

    def picture_file(self, sha256: str, suffix: str) -> Path:
        return self.folder / "pictures" / sha256[:2] / f"{sha256}{suffix}"

    def picture(self, sample: StoredSample) -> bytes:
        """The bytes of its picture. Raises DatasetError where the file is gone."""
        file = self.picture_file(sample.picture, sample.suffix)
        try:
            return file.read_bytes()
        except OSError as error:
            raise DatasetError(f"{sample.title}: its picture {file} cannot be read; import the set again") from error

    def seen(self, sha256: str) -> Seen | None:
        """What is known of a picture that the store has had before."""
        row = self._sql.execute("SELECT * FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None:
            return None
        size = row["width"], row["height"]
        return Seen(sha256, row["suffix"], size, int.from_bytes(row["fingerprint"], "big"), row["thumb"])

    def keep_picture(self, seen: Seen, data: bytes) -> None:
        """Write a picture, unless its file lies there whole; it is in its place from the next commit on."""
        file = self.picture_file(seen.sha256, seen.suffix)
        with self._writing():
            if not file.is_file() or file.read_bytes() != data:
                file.parent.mkdir(parents=True, exist_ok=True)
                draft = self.folder / "drafts" / file.name
                draft.write_bytes(data)
                self._drafts[draft] = file
            fingerprint = seen.fingerprint.to_bytes(8, "big")
            self._sql.execute(
                "INSERT OR IGNORE INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seen.sha256, seen.suffix, len(data), *seen.size, fingerprint, seen.thumb),
            )

    def keep_set(self, one: StoredSet) -> None:
        texts = (json.dumps(part, ensure_ascii=False) for part in (one.classes, one.mapping, one.extra))
        classes, mapping, extra = texts
        with self._writing():
            self._sql.execute(
                "INSERT INTO sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "format = excluded.format, source = excluded.source, classes = excluded.classes, "
                "split = excluded.split, mapping = excluded.mapping, extra = excluded.extra, "
                "began_at = excluded.began_at, finished_at = excluded.finished_at",
                (one.name, one.format, one.source, classes, one.split, mapping, extra, one.began_at, one.finished_at),
            )

    def keep_sample(self, one: StoredSample) -> None:
        """Write a sample, in place of an older one of its set and name."""
        body = one.annotation.text()
        annotation = digest(body)
        with self._writing():
            self._sql.execute("INSERT OR IGNORE INTO annotations VALUES (?, ?)", (annotation, body))
            self._sql.execute(
                "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(one.set, one.name, one.picture, annotation, one.group, one.split),
                    *(one.licence, one.author, one.origin, one.added_at),
                ),
            )

    def move(self, splits: Iterable[tuple[StoredSample, str]]) -> None:
        """Put samples into other splits, all or none."""
        with self._writing():
            self._sql.executemany(
                "UPDATE samples SET split = ? WHERE set_name = ? AND name = ?",
                [(split, sample.set, sample.name) for sample, split in splits],
            )
            self.commit()

    def forget(self, samples: Iterable[StoredSample]) -> None:
        """Take samples out of their sets, and sets out of the store that have none left."""
        with self._writing():
            self._sql.executemany(
                "DELETE FROM samples WHERE set_name = ? AND name = ?", [(one.set, one.name) for one in samples]
            )
            self._sql.execute("DELETE FROM sets WHERE name NOT IN (SELECT set_name FROM samples)")
            self.commit()

    def sweep(self, pictures: frozenset[str], annotations: frozenset[str]) -> int:
        """Delete what no sample names, nor ``pictures`` and ``annotations``; returns how many files went."""
        with self._writing():
            self._sql.execute("CREATE TEMP TABLE IF NOT EXISTS kept (sha256 TEXT PRIMARY KEY)")
            self._sql.execute("DELETE FROM kept")
            self._sql.executemany("INSERT OR IGNORE INTO kept VALUES (?)", [(one,) for one in pictures | annotations])
            kept = "SELECT sha256 FROM kept"
            self._sql.execute(
                f"DELETE FROM opinions WHERE picture NOT IN (SELECT picture FROM samples UNION {kept})"  # noqa: S608
            )
            for table, column in (("pictures", "picture"), ("annotations", "annotation")):
                self._sql.execute(
                    f"DELETE FROM {table} WHERE sha256 NOT IN (SELECT {column} FROM samples UNION {kept})"  # noqa: S608
                )
            self.commit()
            named = {row["sha256"] for row in self._sql.execute("SELECT sha256 FROM pictures")}
            gone = [file for file in (self.folder / "pictures").glob("*/*") if file.stem not in named]
            for file in gone:
                file.unlink(missing_ok=True)
        return len(gone)

    def annotation(self, sha256: str) -> Annotation:
        """An annotation by its hash, of a sample or of a revision."""
        row = self._sql.execute("SELECT body FROM annotations WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None or digest(row["body"]) != sha256:
            raise DatasetError(f"{self.folder}: annotation {sha256[:12]}… is missing or damaged")
        return Annotation.read(row["body"])

    def opinion(self, model: str, picture: str) -> Any:
        """What a network said of a picture when it was last asked, or None."""
        row = self._sql.execute(
            "SELECT body FROM opinions WHERE model = ? AND picture = ?", (model, picture)
        ).fetchone()
        return None if row is None else json.loads(row["body"])

    def keep_opinion(self, model: str, picture: str, body: Any) -> None:
        with self._writing():
            self._sql.execute("INSERT OR REPLACE INTO opinions VALUES (?, ?, ?)", (model, picture, json.dumps(body)))

    def commit(self) -> None:
        """Bring everything since the last commit to the disk, as one step."""
        with self._writing():
            # Many files brought to the disk one after the other cost little more than one.
            for draft in self._drafts:
                sync(draft)
            for draft, file in self._drafts.items():
                draft.replace(file)
            for folder in {file.parent for file in self._drafts.values()}:
                sync(folder)
            self._drafts.clear()
            self._sql.commit()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise unwritable(self.folder, OSError(errno.ENOSPC, str(error))) from error
            raise DatasetError(f"{self.folder / _DATABASE}: {error}") from error
        except OSError as error:
            raise unwritable(self.folder, error) from error


@contextmanager
def open_store(folder: Path, writes: bool = False, make: bool = False) -> Iterator[Store]:
    """The store in ``folder``; one process at a time ``writes``, others may read.

    Raises DatasetError where there is none (unless it may ``make`` it), where another process writes, or where it was
    made by a later version.
    """
    database = folder / _DATABASE
    if make and not database.is_file():
        if folder.is_dir() and any(file.name not in (".lock", "drafts", "pictures") for file in folder.iterdir()):
            raise DatasetError(f"{folder}: is no store and not empty; name another folder with --store")
    elif not database.is_file():
        raise DatasetError(f"{folder}: is no store; make one with: zaigang data import SOURCE --store {folder}")
    lock = _locked(folder) if writes else None
    try:
        connection = _connected(database)
        try:
            yield Store(folder, connection)
        finally:
            connection.close()
    finally:
        if lock is not None:
            os.close(lock)


def _connected(database: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(database, timeout=30)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
            version = _VERSION
    except sqlite3.DatabaseError as error:
        raise DatasetError(f"{database}: cannot be opened ({error})") from error
    if version > _VERSION:
        connection.close()
        raise DatasetError(f"{database}: was made by a later version of zaigang ({version}); this one knows {_VERSION}")
    return connection


def _locked(folder: Path) -> int:
    """The handle of the store's lock, which ends with the process; leftovers of a killed one are cleared away."""
    try:
        (folder / "drafts").mkdir(parents=True, exist_ok=True)
        (folder / "pictures").mkdir(exist_ok=True)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DatasetError(f"{folder}: another zaigang data command writes to it; wait until that has ended") from None
    for draft in (folder / "drafts").iterdir():
        draft.unlink()
    return lock


def _sample(row: sqlite3.Row) -> StoredSample:
    return StoredSample(
        set=row["set_name"],
        name=row["name"],
        picture=row["picture"],
        suffix=row["suffix"],
        size=(row["width"], row["height"]),
        fingerprint=int.from_bytes(row["fingerprint"], "big"),
        thumb=row["thumb"],
        annotation=Annotation.read(row["body"]),
        group=row["grouped"],
        split=row["split"],
        licence=row["licence"],
        author=row["author"],
        origin=row["origin"],
        added_at=row["added_at"],
    )
