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

    plain, unpacked = read_sets([folder], tmp_path / "out"), read_sets([packed], tmp_path / "out")

    assert [sample.boxes for sample in unpacked[0].samples] == [sample.boxes for sample in plain[0].samples]
    assert weighed(unpacked, quiet).digest == weighed(plain, quiet).digest


def test_cut_off_picture_names_its_file(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    broken = folder / "images" / "room1_2.jpg"
    broken.write_bytes(broken.read_bytes()[:-600])

    with pytest.raises(DatasetError, match=r"room1_2\.jpg: ends in the middle"):
        weighed(read_sets([folder], tmp_path), quiet)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_file_that_is_no_picture_names_itself(tmp_path: Path, content: bytes) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    (folder / "images" / "room0_1.jpg").write_bytes(content)

    with pytest.raises(DatasetError, match=r"room0_1\.jpg: cannot be read as a picture"):
        weighed(read_sets([folder], tmp_path), quiet)


def test_broken_label_names_file_and_line(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    label = folder / "labels" / "room0_0.txt"
    label.write_text(label.read_text() + "0 0.5 0.5 0.2\n")

    with pytest.raises(DatasetError, match=r"room0_0\.txt, line 2"):
        read_sets([folder], tmp_path)


def test_damaged_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hall.zip").write_bytes(b"PK\x03\x04 and nothing more")

    with pytest.raises(TrainingError, match="neither a folder nor a zip"):
        read_sets([tmp_path / "hall.zip"], tmp_path)


def test_zip_without_pictures_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "hall.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")

    with pytest.raises(TrainingError, match="no folder called images"):
        read_sets([tmp_path / "hall.zip"], tmp_path)


def test_missing_set_and_two_of_one_name_are_refused(tmp_path: Path) -> None:
    one, other = write_set(tmp_path / "a" / "hall", groups=2), write_set(tmp_path / "b" / "hall", groups=2)

    with pytest.raises(TrainingError, match="nowhere: no such folder"):
        read_sets([tmp_path / "nowhere"], tmp_path)
    with pytest.raises(TrainingError, match="two of the sets are called hall"):
        read_sets([one, other], tmp_path)


def test_other_boxes_or_pictures_are_another_hash(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "hall", groups=2)
    before = weighed(read_sets([folder], tmp_path), quiet).digest
    label = folder / "labels" / "room0_0.txt"
    label.write_text(label.read_text().replace("0 0.", "0 0.1", 1))

    assert weighed(read_sets([folder], tmp_path), quiet).digest != before
