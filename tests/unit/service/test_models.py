"""Which rules the site's models can judge: those that are on must be, those on auto wait until they are."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import yaml

from service.models import load_eye, load_uniforms, waiting
from service.rules.rulebook import Rulebook, load_rulebook, overridden
from service.settings import ModelSettings
from tests.fixtures.command import zaigang
from tests.fixtures.toy_network import write_networks, write_red_network
from tests.fixtures.toy_torso import PLAIN, TEAL, enrolled, painted, write_torso_network
from vision.closeup import Sight
from vision.conduct import FOODS
from vision.detector import Detections
from vision.errors import ModelError
from vision.layout import layout
from vision.observation import WindowId
from vision.observer import Observer
from vision.picture import Picture
from vision.streamtime import SECOND, StreamTime

SHANGHAI = ZoneInfo("Asia/Shanghai")

FOOD = min(FOODS)


def networks(folder: Path, *classes: str, **more: Any) -> ModelSettings:
    """Toy networks; the card of the objects network names ``classes`` and ``more``."""
    named = write_networks(folder)
    file = Path(named["objects"]) / "card.yaml"
    card = yaml.safe_load(file.read_text(encoding="utf-8"))
    known = ("cell phone", *classes)
    file.write_text(
        yaml.safe_dump(card | {"classes": list(known), "thresholds": dict.fromkeys(known, 0.5)} | more), "utf-8"
    )
    return ModelSettings(**named)  # type: ignore[arg-type]


def turned_on(*rules: str) -> Rulebook:
    return overridden(load_rulebook(), {rule: {"state": "on"} for rule in rules}, "test")


def test_rules_on_auto_wait_for_the_class_that_answers_them(tmp_path: Path) -> None:
    waits = waiting(networks(tmp_path), load_rulebook())

    assert set(waits) == {"eating", "smoking", "badge_missing", "uniform_missing", "outsider"}
    assert waits["smoking"] == f'model "toy-objects" ({tmp_path / "toy-objects"}) has no class cigarette'
    assert waits["uniform_missing"] == "models.uniforms names no uniform that the hall has enrolled"


def test_they_begin_with_a_network_that_has_it(tmp_path: Path) -> None:
    models = networks(tmp_path, "cigarette", FOOD, "badge", answers=["front"])

    assert set(waiting(models, load_rulebook())) == {"uniform_missing", "outsider"}


def test_a_network_that_judges_smoking_by_posture_needs_no_class_for_it(tmp_path: Path) -> None:
    weights = {"threshold": 0.8, "bias": 0, "thing": 0, "posture": 1}

    waits = waiting(networks(tmp_path, answers=["smoking"], acts={"smoking": weights}), load_rulebook())

    assert "smoking" not in waits


def test_a_rule_waits_where_no_score_makes_the_network_sure(tmp_path: Path) -> None:
    weights = {"threshold": 1.0, "bias": 0, "thing": 0, "posture": 1}

    waits = waiting(networks(tmp_path, FOOD, answers=["eating"], acts={"eating": weights}), load_rulebook())

    assert waits["eating"].endswith("is sure of eating at no score")


def test_a_missing_badge_waits_for_a_network_that_tells_front_from_back(tmp_path: Path) -> None:
    waits = waiting(networks(tmp_path, "badge"), load_rulebook())

    assert waits["badge_missing"].endswith("does not tell who faces the camera")


@pytest.mark.parametrize(
    ("rule", "lacking"),
    [
        ("smoking", "has no class cigarette"),
        ("badge_missing", "has no class badge"),
        ("uniform_missing", "names no uniform"),
    ],
)
def test_a_rule_that_is_on_and_cannot_be_judged_is_refused(tmp_path: Path, rule: str, lacking: str) -> None:
    models = networks(tmp_path)

    load_eye(models, [load_rulebook()])
    with pytest.raises(ModelError, match=rf'rule "{rule}" is on, but .*{lacking}.*{rule}\.state to auto or off'):
        load_eye(models, [turned_on(rule)])


def test_uniform_rules_begin_with_a_uniform_that_the_hall_names(tmp_path: Path) -> None:
    models = networks(tmp_path).model_copy(update={"uniforms": (tmp_path / "winter.npz",)})

    assert "uniform_missing" not in waiting(models, load_rulebook())
    assert load_uniforms(networks(tmp_path), SHANGHAI) is None


def hall_of(folder: Path, network: Path, file: Path) -> ModelSettings:
    return networks(folder).model_copy(update={"uniform": str(network), "uniforms": (file,)})


def winter(network: Path, file: Path) -> Path:
    return enrolled(TEAL, network, file)


def test_the_uniforms_that_a_hall_names_are_judged_at_its_windows(tmp_path: Path) -> None:
    network = write_torso_network(tmp_path / "torsos")
    uniforms = load_uniforms(hall_of(tmp_path, network, winter(network, tmp_path / "winter.npz")), SHANGHAI)
    assert uniforms is not None
    plan = layout("camera", (160, 160), {WindowId("w1"): {}})
    person = Detections(np.array([[30, 20, 110, 140]], np.float32), np.array([0.9]), np.array([0]), ("person",))
    answers = []

    for colour in (TEAL, PLAIN[2]):
        observer = Observer(plan, {}, uniforms.at)
        picture = np.full((160, 160, 3), 120, np.uint8)
        picture[20:140, 30:110] = painted(colour, 50)
        for index in range(10):
            look = Picture(StreamTime(index * SECOND // 5), picture)
            ((answer,), _) = observer.observe(look, Sight(person, None))
        answers.append(answer.uniform)

    assert answers == [True, False]


def test_a_uniform_or_its_network_that_cannot_be_used_is_refused_under_its_key(tmp_path: Path) -> None:
    network, other = (write_torso_network(tmp_path / name, name) for name in ("1", "2"))
    file = winter(network, tmp_path / "winter.npz")

    with pytest.raises(ModelError, match=r"^models\.uniforms: .*none\.npz: no such uniform"):
        load_uniforms(hall_of(tmp_path, network, tmp_path / "none.npz"), SHANGHAI)
    with pytest.raises(ModelError, match=r'^models\.uniforms: uniform "winter" was enrolled with network'):
        load_uniforms(hall_of(tmp_path, other, file), SHANGHAI)
    with pytest.raises(ModelError, match=r"^models\.uniform: .*nowhere is no model"):
        load_uniforms(hall_of(tmp_path, tmp_path / "nowhere", file), SHANGHAI)


def test_a_network_with_a_class_for_the_uniform_judges_it_by_itself(tmp_path: Path) -> None:
    own = write_red_network(tmp_path / "own", "uniform")
    models = networks(tmp_path).model_copy(update={"uniform": str(own)})

    judge = load_uniforms(models, SHANGHAI)

    assert judge is not None
    assert judge.card.folder == own
    assert "uniform_missing" not in waiting(models, load_rulebook())


def test_a_network_that_cannot_judge_uniforms_is_refused_under_its_key(tmp_path: Path) -> None:
    own, person = write_red_network(tmp_path / "own", "uniform"), write_red_network(tmp_path / "person", "person")
    models = networks(tmp_path)

    assert (
        "has no class uniform"
        in waiting(models.model_copy(update={"uniform": str(person)}), load_rulebook())["uniform_missing"]
    )
    with pytest.raises(ModelError, match=r"^models\.uniform: .* has no class uniform"):
        load_uniforms(models.model_copy(update={"uniform": str(person)}), SHANGHAI)
    with pytest.raises(ModelError, match=r"^models\.uniform: .* leave out models\.uniforms"):
        load_uniforms(models.model_copy(update={"uniform": str(own), "uniforms": (tmp_path / "winter.npz",)}), SHANGHAI)


def test_rules_says_what_waits_for_what(tmp_path: Path) -> None:
    config = tmp_path / "zaigang.yaml"
    config.write_text(yaml.safe_dump({"models": networks(tmp_path, "cigarette").model_dump(mode="json")}), "utf-8")

    printed = zaigang("rules", "--config", config).stdout

    assert "uniform_missing waits: models.uniforms names no uniform" in printed
    assert "has no class badge" in printed
    assert "smoking waits" not in printed
