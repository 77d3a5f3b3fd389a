"""`zaigang enroll-uniform`: what it takes, what it says, and what it leaves behind."""

import json
from pathlib import Path
from typing import Any

import cv2
import pytest

from service.cli.enroll_uniform import enroll_uniform
from tests.fixtures.command import zaigang
from tests.fixtures.toy_torso import PLAIN, TEAL, painted, write_torso_network
from vision.enrolment import read_enrolled
from vision.errors import BadInput


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_torso_network(tmp_path_factory.mktemp("models") / "toy")


def pictures(folder: Path, colour: tuple[int, int, int], seeds: range) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        cv2.imwrite(str(folder / f"{seed}.png"), painted(colour, seed))
    return folder


def enrolled(model: Path, out: Path, *paths: Path, **options: Any) -> None:
    enroll_uniform("teal", list(paths), out=out, crops=True, model=model, **options)


def test_uniform_is_enrolled_and_the_figure_is_said(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled(model, tmp_path / "out", pictures(tmp_path / "worn", TEAL, range(10)))

    said = capsys.readouterr().out
    assert "10 of 10 pictures used" in said
    assert "told apart well: of people in plain clothes some 1 % would pass for it" in said
    assert len(read_enrolled(tmp_path / "out" / "teal.npz").references) == 10


def test_uniform_like_plain_clothes_is_warned_of(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled(model, tmp_path / "out", pictures(tmp_path / "worn", PLAIN[0], range(10)))

    assert "too close to plain clothes" in capsys.readouterr().out
    assert read_enrolled(tmp_path / "out" / "teal.npz").too_close


def test_findings_as_json_name_what_was_not_used(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worn = pictures(tmp_path / "worn", TEAL, range(6))
    (worn / "again.png").write_bytes((worn / "5.png").read_bytes())  # sorted, it comes after
    (worn / "broken.jpg").write_bytes(b"no picture")
    cv2.imwrite(str(worn / "tiny.png"), painted(TEAL, 1, (12, 18)))

    enrolled(model, tmp_path / "out", worn, negatives=pictures(tmp_path / "plain", PLAIN[1], range(4)), as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert (found["uniform"], found["references"], found["others"]) == ("teal", 6, 4)
    assert {one["file"]: one["why"] for one in found["not_used"]} == {
        "again.png": "it is a reference already, or the same as another",
        "broken.jpg": "it cannot be read as a picture",
        "tiny.png": "her torso is too small in it",
    }


def test_more_pictures_refine_it(model: Path, tmp_path: Path) -> None:
    first, more = pictures(tmp_path / "first", TEAL, range(6)), pictures(tmp_path / "more", TEAL, range(4, 9))
    enrolled(model, tmp_path / "out", first)

    enrolled(model, tmp_path / "out", more, add=True)

    uniform = read_enrolled(tmp_path / "out" / "teal.npz")
    assert len(uniform.references) == len(uniform.pictures) == 9


def test_enrolling_again_needs_add_and_adding_needs_a_uniform(model: Path, tmp_path: Path) -> None:
    worn = pictures(tmp_path / "worn", TEAL, range(6))
    with pytest.raises(BadInput, match="no such uniform to add to"):
        enrolled(model, tmp_path / "out", worn, add=True)
    enrolled(model, tmp_path / "out", worn)

    with pytest.raises(BadInput, match="is there already"):
        enrolled(model, tmp_path / "out", worn)
    with pytest.raises(BadInput, match="no usable picture to add"):
        enrolled(model, tmp_path / "out", worn, add=True)


def test_adding_with_another_network_is_refused_by_name(model: Path, tmp_path: Path) -> None:
    worn = pictures(tmp_path / "worn", TEAL, range(6))
    enrolled(model, tmp_path / "out", worn)
    other = write_torso_network(tmp_path / "other", version="2")

    with pytest.raises(BadInput, match='enrolled with network "toy"'):
        enrolled(other, tmp_path / "out", pictures(tmp_path / "more", TEAL, range(6, 9)), add=True)


def test_too_few_pictures_say_why(model: Path, tmp_path: Path) -> None:
    worn = pictures(tmp_path / "worn", TEAL, range(4))
    (worn / "broken.jpg").write_bytes(b"no picture")

    with pytest.raises(BadInput, match=r"4 usable pictures; it takes at least 5.*broken\.jpg: it cannot be read"):
        enrolled(model, tmp_path / "out", worn)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["../winter", ".winter", "win ter", ""])
def test_name_that_is_no_file_name_is_refused(model: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="NAME"):
        enroll_uniform(name, [tmp_path], out=tmp_path, crops=True, model=model)


def test_what_is_no_picture_is_refused_by_name(model: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "empty").mkdir()
    for path, why in ((tmp_path / "notes.txt", "is no picture"), (tmp_path / "gone.jpg", "no such picture")):
        with pytest.raises(BadInput, match=f"{path.name}: {why}"):
            enrolled(model, tmp_path / "out", path)
    with pytest.raises(BadInput, match="empty: holds no picture"):
        enrolled(model, tmp_path / "out", tmp_path / "empty")


def test_the_command_says_one_line_and_ends_with_2(tmp_path: Path) -> None:
    done = zaigang("enroll-uniform", "winter", tmp_path / "gone", code=2)

    assert done.stderr.count("\n") == 1
    assert "gone: no such picture or folder" in done.stderr
