"""A recipe that is not clear is refused by file and key."""

from pathlib import Path

import pytest

from training.errors import TrainingError
from training.recipe import load_recipe

SHIPPED = Path(__file__).parents[3] / "training" / "recipes" / "person.yaml"


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("lr0:", "lr_zero:", "fit.lr0"),
        ("truth: {person: person}", "truth: {person: persn}", "'persn' is not in classes"),
        ("classes: [person]", "classes: [person, ghost]", "thresholds: none for 'ghost'"),
        ("steps: 1474", "steps: many", "fit.steps"),
        ("batch: 16", "batch: {scene: 8}", "batch names scene, but shapes are of scene, close"),
    ],
)
def test_the_key_that_is_wrong_is_named(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    text = SHIPPED.read_text()
    assert before in text
    file = tmp_path / "person.yaml"
    file.write_text(text.replace(before, after, 1))
    with pytest.raises(TrainingError) as caught:
        load_recipe(file)
    assert complaint in str(caught.value)
    assert str(file) in str(caught.value)
