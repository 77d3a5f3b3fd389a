"""`zaigang models` as a user runs it: a candidate is measured against what is in use, deployed, brought back."""

import json
from pathlib import Path

import pytest
import yaml

from tests.fixtures.command import zaigang
from tests.fixtures.toy_models import toy_objects
from tests.fixtures.toy_network import write_red_network
from vision.card import read_card


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry in which the toy of version 1 is in use, and that of version 2 a candidate."""
    root = tmp_path / "models"
    zaigang("models", "add", toy_objects(tmp_path / "1", "1"), "--registry", root)
    zaigang("models", "deploy", "toy-1", "--registry", root, "--force", "--why", "the first of our own")
    zaigang("models", "add", toy_objects(tmp_path / "2", "2"), "--registry", root, "--by", "li")
    return root


def figures(registry: Path, entry: str, value: float) -> Path:
    """What `zaigang evaluate --json` would print with ``entry``."""
    folder = next((registry / "kept").glob(f"{entry}*"))
    file = registry.parent / f"{entry}.json"
    measure = {"name": "phone.ap", "set": "phone-cctv", "value": value, "n": 18, "ci95": [0, 1], "base": None}
    model = {"name": entry, "sha256": read_card(folder).sha256}
    file.write_text(json.dumps({"model": model, "measures": [measure]}), encoding="utf-8")
    return file


def test_candidate_that_falls_is_refused_and_one_that_holds_is_deployed(registry: Path) -> None:
    before, worse = figures(registry, "toy-1", 0.9), figures(registry, "toy-2", 0.8)

    refused = zaigang(
        "models", "deploy", "toy-2", "--registry", registry, "--figures", worse, "--against", before, code=2
    )
    assert "phone.ap on phone-cctv falls from 0.900 to 0.800 (n 18; allowed 0.020)" in refused.stderr

    better = figures(registry, "toy-2", 0.95)
    done = zaigang("models", "deploy", "toy-2", "--registry", registry, "--figures", better, "--against", before)
    assert f"models: {{objects: {registry}/deployed/objects}}" in done.stdout
    assert read_card(registry / "deployed" / "objects").version == "2"


def uniform_figures(registry: Path, name: str, **values: float) -> Path:
    """What evaluate would print of uniforms, and of phones beside them."""
    file = registry / f"{name}.json"
    rows = [
        {"name": key.replace("_", "."), "set": "uniform-hall", "value": one, "n": 40} for key, one in values.items()
    ]
    file.write_text(json.dumps({"model": {"name": name, "sha256": name}, "measures": rows}), encoding="utf-8")
    return file


def test_a_network_with_a_class_for_the_uniform_is_held_to_uniforms_alone(tmp_path: Path) -> None:
    registry = tmp_path / "models"
    zaigang("models", "add", write_red_network(tmp_path / "own", "uniform"), "--registry", registry)
    before = uniform_figures(registry, "before", uniform_auc10=0.9, phone_ap=0.8)
    deploy = ("models", "deploy", "own", "--registry", registry, "--against", before, "--figures")

    worse = zaigang(*deploy, uniform_figures(registry, "worse", uniform_auc10=0.8, phone_ap=0.8), code=2).stderr
    apart = zaigang(*deploy, uniform_figures(registry, "apart", phone_ap=0.9), code=2).stderr
    done = zaigang(*deploy, uniform_figures(registry, "better", uniform_auc10=0.95, phone_ap=0.1)).stdout

    assert "uniform.auc10 on uniform-hall falls from 0.900 to 0.800" in worse
    assert "is not measured on the candidate" in apart
    assert f"models: {{uniform: {registry}/deployed/uniform}}, and leave out models.uniforms" in done


def test_without_a_set_of_uniforms_it_says_what_compares_them(tmp_path: Path) -> None:
    registry = tmp_path / "models"
    zaigang("models", "add", write_red_network(tmp_path / "own", "uniform"), "--registry", registry)
    before, after = (uniform_figures(registry, name, phone_ap=0.8) for name in ("before", "after"))

    said = zaigang("models", "deploy", "own", "--registry", registry, "--against", before, "--figures", after, code=2)

    assert "zaigang compare-uniform, and deploy with --force --why" in said.stderr


def test_one_command_brings_back_what_was_in_use(registry: Path) -> None:
    before, better = figures(registry, "toy-1", 0.9), figures(registry, "toy-2", 0.95)
    zaigang("models", "deploy", "toy-2", "--registry", registry, "--figures", better, "--against", before)

    zaigang("models", "rollback", "objects", "--registry", registry, "--by", "wang", "--why", "false alarms")

    states = {
        one["id"]: one["state"]
        for one in json.loads(zaigang("models", "list", "--registry", registry, "--json").stdout)
    }
    assert {entry[:5]: state for entry, state in states.items() if entry.startswith("toy")} == {
        "toy-1": "deployed",
        "toy-2": "retired",
    }
    told = zaigang("models", "history", "--registry", registry).stdout
    assert "wang  rollback  toy-1" in told
    assert "false alarms" in told
    assert "deploy (forced)  toy-1" in told


def test_limit_of_the_site_decides(registry: Path) -> None:
    (registry / "gate.yaml").write_text(yaml.safe_dump({"allowed_drop": {"phone.ap": 0.2}}))
    before, worse = figures(registry, "toy-1", 0.9), figures(registry, "toy-2", 0.8)

    done = zaigang("models", "deploy", "toy-2", "--registry", registry, "--figures", worse, "--against", before)

    assert "toy-2" in done.stdout
    assert "0.200" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("deploy", "toy-2"), "name the frozen evaluation set with --root"),
        (("deploy", "toy-2", "--force"), "--force: say --why"),
        (("deploy", "toy-3"), "toy-3: is not in the registry"),
        (("rollback", "person"), "nothing was deployed before person-"),
        (("rollback", "persons"), "roles are person, objects, uniform"),
        (("add", "nowhere"), "nowhere: is no network that ships (objects, person, uniform), no model folder, no run"),
    ],
)
def test_what_cannot_be_done_says_why(registry: Path, arguments: tuple[str, ...], fault: str) -> None:
    assert fault in zaigang("models", *arguments, "--registry", registry, code=2).stderr


def test_hall_without_a_registry_is_told_how_to_begin_one(tmp_path: Path) -> None:
    assert "zaigang models add" in zaigang("models", "list", "--registry", tmp_path / "models").stdout
