"""A checkpoint, a run or a model folder as files that the product loads, on request with an INT8 form beside."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from training.errors import TrainingError
from training.labels import read_picture
from training.look import Picture
from training.model_folder import empty_draft, exported, folder_named, put_folder_in_place, unknown, write_card
from training.quantize import Agreement, agreement, hall_pictures, quantized
from training.site.base import base_of, network_of, plain_card
from training.site.wish import Teller
from vision.card import read_card


@dataclass(frozen=True, slots=True)
class Delivered:
    """The folder that was written; ``int8`` is the one inside it, with how far it agrees."""

    folder: Path
    int8: Path | None = None
    agreement: Agreement | None = None


def delivered(given: str, out: Path, name: str | None, calibration: Path | None, teller: Teller) -> Delivered:
    """Write the network that ``given`` names into ``out``, with ``int8`` in it when there are pictures to calibrate on.

    Raises TrainingError for what is no network, for a folder that holds something, for too few pictures.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise TrainingError(f"--out {out}: holds something; name a new folder")
    pictures = hall_pictures(calibration) if calibration else None
    folder = folder_named(given)
    if folder is not None and pictures is None:
        raise TrainingError(f"{given}: is exported already ({folder}); with --int8 it is made smaller and faster")
    if folder is None and not given.endswith(".pt"):
        raise unknown(given, " and no .pt file")
    draft = empty_draft(out)
    if folder is not None:
        read_card(folder)
        for file in (*folder.glob("model.*"), folder / "card.yaml"):
            shutil.copyfile(file, draft / file.name)
    else:
        _export(given, draft, read_picture(pictures[0][0]) if pictures else _drawn())
    card: dict[str, Any] = yaml.safe_load((draft / "card.yaml").read_text(encoding="utf-8"))
    card["name"] = name or card["name"]
    agreed = _with_int8(draft, card, pictures, teller) if pictures else None
    write_card(card, draft)
    read_card(draft)
    put_folder_in_place(draft, out)
    return Delivered(out, out / "int8" if agreed else None, agreed)


def _export(given: str, draft: Path, picture: Picture) -> None:
    base = base_of(given)
    write_card(plain_card(base, exported(network_of(base), draft, picture)), draft)


def _with_int8(draft: Path, card: dict[str, Any], pictures: tuple[list[Path], list[Path]], teller: Teller) -> Agreement:
    """Write ``int8`` below ``draft`` and into ``card`` what it is and how it differs."""
    calibrate, compare = pictures
    with teller.bar("calibrating") as bar:
        files = quantized(draft, card["inputs"], calibrate, draft / "int8", bar)
    thresholds = [float(card["thresholds"][name]) for name in card["classes"]]
    agreed: Agreement | None = None
    with teller.bar("comparing") as bar:
        for agreed in agreement(draft, draft / "int8", thresholds, card["inputs"]["scene"], compare):
            bar(agreed.pictures, len(compare))
    if agreed is None:
        raise TrainingError("--calibration: no picture is left to compare on")
    card["int8"] = {
        "calibrated_on": len(calibrate),
        "against_fp16": asdict(agreed),
        "files": {f"int8/{file}": digest for file, digest in files.items()},
    }
    own = {**card, "version": f"{card['version']}+int8", "files": files, "fp16_files": dict(card["files"])}
    own["int8"] = {key: value for key, value in card["int8"].items() if key != "files"}
    write_card(own, draft / "int8")
    return agreed


def _drawn() -> Picture:
    """A picture on which torch and the exported file are compared where no real one is at hand: soft shapes."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
