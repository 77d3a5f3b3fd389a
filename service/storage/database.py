"""Opens the database and brings its tables to the present form."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from vision.errors import ZaigangError

__all__ = ["Database", "DatabaseError", "address_to_read", "open_database", "read_database"]

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_FORMS: Final[list[str]] = sorted(file.name.split("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The forms that tables have had, each named by the number of the migration that made it."""


class DatabaseError(ZaigangError):
    """The database cannot be opened, read or written: it is locked, damaged, or its disk is full or gone."""


class Database:
    """Sessions on one database; each session is one transaction."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url)
        if url.startswith("sqlite"):
            event.listen(self._engine.sync_engine, "connect", _careful_sqlite)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A transaction: committed at the end of the block, rolled back when it raises.

        Raises DatabaseError where the database refuses; what was to be kept has to be brought again.
        """
        try:
            async with self._sessions.begin() as session:
                yield session
        except DBAPIError as error:
            if isinstance(error, (IntegrityError, DataError, ProgrammingError)):
                raise  # a fault of ours: to try again would not mend it
            raise DatabaseError(f"the database refuses ({error.orig})") from error

    async def close(self) -> None:
        await self._engine.dispose()


class _Unlocked(Database):
    """Reads a file that nobody has open and that nothing keeps from being written to meanwhile, such as by a service
    that starts.
    """

    def __init__(self, url: str, file: Path, found: tuple[int, int] | None) -> None:
        super().__init__(url)
        self._file, self._found = file, found

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """As of every database; raises DatabaseError also where what was read is of two moments."""
        try:
            async with super().session() as session:
                yield session
        except (DBAPIError, ZaigangError):
            self._check_still()
            raise
        self._check_still()

    def _check_still(self) -> None:
        if _stamp(self._file) != self._found:
            raise DatabaseError(f"{self._file}: was written to while it was read; read it again")


def _stamp(file: Path) -> tuple[int, int] | None:
    """What a write to ``file`` changes; None where there is no such file."""
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


def open_database(file: Path) -> Database:
    """The SQLite database at ``file``, made or migrated as needed; raises DatabaseError naming the file."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{file}")
        event.listen(engine, "connect", _careful_sqlite)
        migrate(engine)
        engine.dispose()
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error.strerror
        raise DatabaseError(f"{file}: the database cannot be opened ({reason})") from error
    return Database(f"sqlite+aiosqlite:///{file}")


def read_database(file: Path) -> Database:
    """The SQLite database at ``file`` as it is, for reading alone; nothing is made, migrated or left beside it.

    Raises DatabaseError naming the file, also where its tables are of another form than this version reads, and at a
    session's end where the file was written to since.
    """
    found = _stamp(file)
    _check_form(file)
    address = address_to_read(file)
    url = f"sqlite+aiosqlite:///{address}&uri=true"
    return _Unlocked(url, file, found) if address.endswith("&immutable=1") else Database(url)


def address_to_read(file: Path) -> str:
    """The address under which SQLite reads ``file`` and writes nothing.

    Whoever has it open keeps a log beside it. Where there is none, SQLite would make one even to read, and leave it
    there as a file of an account that may be another than the service's; a file that nobody writes needs none.
    """
    is_in_use = file.with_name(f"{file.name}-wal").exists()
    return f"file:{quote(str(file.absolute()))}?mode=ro{'' if is_in_use else '&immutable=1'}"


def _check_form(file: Path) -> None:
    try:
        with closing(sqlite3.connect(address_to_read(file), uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.Error as error:
        raise DatabaseError(f"{file}: the database cannot be read ({error})") from error
    if found == _FORMS[-1:]:
        return
    if not set(_FORMS).issuperset(found):
        raise DatabaseError(f"{file}: was written by a newer version of zaigang; read it with that one")
    raise DatabaseError(
        f"{file}: was written by an older version of zaigang; start the service once, which brings it forward"
    )


def migrate(engine: Engine) -> None:
    """Run every migration that the database has not seen."""
    from alembic import command  # here, since reading it takes a second and most commands migrate nothing
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _careful_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # Write-ahead logging lets pages read while events are written; FULL makes a commit survive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
