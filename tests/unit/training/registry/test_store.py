"""The registry: one network in use a role, a way back, and a history that only grows."""

from pathlib import Path

import pytest

from tests.fixtures.toy_models import toy_objects
from training.errors import TrainingError
from training.registry import Comparison, Registry, read_figures
from vision.detector import load_detector
from vision.errors import ModelError

BETTER = [Comparison("phone.ap", "hall", 10, 0.5, 0.6, 0.02)]
WORSE = [Comparison("phone.ap", "hall", 10, 0.5, 0.4, 0.02, "phone.ap on hall falls from 0.500 to 0.400")]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def added(registry: Registry, tmp_path: Path, version: str) -> str:
    return registry.add(toy_objects(tmp_path / version, version), None, "li", None)


def test_registry_begins_with_the_networks_that_ship_in_use(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")

    now = registry.standing()

    assert now.states[entry] == "candidate"
    assert now.roles[entry] == "objects"
    for role in ("person", "objects"):
        assert load_detector(registry.root / "deployed" / role).card.name == role


def test_deployed_network_is_what_the_service_loads(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")
    shipped = registry.standing().deployed("objects")

    registry.deploy(entry, "li", "sees our phones", BETTER)

    assert registry.standing().states == {**registry.standing().states, entry: "deployed", shipped: "retired"}
    assert load_detector(registry.root / "deployed" / "objects").card.version == "1"


def test_network_that_falls_is_refused_with_the_reason_and_nothing_changes(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")
    before = registry.records()

    with pytest.raises(TrainingError, match=r"is not deployed: phone\.ap on hall falls from 0\.500 to 0\.400"):
        registry.deploy(entry, "li", None, WORSE)

    assert registry.records() == before


def test_forced_deployment_keeps_who_why_and_the_figures(registry: Registry, tmp_path: Path) -> None:
    registry.deploy(added(registry, tmp_path, "1"), "li", "a new counter", WORSE, forced=True)

    last = registry.records()[-1]

    assert (last.by, last.why, last.forced) == ("li", "a new counter", True)
    assert last.compared[0]["fault"] == WORSE[0].fault


def test_uncompared_network_is_refused(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="was not compared with objects-"):
        registry.deploy(added(registry, tmp_path, "1"), "li", None)


def test_roll_backs_go_back_step_by_step_to_what_shipped(registry: Registry, tmp_path: Path) -> None:
    first, second = added(registry, tmp_path, "1"), added(registry, tmp_path, "2")
    registry.deploy(first, "li", None, BETTER)
    registry.deploy(second, "li", None, BETTER)

    assert registry.rollback("objects", "wang", "false alarms") == (second, first)
    assert load_detector(registry.root / "deployed" / "objects").card.version == "1"
    _, shipped = registry.rollback("objects", "wang", None)
    assert shipped.startswith("objects-")
    with pytest.raises(TrainingError, match="nothing was deployed before objects-"):
        registry.rollback("objects", "wang", None)
    assert registry.standing().states[second] == "retired"


def test_retired_network_can_come_back(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")
    registry.retire(entry, "li", "not needed")

    assert registry.standing().states[entry] == "retired"
    registry.deploy(entry, "li", None, BETTER)
    with pytest.raises(TrainingError, match="is deployed, so deploy another one or roll back"):
        registry.retire(entry, "li", None)


def test_history_only_grows(registry: Registry, tmp_path: Path) -> None:
    texts = []
    for version in "123":
        registry.deploy(added(registry, tmp_path, version), "li", None, BETTER)
        texts.append((registry.root / "current" / "history.jsonl").read_text())

    assert texts[1].startswith(texts[0])
    assert texts[2].startswith(texts[1])


def test_candidate_without_a_class_of_the_deployed_one_says_so(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")
    shipped = registry.standing().deployed("objects")
    assert shipped is not None

    faults = [one.fault for one in registry.losses(shipped, entry)]

    assert f"{entry} has no class chair, which {shipped} has" in faults


def test_figures_of_another_network_are_refused(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")
    text = '{"model": {"name": "x", "sha256": "77"}, "measures": [{"name": "a", "set": "b", "value": 1, "n": 1}]}'

    with pytest.raises(TrainingError, match=f"new.json: was not measured with {entry}"):
        registry.check_is_of(entry, read_figures(text, "new.json"), "new.json")


def test_network_is_found_by_the_beginning_of_its_id(registry: Registry, tmp_path: Path) -> None:
    one, other = added(registry, tmp_path, "1"), added(registry, tmp_path, "2")

    assert registry.found("toy-1") == one
    with pytest.raises(TrainingError, match=f"toy: could be {one}, {other}"):
        registry.found("toy")
    with pytest.raises(TrainingError, match="cup: is not in the registry"):
        registry.found("cup")


def test_same_network_twice_and_one_of_no_use_are_refused(registry: Registry, tmp_path: Path) -> None:
    entry = added(registry, tmp_path, "1")

    with pytest.raises(TrainingError, match=f"is in the registry already, as {entry}"):
        registry.add(tmp_path / "1" / "toy-objects", None, "li", None)
    with pytest.raises(TrainingError, match="cannot be person, for which it needs the class person"):
        registry.add(toy_objects(tmp_path / "2", "2"), "person", "li", None)
    with pytest.raises(TrainingError, match="say --role"):
        registry.add(toy_objects(tmp_path / "3", "3", ("card",)), None, "li", None)
    with pytest.raises(ModelError, match="no model"):
        registry.add(tmp_path, None, "li", None)


def test_damaged_history_names_its_line(registry: Registry, tmp_path: Path) -> None:
    added(registry, tmp_path, "1")
    history = registry.root / "current" / "history.jsonl"
    records = history.read_text().splitlines()
    history.write_text("\n".join([*records, "{}"]) + "\n")

    with pytest.raises(TrainingError, match=rf"history\.jsonl, line {len(records) + 1}:"):
        registry.standing()
