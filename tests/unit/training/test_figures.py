"""What `zaigang evaluate` measured goes into the card of the network that was measured, and into no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from training.errors import TrainingError
from training.figures import written


def measured(name: str, value: float | None = 0.91234, *, detail: bool = False) -> dict[str, Any]:
    return {"name": name, "set": "a-set", "value": value, "base": 0.5, "detail": detail}


REPORT = {
    "model": {"networks": [{"name": "person", "sha256": "aa"}, {"name": "objects", "sha256": "bb"}]},
    "measures": [
        measured("people.recall"),
        measured("phone.ap"),
        measured("phone.ap", detail=True),
        measured("badge.ap50", None),
        measured("uniform.auc10"),
    ],
}


def model(folder: Path, name: str, sha256: str) -> Path:
    card = {"name": name, "files": {"model.bin": sha256}, "figures": [{"measure": "old"}]}
    folder.mkdir()
    (folder / "card.yaml").write_text(yaml.safe_dump(card))
    return folder


@pytest.mark.parametrize(
    ("name", "sha256", "measure"), [("person", "aa", "people.recall"), ("objects", "bb", "phone.ap")]
)
def test_card_gets_its_own_networks_figures(tmp_path: Path, name: str, sha256: str, measure: str) -> None:
    folder = model(tmp_path / name, name, sha256)

    assert written(REPORT, folder) == 1

    card = yaml.safe_load((folder / "card.yaml").read_text())
    assert card["figures"] == [{"measure": f"{measure}, a-set", "value": 0.912, "base": 0.5}]


def test_report_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="of other networks"):
        written(REPORT, model(tmp_path / "person", "person", "cc"))


def test_folder_without_a_card_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds no card\.yaml"):
        written(REPORT, tmp_path)
