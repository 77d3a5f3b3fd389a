"""Kill -9 of whoever writes an observation log: it loses the last second at most, and the log goes on."""

import multiprocessing
import random
from pathlib import Path

from tests.fixtures.observation_worker import look_at, work
from tests.fixtures.observed import answers, read_back
from tests.fixtures.waiting import until
from vision.streamtime import SECOND

BEGIN = 1_767_574_800 + 3590  # the hour ends within the first run
KILLS = 5


def test_killed_at_any_moment_a_log_loses_its_last_second_at_most(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([work.__module__])
    progress, begin = tmp_path / "progress", BEGIN
    expected = []
    for _ in range(KILLS):
        process = processes.Process(target=work, args=(tmp_path / "cam", begin, progress))
        process.start()
        enough = begin + chance.randrange(20, 60)
        until(lambda enough=enough: _second(progress) >= enough, "seconds are written", 60)
        process.kill()
        process.join()
        told = _second(progress)
        found = {look.at // SECOND for look in read_back(tmp_path)}
        assert max(found) >= told - 1
        expected += range(begin, max(found) + 1)
        begin = max(found) + 1

    assert answers(read_back(tmp_path)) == [entry for second in expected for entry in answers(look_at(second))]


def _second(progress: Path) -> int:
    """What was written last; a kill may have left the file empty."""
    text = progress.read_text() if progress.exists() else ""
    return int(text or 0)
