"""The database: migrations make the tables that the code describes, and every list question has its index."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.dialects import sqlite

from service.storage.database import DatabaseError, migrate, open_database, read_database
from service.storage.events import EventFilter, page_query, span_query
from service.storage.keeping import old_query
from service.storage.month import verdict_query
from service.storage.revisions import history_query
from service.storage.tables import Base
from vision.streamtime import StreamTime


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'zaigang.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def test_migrations_make_the_tables_that_the_code_describes(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "zaigang.db").write_text("this is no database" * 100)

    with pytest.raises(DatabaseError, match=r"zaigang\.db"):
        open_database(tmp_path / "zaigang.db")


def test_what_was_read_while_a_service_began_to_write_is_not_believed(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "zaigang.db"
    engine.dispose()

    async def read(meanwhile: Callable[[], None]) -> int:
        database = read_database(file)
        try:
            async with database.session() as session:
                meanwhile()
                return int((await session.execute(text("SELECT count(*) FROM revisions"))).scalar_one())
        finally:
            await database.close()

    def write() -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("INSERT INTO revisions VALUES ('rules', 1, '{}', 'w', '', 1)")

    assert asyncio.run(read(lambda: None)) == 0
    with pytest.raises(DatabaseError, match=r"zaigang\.db: was written to while it was read; read it again"):
        asyncio.run(read(write))
    assert asyncio.run(read(lambda: None)) == 1


def test_history_of_a_part_is_read_along_its_key(engine: Engine) -> None:
    compiled = history_query("rules", 50, 900).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with engine.begin() as connection:
        connection.execute(
            text(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                INSERT INTO revisions SELECT CASE WHEN i % 2 THEN 'rules' ELSE 'leave' END, i, '{}', 'w', '', i FROM n
                """
            )
        )
        connection.execute(text("ANALYZE"))

        (plan,) = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert "SEARCH revisions USING INDEX" in plan
    assert "part=? AND version<?" in plan


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (EventFilter(), "ix_events_started"),
        (EventFilter(window="w7"), "ix_events_window_started"),
        (EventFilter(rule="smoking"), "ix_events_rule_started"),
        (EventFilter(state="open"), "ix_events_state_started"),
        (EventFilter(verdict="upheld"), "ix_events_verdict_started"),
        (EventFilter(since=StreamTime(10**9), until=StreamTime(2 * 10**9)), "ix_events_started"),
    ],
)
def test_page_of_a_million_events_is_read_along_an_index(million: Connection, wanted: EventFilter, index: str) -> None:
    query = page_query(wanted, 50, (StreamTime(5 * 10**8), "m"))
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})

    plan = [row[3] for row in million.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert len(plan) == 1, plan
    assert index in plan[0]
    assert "SEARCH" in plan[0] or "SCAN" in plan[0]
    assert "TEMP B-TREE" not in " ".join(plan)


@pytest.mark.slow
def test_upheld_events_of_a_month_are_read_along_an_index(million: Connection) -> None:
    query = verdict_query("upheld", StreamTime(10**8), StreamTime(2 * 10**8))
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})

    (plan,) = [row[3] for row in million.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert plan.startswith("SEARCH")
    assert "ix_events_verdict_started" in plan


@pytest.mark.slow
def test_events_of_a_span_among_a_million_are_read_along_an_index(million: Connection) -> None:
    query = span_query(StreamTime(10**9), StreamTime(2 * 10**9))
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})

    plan = [row[3] for row in million.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert len(plan) == 1, plan
    assert "SEARCH" in plan[0]
    assert "ix_events_started" in plan[0]


@pytest.mark.slow
def test_what_may_be_deleted_is_found_among_what_is_kept(million: Connection) -> None:
    compiled = old_query("dismissed", StreamTime(5 * 10**8), 200).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )

    plan = [row[3] for row in million.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert any("ix_evidence_kept" in step for step in plan)
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN events") for step in plan), plan


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A database of 1,000,000 events at 32 windows."""
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('million') / 'zaigang.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.execute(
            text(
                """
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
                INSERT INTO events
                SELECT printf('%08d', i), 'w' || (i % 32), CASE WHEN i % 5 THEN 'leave_post' ELSE 'smoking' END, 'v',
                       CASE WHEN i % 1000 THEN 'closed' ELSE 'open' END, i * 1000, i * 1000, i * 1000, 0.9,
                       NULL, 'pending'
                FROM n
                """
            )
        )
        connection.execute(
            text(
                """
                INSERT INTO evidence (event, folder, manifest, kept_since, deleted_at, deleted_why)
                SELECT id, id, '{}', CASE WHEN rowid % 100 THEN NULL ELSE started_at END,
                       CASE WHEN rowid % 100 THEN until END, NULL
                FROM events
                """
            )
        )
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        yield connection
    engine.dispose()
