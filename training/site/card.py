"""The card of a network that a site trained: what its thresholds hold, what it was before, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from training.registry.roles import role_of
from training.site.base import LICENCE, Base
from training.site.measured import Choice, Measure
from training.site.wish import Plan, Wish


@dataclass(frozen=True, slots=True)
class Measured:
    """By class: the thresholds that were found, and how the network and its base do on the held-out pictures."""

    thresholds: Mapping[str, Choice]
    figures: Mapping[str, Measure]
    base: Mapping[str, Measure]


def site_card(
    wish: Wish,
    plan: Plan,
    base: Base,
    classes: Sequence[str],
    digest: str,
    files: Mapping[str, str],
    measured: Measured,
) -> dict[str, Any]:
    """The card's entries; ``digest`` is that of the pictures and labels."""
    today = datetime.now(UTC).date()
    role = role_of(classes)
    return {
        "name": wish.out.resolve().name,
        "version": f"{today:%Y.%m.%d}",
        **({"role": role} if role else {}),
        "classes": list(classes),
        "inputs": {**base.inputs, "scene": plan.size},
        "output": "yolo26",
        "thresholds": {name: choice.threshold for name, choice in measured.thresholds.items()},
        **({"answers": list(base.answers), "acts": dict(base.acts)} if base.carries_answers(classes) else {}),
        "threshold_source": _threshold_source(measured.thresholds),
        "data": [path.resolve().stem for path in wish.data],
        "data_sha256": digest,
        "parent": {"name": base.name, "file": base.file.name, "sha256": base.sha256},
        "licence": LICENCE,
        "files": dict(files),
        "trained": {"date": today.isoformat(), "by": "zaigang train", **asdict(plan)},
        "figures": [
            {
                "measure": f"{name}: AP50 on {one.boxes} held-out boxes",
                "value": round(one.ap50, 3),
                "base": round(measured.base[name].ap50, 3) if name in measured.base else None,
            }
            for name, one in measured.figures.items()
        ],
    }


def _threshold_source(thresholds: Mapping[str, Choice]) -> str:
    alike: dict[str, list[str]] = {}
    for name, choice in thresholds.items():
        alike.setdefault(_said(choice), []).append(name)
    said = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in alike.items())
    return f"Groups held out of the site's own pictures, on which the best epoch was chosen too ({said})."


def _said(choice: Choice) -> str:
    if choice.recall is None:
        return choice.reason
    return f"{choice.reason}, {choice.precision:.2f} at recall {choice.recall:.2f}"
