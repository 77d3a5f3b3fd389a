"""Kill -9 between any two steps from looks to the database: the same events as without, each once."""

import multiprocessing
import random
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.fixtures.site import served_site
from tests.fixtures.spool_worker import judge, looks, work

KILLS = 15


def test_killed_at_any_step_the_same_events_arrive_each_once(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([work.__module__])
    kills = 0
    with served_site(tmp_path) as served:
        while True:
            process = processes.Process(target=work, args=(tmp_path / "spool.db", served.address, seed))
            process.start()
            process.join(chance.uniform(0.01, 0.3) if kills < KILLS else 60)
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            kills += 1

    judging = judge()
    expected = {event.id: event for look in looks(seed) for event in judging.observe(look)}
    assert process.exitcode == 0
    assert {event.state for event in expected.values()} == {"closed", "interrupted"}
    unjudged = {id_: asdict(event) | {"verdict": "pending"} for id_, event in expected.items()}
    assert kept_in(tmp_path / "zaigang.db") == unjudged
    assert kills >= 5


def kept_in(database: Path) -> dict[str, dict[str, Any]]:
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    try:
        return {row["id"]: dict(row) for row in connection.execute("SELECT * FROM events")}
    finally:
        connection.close()
