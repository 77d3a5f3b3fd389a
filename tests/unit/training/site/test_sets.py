"""A trainer's sets are read whole, or refused by the file that is wrong."""

import zipfile
from pathlib import Path

import pytest

from datasets import DatasetError
from tests.fixtures.drawn_set import write_set
from training.errors import TrainingError
from training.site.sets import read_sets, weighed


def quiet(done: int) -> None:
    pass


def test_set_in_a_folder_and_the_same_in_a_zip_are_read_alike(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    packed = tmp_path / "packed" / "hall.zip"
    packed.parent.mkdir()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, Path("hall") / file.relative_to(folder))

    plain, unpacked = read_sets([folder]), read_sets([packed])

    assert weighed(unpacked, quiet) == weighed(plain, quiet)
    assert len(weighed(plain, quiet).boxes) == 8


def test_folder_of_several_sets_is_all_of_them(tmp_path: Path) -> None:
    write_set(tmp_path / "export" / "east", groups=2)
    write_set(tmp_path / "export" / "west", groups=3)

    assert [one.name for one in read_sets([tmp_path / "export"])] == ["east", "west"]


def test_pictures_without_labels_and_those_kept_for_a_test_are_left_out(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=3)
    (folder / "labels" / "room0_0.txt").unlink()
    table = folder / "groups.csv"
    rows = table.read_text().splitlines()
    table.write_text(
        "\n".join([rows[0] + ",split", *(f"{row},{'test' if 'room2' in row else ''}" for row in rows[1:])])
    )

    hall = read_sets([folder])[0]

    assert (len(hall.pictures), hall.left_out) == (7, 5)


def test_set_of_class_folders_without_boxes_is_refused(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    for label in (folder / "labels").iterdir():
        label.unlink()

    with pytest.raises(TrainingError, match="of its 8 pictures none has boxes"):
        read_sets([folder])


def test_box_outside_of_its_picture_names_its_label(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    (folder / "labels" / "room0_0.txt").write_text("0 1.4 0.5 0.2 0.2\n")

    with pytest.raises(DatasetError, match="room0_0"):
        weighed(read_sets([folder]), quiet)


def test_cut_off_picture_names_its_file(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    broken = folder / "images" / "room1_2.jpg"
    broken.write_bytes(broken.read_bytes()[:-600])

    with pytest.raises(DatasetError, match=r"room1_2\.jpg: cannot be read as a picture"):
        weighed(read_sets([folder]), quiet)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_file_that_is_no_picture_names_itself(tmp_path: Path, content: bytes) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    (folder / "images" / "room0_1.jpg").write_bytes(content)

    with pytest.raises(DatasetError, match=r"room0_1\.jpg: is (empty|no JPEG)"):
        weighed(read_sets([folder]), quiet)


def test_broken_label_names_file_and_line(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    label = folder / "labels" / "room0_0.txt"
    label.write_text(label.read_text() + "0 0.5 0.5 0.2\n")

    with pytest.raises(DatasetError, match=r"room0_0\.txt, line 2"):
        read_sets([folder])


def test_damaged_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hall.zip").write_bytes(b"PK\x03\x04 and nothing more")

    with pytest.raises(DatasetError, match=r"hall\.zip"):
        read_sets([tmp_path / "hall.zip"])


def test_zip_without_pictures_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "hall.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")

    with pytest.raises(DatasetError, match=r"hall\.zip: holds no labels in a known form"):
        read_sets([tmp_path / "hall.zip"])


def test_missing_set_and_two_of_one_name_are_refused(tmp_path: Path) -> None:
    one, other = write_set(tmp_path / "a" / "hall", groups=2), write_set(tmp_path / "b" / "hall", groups=2)

    with pytest.raises(TrainingError, match="nowhere: no such folder"):
        read_sets([tmp_path / "nowhere"])
    with pytest.raises(TrainingError, match="two of the sets are called hall"):
        read_sets([one, other])


def test_other_boxes_or_pictures_are_another_hash(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    before = weighed(read_sets([folder]), quiet).digest
    label = folder / "labels" / "room0_0.txt"
    label.write_text(label.read_text().replace("0 0.", "0 0.1", 1))

    assert weighed(read_sets([folder]), quiet).digest != before
