"""A trainer's day with `zaigang data`: what colleagues sent goes in, is checked, split, frozen, shown, handed on."""

import json
from pathlib import Path

import cv2
import pytest

from tests.fixtures.command import zaigang
from tests.fixtures.labelled import yolo_set
from tests.fixtures.toy_network import GREEN, write_networks


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trainer")
    labels = {f"cam{at % 5}_{at:02}.png": "0 .5 .5 .5 .5\n" if at % 2 else "" for at in range(20)}
    yolo_set(root / "east", labels, ("cell phone", "person"))
    yolo_set(root / "bench", {"x.png": "1 .5 .5 .5 .5"}, ("phone", "person"), {}, first=90)
    zaigang(
        *("data", "import", root / "east", "--store", root / "store", "--group-by", "(cam[0-9])_"),
        *("--classes", "phone,person", "--map", "cell phone=phone", "--licence", "internal"),
    )
    zaigang("data", "import", root / "bench", "--store", root / "store", "--split", "test")
    return root / "store"


def test_classes_that_do_not_fit_are_refused_with_the_mapping(store: Path) -> None:
    chosen = ("--set", "other", "--classes", "phone")
    done = zaigang("data", "import", store.parent / "east", "--store", store, *chosen, code=2)

    assert done.stderr.startswith("zaigang: ")
    assert "--map 'cell phone=phone'" in done.stderr


def test_a_picture_that_cannot_be_read_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "set", {"a.png": "", "b.png": ""})
    (source / "images" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    done = zaigang("data", "import", source, "--store", tmp_path / "store", code=2)

    assert f"left out: {source}/images/b.png: cannot be read as a picture" in done.stderr


def test_split_check_freeze_list_diff(store: Path) -> None:
    dealt = json.loads(zaigang("data", "split", "--store", store, "--json").stdout)
    assert sum(part["pictures"] for part in dealt["splits"].values()) == dealt["pictures"] == 21

    checked = json.loads(zaigang("data", "check", "--store", store, "--json").stdout)
    assert [one for one in checked["findings"] if one["severity"] == "error"] == []

    frozen = json.loads(zaigang("data", "freeze", "--store", store, "--json").stdout)
    listed = json.loads(zaigang("data", "list", "--store", store, "--json").stdout)
    assert [one["set"] for one in listed["sets"]] == ["bench", "east"]
    assert listed["sets"][0]["splits"] == {"test": 1}
    assert [one["revision"] for one in listed["revisions"]] == [frozen["revision"]]

    zaigang("data", "remove", "east", "cam0_00.png", "--store", store, "--yes")
    changes = json.loads(zaigang("data", "diff", frozen["revision"][:8], "--store", store, "--json").stdout)
    assert changes["removed"] == ["east/cam0_00.png"]
    out = store.parent / "frozen.zip"
    done = zaigang(
        "data", "export", "--store", store, "--revision", frozen["revision"], "--format", "cvat", "--to", out
    )
    assert f"{out}: 21 pictures of 2 sets as cvat" in done.stdout


def test_a_contact_sheet_is_drawn_and_an_empty_choice_is_refused(store: Path) -> None:
    sheet = store.parent / "sheet.png"

    zaigang("data", "show", "--store", store, "--class", "phone", "--out", sheet, "--count", "4")

    assert cv2.imread(str(sheet)).shape == (296, 1320, 3)
    refused = zaigang("data", "show", "--store", store, "--class", "bag", code=2).stderr
    assert "--class 'bag': no picture has it; there are person, phone" in refused


def test_a_network_s_opinion_is_asked_and_drawn(store: Path, tmp_path: Path) -> None:
    networks = write_networks(tmp_path)
    source = yolo_set(tmp_path / "set", {"a.png": ""}, size=(160, 96))
    pixels = cv2.imread(str(source / "images" / "a.png"))
    pixels[:] = 128
    cv2.rectangle(pixels, (40, 20), (90, 80), GREEN, -1)
    cv2.imwrite(str(source / "images" / "a.png"), pixels)
    zaigang("data", "import", source, "--store", tmp_path / "store")

    arguments = ("data", "check", "--store", tmp_path / "store", "--model", networks["person"])
    done = zaigang(*arguments, "--sheet", tmp_path / "worst.png")

    assert "the network is sure (0.90) of a person without a label" in " ".join(done.stdout.split())
    assert (tmp_path / "worst.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("list", "--store", "nowhere"), "nowhere: is no store; make one with: zaigang data import"),
        (("import", "nowhere.zip"), "nowhere.zip: no such file or folder"),
        (("import", ".", "--format", "pdf"), "--format 'pdf': it is yolo, coco, voc, cvat, labelstudio"),
        (("import", ".", "--map", "x"), "--map 'x': write it as OLD=NEW"),
        (("split", "--val", "0.6", "--test", "0.4"), "leave nothing to train on"),
        (("diff", "abcdef", "--store", "nowhere"), "nowhere: is no store"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)

    done = zaigang("data", *arguments, code=2)

    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
