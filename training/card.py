"""The card of a shipped network: what it answers, at which thresholds, what it was made of and how good it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from training.recipe import Recipe
from vision.card import ActWeights

LICENCE = "AGPL-3.0"


def card(
    recipe: Recipe,
    recipe_file: str,
    files: Mapping[str, str],
    thresholds: Mapping[str, float],
    threshold_source: str,
    trained: date,
    acts: Mapping[str, ActWeights],
) -> dict[str, Any]:
    """All but the figures, which are measured by what the card says."""
    return {
        "name": recipe.name,
        "version": recipe.version,
        "classes": list(recipe.classes),
        "inputs": dict(recipe.inputs),
        "output": "yolo26",
        "thresholds": dict(thresholds),
        "threshold_source": threshold_source,
        **({"answers": list(recipe.answers)} if recipe.answers else {}),
        **({"acts": {act: asdict(weights) for act, weights in acts.items()}} if acts else {}),
        "data": sorted({source.set for source in recipe.sources}),
        "parent": {"file": recipe.start.weights, "sha256": recipe.start.sha256},
        "licence": LICENCE,
        "files": dict(files),
        "trained": {"date": trained.isoformat(), "recipe": recipe_file},
    }


def write_card(content: Mapping[str, Any], folder: Path) -> Path:
    file = folder / "card.yaml"
    file.write_text(yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    return file
