"""No measure of the frozen evaluation set may fall by more than its allowed drop."""

import json
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.registry import Limits, Measured, compared, read_figures, read_limits


def measured(name: str, value: float | None, n: int = 100, where: str = "hall") -> Measured:
    return Measured(name, where, value, n)


def faults(before: list[Measured], after: list[Measured], limits: Limits | None = None) -> list[str]:
    return [row.fault for row in compared(before, after, limits or Limits()) if row.fault]


def test_network_that_is_as_good_passes() -> None:
    assert faults([measured("phone.ap", 0.9)], [measured("phone.ap", 0.885)]) == []


def test_measure_that_falls_too_far_is_named_with_its_figures() -> None:
    assert faults([measured("phone.ap", 0.9, 176)], [measured("phone.ap", 0.85, 176)]) == [
        "phone.ap on hall falls from 0.900 to 0.850 (n 176; allowed 0.020)"
    ]


def test_alarms_are_worse_the_higher_and_held_stricter() -> None:
    assert faults([measured("smoking.flagged", 0.0)], [measured("smoking.flagged", 0.015)]) == [
        "smoking.flagged on hall rises from 0.000 to 0.015 (n 100; allowed 0.010)"
    ]
    assert faults([measured("phone.flagged_others", 0.2)], [measured("phone.flagged_others", 0.0)]) == []


def test_measure_has_a_limit_of_its_own() -> None:
    limits = Limits(by_measure={"phone.ap": 0.1})

    assert faults([measured("phone.ap", 0.9)], [measured("phone.ap", 0.85)], limits) == []


def test_limit_of_a_measure_that_there_is_not_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"there is no measure phone\.apx; they are phone\.ap"):
        compared([measured("phone.ap", 0.9)], [measured("phone.ap", 0.9)], Limits(by_measure={"phone.apx": 0.1}))


def test_measure_that_the_candidate_lacks_forbids_it() -> None:
    assert "is not measured on the candidate" in faults([measured("badge.ap50", 0.8)], [])[0]
    assert "is not measured" in faults([measured("badge.ap50", 0.8)], [measured("badge.ap50", None)])[0]
    assert faults([measured("badge.ap50", None)], []) == []


def test_figures_of_another_set_are_no_comparison() -> None:
    assert "not on the same set" in faults([measured("phone.ap", 0.9, 176)], [measured("phone.ap", 0.95, 40)])[0]


def test_same_measure_on_two_sets_is_two_measures() -> None:
    before = [measured("badge.ap50", 0.8, where="web"), measured("badge.ap50", 0.9, where="office")]
    after = [measured("badge.ap50", 0.8, where="web"), measured("badge.ap50", 0.7, where="office")]

    assert faults(before, after) == ["badge.ap50 on office falls from 0.900 to 0.700 (n 100; allowed 0.020)"]


def test_figures_are_read_as_evaluate_prints_them() -> None:
    text = json.dumps(
        {
            "model": {"name": "a", "sha256": "1", "networks": [{"name": "p", "version": "1", "sha256": "2"}]},
            "measures": [
                {"name": "phone.ap", "set": "x", "value": 0.5, "n": 9, "ci95": [0.4, 0.6], "base": 0.4},
                {"name": "phone.ap.small", "set": "x", "value": 0.5, "n": 9, "detail": True},
                {"name": "badge.ap50", "set": "x", "value": None, "n": 0},
            ],
        }
    )

    figures = read_figures(text, "new.json")

    assert figures.networks == {"2"}
    assert figures.measures == (Measured("phone.ap", "x", 0.5, 9), Measured("badge.ap50", "x", None, 0))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "new.json: is not what zaigang evaluate --json prints"),
        ('{"model": {"name": "a", "sha256": "1"}, "measures": []}', "measures"),
        ('{"model": {"name": "a", "sha256": "1"}, "measures": [{"name": "b"}]}', "measures.0.set"),
    ],
)
def test_other_files_are_refused_by_name_and_key(text: str, fault: str) -> None:
    with pytest.raises(TrainingError, match=fault):
        read_figures(text, "new.json")


def test_limits_are_read_from_the_sites_file(tmp_path: Path) -> None:
    file = tmp_path / "gate.yaml"
    file.write_text("root: data/eval\nallowed_drop: {default: 0.03, phone.ap: 0}\n")

    limits = read_limits(file)

    assert limits.root == Path("data/eval")
    assert (limits.of("phone.ap"), limits.of("people.recall"), limits.of("smoking.flagged")) == (0, 0.03, 0.01)


@pytest.mark.parametrize("text", ["allowed_drop: {phone.ap: 2}", "drop: 1", "allowed_drop: {phone.ap: little}", "a: ["])
def test_limits_that_are_none_are_refused_by_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gate.yaml"
    file.write_text(text)

    with pytest.raises(TrainingError, match=r"gate\.yaml"):
        read_limits(file)
