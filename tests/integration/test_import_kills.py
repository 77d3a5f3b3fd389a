"""Kill -9 at any moment of an import, or a full disk: run again it ends as if nothing had been."""

import multiprocessing
import random
from pathlib import Path

import pytest

from datasets.quality import unreadable
from datasets.revisions import current
from datasets.store import open_store
from tests.fixtures.import_worker import work
from tests.fixtures.labelled import files, imported, yolo_set
from tests.fixtures.small_disk import small_disk
from vision.errors import StorageFull

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
    assert files(tmp_path / "store") == files(tmp_path / "calm")
    assert list((tmp_path / "store" / "drafts").iterdir()) == []
    assert interrupted >= 1


def test_an_import_that_filled_the_disk_goes_on_when_there_is_room(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {f"{at}.bmp": "" for at in range(60)}, size=(320, 240))
    with small_disk(tmp_path / "disk", 16) as disk:
        store = disk.folder / "store"
        imported(store, yolo_set(tmp_path / "first", {"a.png": ""}, first=99))
        disk.fill()
        (disk.folder / "filler").write_bytes(b"\0" * 8 * 2**20)

        with pytest.raises(StorageFull, match="the disk is full; make room and run the same command again"):
            imported(store, source)
        disk.free()
        done = imported(store, source)

        assert 0 < done.added <= 60
        assert (done.pictures, len(files(store))) == (60, 61)
