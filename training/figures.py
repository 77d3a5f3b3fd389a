"""Writes what `zaigang evaluate --json` measured into the cards of the networks that it measured.

    python -m training.figures build/figures.json build/person/person build/objects/objects build/uniform/uniform

Each card gets the figures of its own network: people and seats, things and conduct, or uniforms.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from training.card import write_card
from training.errors import TrainingError
from vision.card import identity_of
from vision.errors import ZaigangError

OF_PERSON = ("people.", "counters.", "seat.")
OF_UNIFORM = ("uniform.",)


def written(report: Mapping[str, Any], folder: Path) -> int:
    """How many figures went into the card of ``folder``; raises TrainingError where another network was measured."""
    file = folder / "card.yaml"
    if not file.is_file():
        raise TrainingError(f"{folder} is no model: it holds no card.yaml")
    card: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    network = identity_of(card.get("output", ""), card["files"])
    if not any(network == one["sha256"] for one in report["model"]["networks"]):
        raise TrainingError(f"{folder}: the report is of other networks; measure this one with zaigang evaluate")
    card["figures"] = [
        {"measure": f"{one['name']}, {one['set']}", "value": round(one["value"], 3), "base": _rounded(one["base"])}
        for one in report["measures"]
        if one["value"] is not None and not one["detail"] and _is_of(one["name"], card["name"])
    ]
    write_card(card, folder)
    return len(card["figures"])


def _is_of(measure: str, network: str) -> bool:
    if network == "objects":
        return not measure.startswith((*OF_PERSON, *OF_UNIFORM))
    return measure.startswith(OF_PERSON if network == "person" else OF_UNIFORM)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.figures", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    try:
        try:
            report = json.loads(arguments.report.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TrainingError(f"{arguments.report}: is no report of zaigang evaluate --json ({error})") from error
        for folder in arguments.folders:
            sys.stdout.write(f"{folder}: {written(report, folder)} figures\n")
    except ZaigangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
