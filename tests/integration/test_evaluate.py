"""`zaigang evaluate`: figures that are known beforehand, refusals that name their mend, and the shipped networks."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from service.cli import main
from tests.fixtures.command import zaigang
from tests.fixtures.counter_film import ZONE, Counter
from tests.fixtures.measured_sets import PERSON, PHONE, draw, write_set, write_sets
from tests.fixtures.media import write_film
from tests.fixtures.scene import SIZE
from tests.fixtures.toy_network import GREEN, write_networks

REQUIRED = {
    "people.recall_staff_at_p80",
    "people.recall",
    "phone.ap",
    "phone.recall",
    "phone.flagged_others",
    "smoking.ap50",
    "smoking.recall",
    "smoking.flagged",
    "badge.ap50",
    "badge.balanced_accuracy",
    "uniform.auc10",
    "eating.flagged",
}


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sets(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    networks = write_networks(tmp_path_factory.mktemp("networks"))
    return ("--person", networks["person"], "--objects", networks["objects"], "--threads", "1", "--resamples", "100")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return zaigang("evaluate", *arguments)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs the command with arguments that are wrong; returns what it complains of."""

    def complaint(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["zaigang", "evaluate", *(str(one) for one in arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        return capsys.readouterr().err

    return complaint


def by_name(report: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["name"], one["set"]): one for one in report["measures"]}


@pytest.fixture(scope="module")
def report(sets: Path, toys: tuple[str | Path, ...], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("report")
    done = run("--root", sets, *toys, "--json", "--out", folder / "out.json", "--sheets", folder / "sheets")
    content: dict[str, Any] = json.loads(done.stdout)
    assert json.loads((folder / "out.json").read_text(encoding="utf-8")) == content
    content["sheets"] = {path.name: cv2.imread(str(path)) for path in (folder / "sheets").iterdir()}
    return content


def test_every_measure_that_is_promised_is_there_with_its_keys(report: dict[str, Any]) -> None:
    assert {one["name"] for one in report["measures"]} >= REQUIRED
    for one in report["measures"]:
        assert {"name", "set", "value", "n", "ci95", "base"} <= set(one)
        assert one["value"] is not None or one["note"]
    assert set(report["model"]) >= {"name", "sha256"}


def test_figures_are_those_that_the_drawings_have(report: dict[str, Any]) -> None:
    figures = by_name(report)

    clerks = figures["people.recall_staff_at_p80", "counter-scenes"]
    assert (clerks["value"], clerks["n"]) == (round(6 / 7, 4), 7)
    assert clerks["ci95"][0] < clerks["value"] <= clerks["ci95"][1]
    assert figures["people.recall", "coco-val"]["value"] == 1
    assert figures["phone.ap", "phone-cctv"]["value"] == 1
    assert figures["phone.recall", "phone-cctv"]["value"] == 1
    assert figures["phone.flagged_others", "phone-cctv"]["value"] == 0
    assert figures["phone_boxes.ap50", "phone-cctv"]["value"] == 1


def test_what_the_network_does_not_know_is_none_and_says_why(report: dict[str, Any]) -> None:
    figures = by_name(report)

    for name, where, word in (
        ("smoking.ap50", "smoking-web", "knows no cigarette"),
        ("smoking.flagged", "not-smoking", "knows no cigarette"),
        ("badge.balanced_accuracy", "badge-torso", "knows no badge"),
        ("eating.flagged", "drinking", "knows no apple or banana"),
        ("uniform.auc10", "uniform-hall", "2 boxes of class uniform and 0 of other; too few"),
    ):
        assert figures[name, where]["value"] is None
        assert word in figures[name, where]["note"]
    assert {one["set"] for one in report["not_measured"]} >= {"phone-lecture", "badge-web"}


def test_missed_clerk_is_on_the_contact_sheet(report: dict[str, Any]) -> None:
    assert list(report["sheets"]) == ["counter-scenes.people.recall_staff_at_p80.misses.png"]
    sheet = next(iter(report["sheets"].values()))
    blue = (sheet[..., 0] > 180) & (sheet[..., 1] < 60) & (sheet[..., 2] < 60)
    assert blue.any()


def test_two_runs_are_alike_and_the_base_stands_beside(
    sets: Path, toys: tuple[str | Path, ...], tmp_path: Path
) -> None:
    for name in ("coco", "pose"):
        shutil.copytree(write_networks(tmp_path)["person"], tmp_path / "base" / name)
    options = ("--root", sets, *toys, "--only", "counter-scenes", "--base", tmp_path / "base", "--json")

    first, second = (run(*options).stdout for _ in range(2))

    assert first == second
    clerks = by_name(json.loads(first))["people.recall_staff_at_p80", "counter-scenes"]
    assert clerks["base"] == clerks["base_pose"] == clerks["value"]
    assert {one["set"] for one in json.loads(first)["measures"]} == {"counter-scenes"}


def test_table_names_value_interval_and_count(sets: Path, toys: tuple[str | Path, ...]) -> None:
    text = run("--root", sets, *toys, "--only", "phone.recall").stdout
    page = run("--root", sets, *toys, "--only", "phone.recall", "--markdown").stdout

    assert "phone.recall" in text
    assert "6 persons" in text
    assert page.splitlines()[0] == "| measure | set | value | 95 % | of | base | at |"
    assert "| phone.recall | phone-cctv | 1.000 | " in page
    assert "phone.ap" not in text + page


def test_another_folder_with_other_names_is_measured_by_map(toys: tuple[str | Path, ...], tmp_path: Path) -> None:
    pictures = [(draw((GREEN, PERSON)), [("Clerk", PERSON)])] * 2
    write_set(tmp_path / "bank", ["Clerk"], pictures, ending=".JPG")

    done = run("--root", tmp_path, "--map", "bank=counter-scenes:clerk=staff_side", *toys, "--json")

    assert by_name(json.loads(done.stdout))["people.recall_staff_at_p80", "bank"]["value"] == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--root", "nowhere"), "there is no such folder"),
        (("--root", "."), "none of its folders is called as a kind of set is"),
        (("--root", ".", "--map", "hall=counter-scenes"), 'needs the class "staff_side"; it has clerk'),
        (("--root", ".", "--map", "hall=counters"), "there is no kind 'counters'"),
        (("--root", ".", "--map", "hall=phone-lecture:clerk=phone"), '"study" or "sleep" or "other"'),
        (("--root", ".", "--person", "hall"), "holds no card.yaml"),
        (("--root", ".", "--base", "hall"), "python -m training.evaluation.base"),
        (("--root", ".", "--map", "hall=counter-scenes:clerk=staff_side", "--speed"), "--speed: needs a base network"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_mend(
    arguments: tuple[str, ...],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refused: Callable[..., str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write_set(tmp_path / "hall", ["clerk"], [(draw(), [("clerk", PERSON)])])

    assert complaint in refused(*arguments)


def test_broken_picture_and_broken_label_are_named(
    toys: tuple[str | Path, ...], tmp_path: Path, refused: Callable[..., str]
) -> None:
    root = write_set(tmp_path / "counter-scenes", ["staff_side"], [(draw(), [("staff_side", PERSON)])] * 2).parent
    picture = root / "counter-scenes" / "images" / "1.png"
    picture.write_bytes(picture.read_bytes()[:100])

    assert f"{picture}: the file ends in the middle" in refused("--root", root, *toys)

    label = root / "counter-scenes" / "labels" / "0.txt"
    label.write_text("0 0.5 0.5", encoding="utf-8")
    assert f"{label}, line 1: expected 'class cx cy w h'" in refused("--root", root, *toys)


def test_film_goes_through_the_pipeline(toys: tuple[str | Path, ...], tmp_path: Path) -> None:
    films, seconds = tmp_path / "footage", 12
    films.mkdir()
    write_film(films / "clerk.mp4", seconds, fps=10, size=SIZE, pictures=Counter(6, seconds, 0).pictures())
    truth = {
        "file": "clerk.mp4",
        "duration_s": float(seconds),
        "zones": {"w1": ZONE},
        "events": [{"window": "w1", "rule": "leave_post", "start_s": 6.6, "end_s": 12.0}],
    }
    (films / "clerk.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    write_set(tmp_path / "sets" / "drinking", [], [(draw(), [])])

    done = run("--root", tmp_path / "sets", *toys, "--only", "seat.*", "--json")

    figures = by_name(json.loads(done.stdout))
    assert figures["seat.occupied", "clerk/w1"]["value"] > 0.7
    assert figures["seat.empty", "clerk/w1"]["value"] > 0.4


def test_shipped_networks_are_measured_on_drawn_pictures(tmp_path: Path) -> None:
    sets = write_set(
        tmp_path / "phone-cctv", ["person-phone", "person"], [(draw(), [("person-phone", PERSON), ("person", PHONE)])]
    ).parent

    report = json.loads(run("--root", sets, "--threads", "1", "--json").stdout)

    figures = by_name(report)
    assert figures["phone.flagged_others", "phone-cctv"]["value"] == 0
    assert figures["phone.ap", "phone-cctv"]["n"] == 2
    assert report["model"]["name"].startswith("person ")
    assert len(report["model"]["sha256"]) == 64
