"""A store loses nothing that a sample or a revision names, and lets one process write at a time."""

from pathlib import Path

import pytest

from datasets.errors import DatasetError
from datasets.revisions import current, difference, freeze, pinned_hashes, read
from datasets.store import Store, open_store
from tests.fixtures.labelled import files, imported, kept, yolo_set


@pytest.fixture
def store(tmp_path: Path) -> Path:
    labels = {"a.png": "0 .5 .5 .25 .25\n", "b.png": "", "c.png": ""}
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", labels, groups={}))
    return tmp_path / "store"


def take_out(opened: Store, *titles: str) -> int:
    kept = pinned_hashes(opened.folder)
    opened.forget([one for one in opened.samples() if one.title in titles])
    return opened.sweep(*kept)


def test_a_picture_taken_out_goes_unless_a_revision_names_it(store: Path) -> None:
    with open_store(store, writes=True) as opened:
        revision, _ = freeze(opened)
        assert take_out(opened, "desk/a.png") == 0
    assert len(files(store)) == 3

    pinned = next(one for one in revision.samples if one.name == "a.png")
    with open_store(store) as opened:
        assert opened.annotation(pinned.annotation).labels[0].kind == "phone"
        assert opened.picture_file(pinned.picture, pinned.suffix).is_file()


def test_a_picture_that_nothing_names_is_deleted_and_with_the_last_its_set(store: Path) -> None:
    with open_store(store, writes=True) as opened:
        assert take_out(opened, "desk/a.png") == 1
        assert take_out(opened, "desk/b.png", "desk/c.png") == 2
        assert opened.sets() == []
    assert files(store) == []


def test_a_picture_in_two_sets_stays_while_one_of_them_has_it(store: Path, tmp_path: Path) -> None:
    imported(store, yolo_set(tmp_path / "other", {"x.png": ""}))
    with open_store(store, writes=True) as opened:
        assert take_out(opened, "desk/a.png") == 0
    assert "other/x.png" in kept(store)


def test_the_same_content_gives_the_same_revision_in_another_store(store: Path, tmp_path: Path) -> None:
    imported(tmp_path / "second", tmp_path / "desk", at="2030-01-01T00:00:00+00:00")

    with open_store(store, writes=True) as opened:
        first, new = freeze(opened)
        assert new
        assert freeze(opened) == (first, False)
    with open_store(tmp_path / "second", writes=True) as opened:
        assert freeze(opened)[0].sha256 == first.sha256


def test_a_revision_that_was_changed_by_hand_is_refused(store: Path) -> None:
    with open_store(store, writes=True) as opened:
        revision, _ = freeze(opened)
    file = store / "revisions" / f"{revision.sha256}.jsonl"
    file.chmod(0o644)
    file.write_text(file.read_text().replace("desk", "disk", 1))

    with pytest.raises(DatasetError, match="was changed since it was frozen"):
        read(store, revision.sha256)


def test_the_difference_names_what_was_added_removed_relabelled_moved(store: Path, tmp_path: Path) -> None:
    with open_store(store, writes=True) as opened:
        before, _ = freeze(opened)
        opened.move([(one, "val") for one in opened.samples() if one.name == "b.png"])
        take_out(opened, "desk/c.png")
    (tmp_path / "desk" / "labels" / "a.txt").write_text("1 .5 .5 .25 .25\n")
    (tmp_path / "desk" / "groups.csv").unlink()
    (tmp_path / "desk" / "images" / "c.png").unlink()
    (tmp_path / "desk" / "labels" / "c.txt").unlink()
    imported(store, tmp_path / "desk")
    imported(store, yolo_set(tmp_path / "new", {"d.png": ""}, first=9))

    with open_store(store) as opened:
        changes = difference(read(store, before.sha256[:8]), current(opened))

    assert (changes.added, changes.removed) == (("new/d.png",), ("desk/c.png",))
    assert (changes.relabelled, changes.moved, changes.replaced) == (("desk/a.png",), ("desk/b.png",), ())


@pytest.mark.parametrize("name", ["zz", "abc", "0123456789", ""])
def test_a_revision_that_is_not_there_is_refused_with_those_that_are(store: Path, name: str) -> None:
    with open_store(store, writes=True) as opened:
        revision, _ = freeze(opened)

    with pytest.raises(DatasetError, match=revision.sha256[:12]):
        read(store, name)


def test_only_one_process_writes_at_a_time_and_others_may_read(store: Path) -> None:
    with open_store(store, writes=True):
        with pytest.raises(DatasetError, match="another zaigang data command writes to it"):
            with open_store(store, writes=True):
                pass
        assert len(kept(store)) == 3


def test_what_is_no_store_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()

    with pytest.raises(DatasetError, match="is no store; make one with: zaigang data import"):
        with open_store(tmp_path / "none"):
            pass
    with pytest.raises(DatasetError, match="is no store and not empty"):
        with open_store(tmp_path / "full", writes=True, make=True):
            pass


def test_a_damaged_database_is_refused_by_name(store: Path) -> None:
    (store / "store.db").write_bytes(b"no database " * 100)

    with pytest.raises(DatasetError, match=r"store\.db: cannot be opened"):
        with open_store(store):
            pass
