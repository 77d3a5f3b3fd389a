"""The fit as a whole, on the base weights: runs and their mean, the second output learnt anew, killed and gone on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from training import fit as fitting
from training.build import _start
from training.compose import Composed
from training.labels import Known, Region
from training.recipe import Recipe, load_recipe

torch = pytest.importorskip("torch", reason="torch is missing: it comes with the extra training")

RECIPE = Path(__file__).parents[2] / "training" / "recipes" / "objects.yaml"

pytestmark = pytest.mark.slow


@pytest.fixture
def recipe() -> Recipe:
    """The shipped recipe, of two short runs and a short last one on small inputs."""
    full = load_recipe(RECIPE)
    changed = {
        "batch": 4,
        "runs": [{"seed": 1}, {"seed": 2, "faithful": 0.3}],
        "steps": 2,
        "acts_steps": 3,
        "shapes": {"close": (64, 64)},
    }
    fit = type(full.fit).model_validate({**full.fit.model_dump(), **changed})
    return full.model_copy(update={"fit": fit})


@pytest.fixture
def rows(tmp_path: Path) -> list[Composed]:
    rng = np.random.default_rng(0)
    out = []
    for number in range(12):
        file = tmp_path / f"{number}.png"
        cv2.imwrite(str(file), rng.integers(0, 255, (60, 80, 3), dtype=np.uint8))
        known = Known((Region(0, 10, 10, 60, 55),), (Region(2, 0, 0, 30, 30),))
        out.append(Composed(file, "look", "close", known, None, None, {"smoking": number % 2 == 0}))
    return out


def test_runs_are_averaged_and_kept(
    shared: Path, recipe: Recipe, rows: list[Composed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = _start(recipe, shared / "weights")
    before = {key: value.clone() for key, value in start.state_dict().items()}

    tuned = fitting.fine_tuned(start, rows, recipe, tmp_path / "fit", lambda _: None)

    weights = {key: value.clone() for key, value in tuned.state_dict().items()}
    assert any(not torch.equal(weights[key], before[key]) for key in weights)
    assert {path.parent.name for path in (tmp_path / "fit").glob("*/tuned.pt")} == {"seed1", "seed2", "acts"}
    runs = [torch.load(tmp_path / "fit" / run / "tuned.pt", weights_only=True) for run in ("seed1", "seed2", "acts")]
    mean = fitting.mean_of(runs[:2])
    assert all(torch.allclose(mean[key], runs[2][key]) for key in mean if not key.startswith(fitting.ACTS))
    assert any(not torch.equal(before[key], runs[2][key]) for key in mean if key.startswith(fitting.ACTS))
    assert fitting.fitted(tmp_path / "fit")
    monkeypatch.setattr(fitting, "_loss", None)  # whatever trained again would fail
    again = fitting.fine_tuned(_start(recipe, shared / "weights"), rows, recipe, tmp_path / "fit", lambda _: None)
    assert all(torch.equal(value, weights[key]) for key, value in again.state_dict().items())


def test_run_that_was_killed_goes_on_where_it_was(
    shared: Path, recipe: Recipe, rows: list[Composed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "KEEP_EVERY", 1)
    loss, steps = fitting._loss, []

    def killed(*arguments: Any) -> Any:
        steps.append(1)
        if len(steps) == 2:
            raise KeyboardInterrupt
        return loss(*arguments)

    monkeypatch.setattr(fitting, "_loss", killed)
    with pytest.raises(KeyboardInterrupt):
        fitting.fine_tuned(_start(recipe, shared / "weights"), rows, recipe, tmp_path / "fit", lambda _: None)
    assert not fitting.fitted(tmp_path / "fit")
    steps.append(1)

    fitting.fine_tuned(_start(recipe, shared / "weights"), rows, recipe, tmp_path / "fit", lambda _: None)

    # One step before the kill, one that was killed; then the second of this run and two of the next.
    assert len(steps) == 3 + 1 + 2
