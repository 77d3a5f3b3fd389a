"""`zaigang judge` and `zaigang score` as other programs call them."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from service.rules.event import event_id
from service.settings import load_settings
from tests.fixtures.command import called, events_of, zaigang
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import from_datetime


def looks(file: Path, *spans: tuple[float, float, object], every: float = 1.0) -> Path:
    lines = []
    for start, end, occupied in spans:
        steps = round((end - start) / every)
        lines += [
            json.dumps({"t": start + step * every, "window": "w1", "occupied": occupied}) for step in range(steps)
        ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_absence_in_looks_becomes_the_event_of_the_contract(tmp_path: Path) -> None:
    file = looks(tmp_path / "looks.jsonl", (0, 100, True), (100, 400, False), (400, 500, True))

    zaigang(
        "judge",
        file,
        "--set",
        "leave_post.after=60s",
        "--start",
        "2026-01-05T09:00:00+08:00",
        "--out",
        tmp_path / "e.json",
    )

    content = json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))
    assert set(content) == {"source", "duration_s", "model", "rulebook", "events"}
    assert content["duration_s"] == 499
    (event,) = content["events"]
    assert (event["start_s"], event["satisfied_s"], event["end_s"]) == (100, 160, 399)
    assert (event["window"], event["rule"], event["state"]) == ("w1", "leave_post", "closed")
    assert event["started_at"] == "2026-01-05T01:01:40.000Z"
    assert 0.9 < event["confidence"] <= 1


def test_judging_twice_gives_the_same_bytes_and_another_rulebook_other_ids(tmp_path: Path) -> None:
    file = looks(tmp_path / "looks.jsonl", (0, 400, False))
    first, second, other = (tmp_path / name for name in ("1.json", "2.json", "3.json"))

    for out in (first, second):
        zaigang("judge", file, "--set", "leave_post.after=60s", "--out", out)
    zaigang("judge", file, "--set", "leave_post.after=61s", "--out", other)

    assert first.read_bytes() == second.read_bytes()
    assert events_of(first)[0]["id"] != events_of(other)[0]["id"]


def test_configuration_brings_duty_and_the_windows_own_rules(tmp_path: Path) -> None:
    config = tmp_path / "zaigang.yaml"
    config.write_text(
        "duty: {shifts: ['09:00-09:10']}\n"
        "cameras: [{id: c, source: rtsp://x/1, windows: [{id: w1, rules: {leave_post: {after: 2min}}}]}]\n",
        encoding="utf-8",
    )
    file = looks(tmp_path / "looks.jsonl", (0, 1200, False))

    zaigang("judge", file, "--config", config, "--start", "2026-01-05T09:00:00+08:00", "--out", tmp_path / "e.json")

    found = {event["rule"]: event for event in events_of(tmp_path / "e.json")}
    assert set(found) == {"leave_post", "late_on_post"}
    assert [found["leave_post"][key] for key in ("start_s", "satisfied_s", "end_s")] == [0, 120, 599]
    assert [found["late_on_post"][key] for key in ("start_s", "satisfied_s", "end_s")] == [0, 300, 599]


def test_report_names_the_rulebook_that_its_events_are_made_by(tmp_path: Path) -> None:
    file = looks(tmp_path / "looks.jsonl", (0, 400, False))
    changed = ("--set", "leave_post.after=2min")

    zaigang("judge", file, *changed, "--out", tmp_path / "e.json")
    version = json.loads(zaigang("rules", *changed, "--json").stdout)["version"]

    assert json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))["rulebook"] == {"version": version}
    onset = from_datetime(datetime.fromisoformat("2026-01-05T09:00:00+08:00"))
    assert events_of(tmp_path / "e.json")[0]["id"] == event_id(WindowId("w1"), "leave_post", version, onset)


def test_event_says_by_which_book_on_which_shift_how_heavy_and_who_was_entered(tmp_path: Path) -> None:
    config = tmp_path / "zaigang.yaml"
    config.write_text(
        "duty: {shifts: ['09:00-12:00']}\n"
        "roster: [{person: 王芳, window: w1, from: 2026-01-05, to: 2026-01-05}]\n"
        "leave: [{windows: [w1], from: 2026-01-05T09:20, to: 2026-01-05T09:30, by: 王主任}]\n"
        "rules: {leave_post: {after: 2min, escalation: [{after: 10min, severity: grave}]}}\n"
        "cameras: [{id: c, source: rtsp://x/1, windows: [{id: w1}, {id: w2}]}]\n",
        encoding="utf-8",
    )
    file = tmp_path / "looks.jsonl"
    away = {"w1": ((300, 1800),), "w2": ((300, 500),)}
    file.write_text(
        "".join(
            json.dumps({"at": f"2026-01-05T09:{t // 60:02d}:{t % 60:02d}+08:00", "window": window, "occupied": there})
            + "\n"
            for window, spans in away.items()
            for t in range(0, 2400, 2)
            for there in [not any(begin <= t < end for begin, end in spans)]
        ),
        encoding="utf-8",
    )

    called("judge", file, "--config", config, "--out", tmp_path / "e.json")

    first, second = events_of(tmp_path / "e.json")
    assert (first["window"], first["start_s"], first["end_s"], first["state"]) == ("w1", 300, 1198, "closed")
    assert [(one["severity"], one["escalated"], one["person"], one["duty"]) for one in (first, second)] == [
        ("grave", True, "王芳", "on"),
        ("major", False, None, "on"),
    ]
    assert first["shift"] == {"begins": "2026-01-05T01:00:00.000Z", "ends": "2026-01-05T04:00:00.000Z"}
    assert first["rulebook"] == load_settings(config).books()[WindowId("w1")].version


def test_book_of_a_window_says_what_differs_at_it(tmp_path: Path) -> None:
    config = tmp_path / "zaigang.yaml"
    config.write_text(
        "rules: {leave_post: {after: 3min}}\n"
        "cameras: [{id: c, source: rtsp://x/1, windows: [{id: w1, rules: {smoking: {state: off}}}]}]\n",
        encoding="utf-8",
    )

    own = json.loads(called("rules", "--config", config, "--window", "w1", "--json"))
    with pytest.raises(BadInput, match="--window w9: there is no such window; there are w1"):
        called("rules", "--config", config, "--window", "w9")

    assert own["version"] == load_settings(config).books()[WindowId("w1")].version
    assert own["rules"]["leave_post"]["parameters"]["after"] == "3min"
    assert (own["rules"]["smoking"]["state"], own["rules"]["smoking"]["needs"]) == ("off", None)


CONTRACT = (
    *("precision", "recall", "f1", "matches", "misses", "false_alarms"),
    *("onset_error_s", "false_alarms_per_hour"),
)


def test_score_prints_the_measures_of_the_contract(tmp_path: Path) -> None:
    truth = {"duration_s": 3600, "events": [{"window": "w1", "rule": "leave_post", "start_s": 10, "end_s": 20}]}
    found = {
        "events": [
            {"window": "w1", "rule": "leave_post", "start_s": 11, "end_s": 20},
            {"window": "w1", "rule": "phone_use", "start_s": 11, "end_s": 20},
        ]
    }
    for name, content in (("truth", truth), ("found", found)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")

    all_rules = json.loads(zaigang("score", tmp_path / "truth.json", tmp_path / "found.json", "--json").stdout)
    one = json.loads(
        zaigang("score", tmp_path / "truth.json", tmp_path / "found.json", "--rule", "leave_post", "--json").stdout
    )

    assert {name: all_rules[name] for name in CONTRACT} == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": 2 / 3,
        "matches": 1,
        "misses": 0,
        "false_alarms": 1,
        "onset_error_s": {"p50": 1.0, "p95": 1.0},
        "false_alarms_per_hour": 1.0,
    }
    assert one["precision"] == 1
    assert all_rules["tiou"] == {name: {"precision": 0.5, "recall": 1.0, "f1": 2 / 3} for name in ("0.2", "0.5")}
    assert all_rules["false_alarms_per_day"] == 7
    assert all_rules["tfa"] == pytest.approx(9 / (2 * 3600 - 10))
    assert (all_rules["windows"], all_rules["ci95"]) == (1, None)


def test_rules_and_version_can_be_read_by_programs() -> None:
    book = json.loads(zaigang("rules", "--set", "leave_post.after=2min", "--json").stdout)
    version = json.loads(zaigang("version", "--json").stdout)

    leave_post, sleeping = book["rules"]["leave_post"], book["rules"]["sleeping"]
    assert (leave_post["state"], leave_post["needs"], leave_post["parameters"]["after"]) == ("on", None, "2min")
    assert book["rules"]["uniform_missing"]["state"] == "off"
    assert "models.uniforms" in book["rules"]["uniform_missing"]["needs"]["en"]
    assert sleeping["state"] == "off"
    assert "head on the desk" in sleeping["needs"]["en"]
    assert set(book["rules"]["phone_use"]["sources"]) == {"S0", "S1", "S2", "S3"}
    assert {model["name"] for model in version["models"]} == {"person", "objects", "uniform"}
