"""What names a network in an event: a detector's weights, and all that an enrolled uniform is compared with."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.fixtures.toy_torso import write_torso_network
from vision.card import read_card
from vision.errors import ModelError


def test_another_bank_of_plain_clothes_makes_another_network_of_the_same_weights(tmp_path: Path) -> None:
    folder = write_torso_network(tmp_path / "toy")
    before = read_card(folder).sha256

    np.savez(folder / "bank.npz", plain=np.eye(3, dtype=np.float32))
    card = folder / "card.yaml"
    named = [line for line in card.read_text().splitlines() if "bank.npz" in line]
    digest = hashlib.sha256((folder / "bank.npz").read_bytes()).hexdigest()
    card.write_text(card.read_text().replace(named[0], f"  bank.npz: {digest}"))

    assert read_card(folder).sha256 != before


@pytest.mark.parametrize(
    ("gone", "why"),
    [("model.bin", "model.xml but not model.bin, which holds its weights"), ("bank.npz", "no bank.npz")],
)
def test_a_card_that_leaves_out_a_file_is_refused(tmp_path: Path, gone: str, why: str) -> None:
    file = write_torso_network(tmp_path / "toy") / "card.yaml"
    content = yaml.safe_load(file.read_text())
    del content["files"][gone]
    file.write_text(yaml.safe_dump(content))

    with pytest.raises(ModelError, match=why):
        read_card(file.parent)
