"""A network as a folder that the product loads: OpenVINO and ONNX files that agree with torch, and a card."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from training.errors import TrainingError
from training.export import check_export, export_onnx, export_openvino
from training.look import Picture
from vision.card import SHIPPED
from vision.disk import put_in_place, sync

WORST_BOX, WORST_SCORE = 2.0, 0.05
"""Pixels and score by which an exported detection may differ from torch's; a wrong graph differs by far more."""


def folder_named(given: str) -> Path | None:
    """The model folder that ``given`` names: one that ships, that of a run of zaigang train, or itself; else None.

    Raises TrainingError for a run that has not finished.
    """
    path = Path(given)
    if "/" not in given and (SHIPPED / given / "card.yaml").is_file():
        return SHIPPED / given
    if (path / "run.yaml").is_file():
        if not (path / "model" / "card.yaml").is_file():
            raise TrainingError(f"{path}: this run has not finished; start its zaigang train line again, it goes on")
        return path / "model"
    return path if path.is_dir() else None


def named(option: str, given: Path | str) -> Path:
    """The model folder that ``given`` names, see `folder_named`; raises TrainingError naming the option."""
    found = folder_named(str(given))
    if found is None:
        raise TrainingError(f"{option} {unknown(str(given))}")
    return found


def unknown(given: str, also: str = "") -> TrainingError:
    """What to say of a name that is no network; ``also`` is what else would be taken."""
    there = sorted(one.name for one in SHIPPED.iterdir() if (one / "card.yaml").is_file())
    return TrainingError(
        f"{given}: is no network that ships ({', '.join(there)}), no model folder, no run of zaigang train{also}"
    )


def exported(network: Any, folder: Path, picture: Picture) -> dict[str, str]:
    """Write FP16 OpenVINO and ONNX files into ``folder`` and return their hashes.

    Raises TrainingError when what they see in ``picture`` (BGR) differs from what ``network`` sees.
    """
    with warnings.catch_warnings():
        # Torch announces the end of tracing, which OpenVINO's and ONNX's exports still go through.
        warnings.simplefilter("ignore")
        files = export_openvino(network, folder) | export_onnx(network, folder)
        box, score = check_export(network, folder, picture[:, :, ::-1].copy())
    if box > WORST_BOX or score > WORST_SCORE:
        raise TrainingError(f"{folder / 'model.xml'}: differs from torch by {box:.1f} px and {score:.2f} in score")
    return files


def empty_draft(folder: Path) -> Path:
    """An empty folder beside ``folder``, to be filled and put in its place."""
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    return draft


def put_folder_in_place(draft: Path, folder: Path) -> Path:
    """Rename ``draft`` to ``folder``, with all in it on the disk; ``folder`` must not hold anything."""
    for file in sorted(draft.rglob("*")):
        sync(file)
    sync(draft)
    draft.replace(folder)
    sync(folder.parent)
    return folder


def write_card(content: Mapping[str, Any], folder: Path) -> Path:
    """Write ``card.yaml`` into ``folder``, the old one or the new one."""
    file, draft = folder / "card.yaml", folder / "card.yaml.part"
    draft.write_text(yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    put_in_place(draft, file)
    return file
