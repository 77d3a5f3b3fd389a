"""Kill -9 at any moment of an import: run again it ends as if nothing had been, nothing double, nothing lost."""

import multiprocessing
import random
from pathlib import Path

from datasets.quality import unreadable
from datasets.revisions import current
from datasets.store import open_store
from tests.fixtures.import_worker import work
from tests.fixtures.labelled import yolo_set

KILLS = 8
PICTURES = 300


def test_an_import_killed_at_any_moment_goes_on_where_it_was(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    labels = {f"{at:03}.png": f"{at % 2} .5 .5 .{at + 100} .5\n" for at in range(PICTURES)}
    source = yolo_set(tmp_path / "desk", labels, groups={})
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([work.__module__])
    interrupted = 0
    for kill in range(KILLS + 1):
        begun = processes.Event()
        process = processes.Process(target=work, args=(source, tmp_path / "store", begun))
        process.start()
        if kill < KILLS and begun.wait(60):
            process.join(chance.uniform(0, 0.1))
            interrupted += process.exitcode is None
            process.kill()
        process.join()
    assert process.exitcode == 0

    work(source, tmp_path / "calm", processes.Event())
    with open_store(tmp_path / "store") as one, open_store(tmp_path / "calm") as other:
        assert current(one) == current(other)
        assert len(one.samples()) == PICTURES
        assert list(unreadable(one, one.samples())) == []
    kept = sorted(file.name for file in (tmp_path / "store" / "pictures").glob("*/*"))
    assert kept == sorted(file.name for file in (tmp_path / "calm" / "pictures").glob("*/*"))
    assert list((tmp_path / "store" / "drafts").iterdir()) == []
    assert interrupted >= 1
