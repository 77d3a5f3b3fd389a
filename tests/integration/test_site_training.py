"""`zaigang train` and `zaigang export` for real, on drawn pictures: killed and gone on with, refused, loaded."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import yaml

from tests.fixtures.command import zaigang
from tests.fixtures.drawn_set import write_set
from tests.fixtures.waiting import until
from vision.detector import load_detector

for package in ("torch", "ultralytics", "albumentations", "onnx"):
    pytest.importorskip(package, reason=f"{package} is missing: it comes with the extra training")

pytestmark = pytest.mark.slow

EPOCHS = 3


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("sets") / "hall", groups=6, each=4, side=96)


def line(hall: Path, out: Path, *more: str) -> list[str]:
    """A run of some seconds an epoch: the objects network learns a class, and forgets all others."""
    options = ["--base", "objects", "--classes", "card", "--epochs", str(EPOCHS), "--size", "160", "--batch", "8"]
    return ["train", str(hall), "--out", str(out), *options, *more]


@pytest.fixture(scope="module")
def run(hall: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that was killed with SIGKILL as soon as its first epoch was kept."""
    out = tmp_path_factory.mktemp("runs") / "cards"
    command = [sys.executable, "-c", "from service.cli import main; main()", *line(hall, out)]
    first = subprocess.Popen(command, start_new_session=True)
    kept = out / "fit" / "weights" / "last.pt"
    until(lambda: kept.is_file() or first.poll() is not None, "an epoch is kept", 600)
    assert first.poll() is None, "the run ended before it could be killed"
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert not (out / "model").exists()

    told = zaigang(*line(hall, out), limit_s=900)

    assert "going on where this run stopped" in told.stderr
    assert "epoch 1/" not in told.stderr
    return out


def test_killed_run_goes_on_and_ends_with_every_epoch_once(run: Path) -> None:
    with (run / "fit" / "results.csv").open(newline="") as stream:
        assert [row["epoch"] for row in csv.DictReader(stream)] == [str(number + 1) for number in range(EPOCHS)]
    assert (run / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_trained_network_is_loaded_by_the_product_and_its_card_says_how_it_was_made(run: Path, hall: Path) -> None:
    detector = load_detector(run / "model")
    picture = cv2.imread(str(hall / "images" / "room0_0.jpg"))
    card = yaml.safe_load((run / "model" / "card.yaml").read_text())

    assert len(detector.detect([picture], floor=0.0001)[0]) > 0
    assert card["classes"] == ["card"]
    assert set(card["files"]) == {"model.xml", "model.bin", "model.onnx"}
    assert card["parent"]["name"] == "objects"
    assert "held out" in card["threshold_source"]
    assert card["figures"][0]["measure"].startswith("card: AP50 on")


def test_finished_run_says_again_what_it_found(run: Path, hall: Path) -> None:
    assert f"network: {run}/model" in zaigang(*line(hall, run), limit_s=900).stdout


def test_folder_of_another_run_is_refused(run: Path, hall: Path) -> None:
    told = zaigang(*line(hall, run, "--seed", "5"), code=2, limit_s=900)

    assert "belongs to another run" in told.stderr


def test_class_that_means_nothing_is_refused_with_the_missing_map(hall: Path, tmp_path: Path) -> None:
    told = zaigang("train", hall, "--base", "objects", "--out", tmp_path / "out", code=2)

    assert "card in hall" in told.stderr
    assert "--map card=NAME" in told.stderr


def test_damaged_picture_is_refused_by_name(tmp_path: Path) -> None:
    damaged = write_set(tmp_path / "hall", groups=3, side=96)
    picture = damaged / "images" / "room2_1.jpg"
    picture.write_bytes(picture.read_bytes()[:300])

    assert str(picture) in zaigang(*line(damaged, tmp_path / "out"), code=2).stderr


def test_checkpoint_of_a_run_is_exported_again(run: Path, tmp_path: Path) -> None:
    zaigang("export", run / "fit" / "weights" / "best.pt", "--out", tmp_path / "plain", "--name", "cards", limit_s=900)

    card = load_detector(tmp_path / "plain").card
    assert (card.name, card.classes, dict(card.thresholds)) == ("cards", ("card",), {"card": 0.25})


def test_int8_is_calibrated_compared_and_loaded(hall: Path, run: Path, tmp_path: Path) -> None:
    pytest.importorskip("nncf", reason="nncf is missing: it comes with the extra training up to Python 3.11")
    out = tmp_path / "small"

    told = zaigang("export", run, "--out", out, "--int8", "--calibration", hall / "images", limit_s=900)

    card = yaml.safe_load((out / "card.yaml").read_text())
    assert "INT8" in told.stdout
    assert card["int8"]["against_fp16"]["pictures"] == 6
    assert set(card["int8"]["files"]) == {"int8/model.xml", "int8/model.bin"}
    assert (out / "int8" / "model.bin").stat().st_size < (out / "model.bin").stat().st_size
    assert load_detector(out / "int8").card.sha256 == card["int8"]["files"]["int8/model.bin"]


def test_calibration_without_enough_pictures_is_refused(run: Path, tmp_path: Path) -> None:
    told = zaigang("export", run, "--out", tmp_path / "small", "--int8", "--calibration", tmp_path, code=2)

    assert "holds 0 pictures; at least 12" in told.stderr
