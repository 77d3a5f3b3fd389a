"""A card that means nothing, or means something else than it should, is refused by file and key."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fixtures.toy_network import write_red_network
from vision.card import read_card
from vision.errors import ModelError


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"thresholds": {"badge": 0}}, r"thresholds\.badge is 0; it must be a number over 0, 1 at most"),
        ({"thresholds": {"badge": -1}}, r"thresholds\.badge is -1"),
        ({"thresholds": {"badge": float("nan")}}, r"thresholds\.badge is nan"),
        ({"thresholds": {"badge": "high"}}, r"thresholds\.badge is 'high'"),
        ({"thresholds": {"badge": None}}, r"thresholds\.badge is None"),
        ({"thresholds": {}}, "thresholds must name every class once"),
        ({"classes": ["badge", "badge"]}, "classes names one twice"),
        ({"inputs": {"scene": 640}}, r"inputs\.close is missing"),
        ({"inputs": {"scene": 0, "close": 0}}, r"inputs\.close is 0"),
        ({"inputs": {"scene": 640, "close": -32}}, r"inputs\.close is -32"),
        ({"inputs": {"scene": float("inf"), "close": 96}}, r"inputs\.scene is inf"),
        ({"inputs": [640, 320]}, "inputs is .* of the wrong kind"),
        ({"answers": None}, "answers is None"),
        ({"answers": "front"}, "answers is 'front'"),
        ({"acts": {"phone": {"threshold": 0.5}}}, r"acts\.phone needs threshold, bias, thing and posture"),
        ({"acts": {"phone": {"threshold": -1, "bias": 0, "thing": 1, "posture": 0}}}, r"acts\.phone\.threshold is -1"),
        ({"acts": {"phone": {"threshold": 0.5, "bias": -1e9, "thing": 1, "posture": 0}}}, r"acts\.phone\.bias"),
        ({"files": {"../../etc/passwd": "0"}}, "files names .*; only files of this folder stand there"),
        ({"files": {"/etc/passwd": "0"}}, "files names .*; only files of this folder stand there"),
        ({"files": {"x" * 5000: "0"}}, "files names .*; only files of this folder stand there"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    file = write_red_network(tmp_path / "net", "badge") / "card.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | change))

    with pytest.raises(ModelError, match=rf"card\.yaml: {says}"):
        read_card(file.parent)


@pytest.mark.parametrize("text", ["version: 2026-13-45", "a: !!int x", "[" * 3000, "", "- a", "\x00"])
def test_what_is_no_card_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "card.yaml").write_text(text)

    with pytest.raises(ModelError, match=r"card\.yaml: ") as refused:
        read_card(tmp_path)
    assert "\n" not in str(refused.value)
