"""`zaigang compare-uniform` says which of two judges a hall takes, and what its configuration then says."""

import json
from pathlib import Path

import cv2
import pytest

from tests.fixtures.command import zaigang
from tests.fixtures.toy_network import RED, write_red_network
from tests.fixtures.toy_torso import PLAIN, TEAL, painted, write_torso_network


def pictures(folder: Path, colours: list[tuple[int, int, int]], first: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for seed, colour in enumerate(colours, first):
        cv2.imwrite(str(folder / f"{seed}.png"), painted(colour, seed))
    return folder


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teal uniform that was enrolled, and a network whose uniform is red."""
    root = tmp_path_factory.mktemp("hall")
    write_torso_network(root / "torsos")
    write_red_network(root / "own", "uniform")
    pictures(root / "first", [TEAL] * 6, 0)
    pictures(root / "plain", [PLAIN[0], PLAIN[1], PLAIN[4]] * 2, 50)
    zaigang(
        *("enroll-uniform", "winter", root / "first", "--crops"),
        *("--model", root / "torsos", "--out", root / "uniforms"),
    )
    return root


def compared(hall: Path, wearing: Path, *more: str, code: int = 0) -> str:
    said = zaigang(
        *("compare-uniform", hall / "uniforms" / "winter.npz", "--model", hall / "own", "--embedder", hall / "torsos"),
        *("--crops", "--wearing", wearing, "--others", hall / "plain", *more),
        code=code,
    )
    return said.stderr if code else said.stdout


def test_what_was_enrolled_judges_where_it_is_better(hall: Path) -> None:
    said = compared(hall, pictures(hall / "teal", [TEAL] * 6, 20))

    assert "enrolled (winter): AUC 1.000; of 6 in uniform 0 taken for not, of 6 others 0 taken for in uniform" in said
    assert "uniform (own 1): AUC 0.500; of 6 in uniform 6 taken for not" in said
    assert f'better: what was enrolled; zaigang.yaml then says\n  models: {{"uniform": "{hall / "torsos"}", "un' in said


def test_the_network_judges_where_it_is_better(hall: Path) -> None:
    found = json.loads(compared(hall, pictures(hall / "red", [RED] * 6, 30), "--json"))

    assert found["judge"] == "detector"
    assert found["detector"]["auc"] == 1
    assert found["settings"] == {"uniform": str(hall / "own")}


def test_neither_judges_where_both_accuse_those_in_uniform(hall: Path) -> None:
    said = compared(hall, pictures(hall / "grey", [PLAIN[0]] * 6, 70))

    assert "better: neither is fit to judge" in said
    assert "models:" not in said


def test_the_same_pictures_are_not_on_both_sides(hall: Path) -> None:
    said = compared(hall, hall / "plain", code=2)

    assert "--others" in said
    assert "0 usable pictures, it takes 5 (50.png: it is a reference already, or the same as another" in said


def test_references_are_no_test(hall: Path) -> None:
    said = compared(hall, hall / "first", code=2)

    assert "--wearing" in said
    assert "0 usable pictures, it takes 5 (0.png: it is a reference already" in said
