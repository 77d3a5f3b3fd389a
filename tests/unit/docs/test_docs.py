"""What a user can set, call or read is documented, or this fails."""

from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from service.api import (
    consequences,
    events,
    exports,
    ingest,
    leave,
    live,
    observations,
    parts,
    places,
    rules,
    tables,
    verdicts,
    whatif,
)
from service.rules.consequences.ladder import Consequences, HalfDay, Rung
from service.rules.rule import Rule
from service.rules.rulebook import load_rulebook
from service.settings import CameraSettings, Settings, WindowSettings
from vision.layout import ZONES
from vision.observation import COUNTS, REASONS, SIGNALS

DOCS = Path(__file__).parents[3] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def keys(model: type[BaseModel], prefix: str) -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            found += keys(nested, f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}")
    return found


@pytest.mark.parametrize("key", [key for key in keys(Settings, "") if key != "cameras"])
def test_setting_is_documented(key: str) -> None:
    assert f"`{key}`" in page("configuration.md")


@pytest.mark.parametrize("model", [CameraSettings, WindowSettings])
def test_key_of_a_camera_or_window_is_documented(model: type[BaseModel]) -> None:
    text = page("configuration.md")

    for name in model.model_fields:
        assert f"[].{name}`" in text or f"`.{name}`" in text or name == "windows", name


def test_zone_signal_and_reason_are_documented() -> None:
    for zone in ZONES:
        assert f"`{zone}`" in page("configuration.md"), zone
    for word in (*SIGNALS, *COUNTS, *REASONS):
        assert f"`{word}`" in page("replay.md"), word


@pytest.mark.parametrize("rule", list(load_rulebook().rules))
def test_rule_is_documented(rule: str) -> None:
    assert f"`{rule}`" in page("rulebook.md")


@pytest.mark.parametrize(
    "key", [key for key in Rule.model_fields if key not in ("name", "text", "sources", "signal", "answer")]
)
def test_figure_of_a_rule_is_documented(key: str) -> None:
    assert f"`{key}`" in page("rulebook.md")


@pytest.mark.parametrize("key", [*Consequences.model_fields, *HalfDay.model_fields, *Rung.model_fields])
def test_key_of_the_consequences_is_documented(key: str) -> None:
    assert f"`{key}`" in page("rulebook.md").split("## Consequences", 1)[1]


@pytest.mark.parametrize(
    "noun",
    [live, places, observations, events, verdicts, exports, rules, whatif, parts, tables, leave, consequences, ingest],
)
def test_endpoint_is_documented(noun: ModuleType) -> None:
    paths = [route.path for route in noun.router.routes]

    assert paths
    for path in paths:
        assert f"{path}`" in page("api.md"), path
