"""`zaigang site` and what other commands say of what was edited, on the database of a site that does not run."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from service.cli import app
from tests.fixtures.media import write_film
from vision.errors import BadInput


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The file of a site with two windows, whose camera is a film."""
    film = write_film(tmp_path / "film.mp4", 1)
    file = tmp_path / "zaigang.yaml"
    windows = [{"id": "w1"}, {"id": "w2", "rules": {"phone_use": {"after": "15s"}}}]
    content = {
        "data": str(tmp_path / "site"),
        "rules": {"leave_post": {"after": "4min"}},
        "cameras": [{"id": "c", "source": str(film), "windows": windows}],
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def run(config: Path, *words: str, given: str | None = None, code: int = 0) -> str:
    """What the command says; an error that a person can mend is raised."""
    done = CliRunner().invoke(app, [*words, "--config", str(config)], input=given)
    if isinstance(done.exception, BadInput):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


def put(config: Path, part: str, content: Any, *options: str) -> str:
    return run(config, "site", "set", part, "-", "--by", "王", "--why", "试行", *options, given=yaml.safe_dump(content))


TENFOLD = "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefg", "bcdefgh", strict=True))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"a: &a [1]\n{TENFOLD}\nhall: *h", "with what its aliases repeat it has more than 1000000 values"),
        ("hall: &h {leave_post: *h}", "with what its aliases repeat it has more than 1000000 values"),
        ("hall: {leave_post: {after: 2026-13-45}}", "month must be in 1..12"),
        (f"hall: {'[' * 3000}", "it is nested too deeply"),
        (f"hall: {'9' * 5000}", "for integer string conversion"),
    ],
)
def test_file_that_is_no_plain_yaml_is_refused(config: Path, text: str, why: str) -> None:
    with pytest.raises(BadInput, match=f"^-: not readable as YAML .*{why}"):
        run(config, "site", "set", "rules", "-", "--dry-run", given=text)


def test_dry_run_prints_what_would_change_and_makes_no_database(config: Path) -> None:
    said = put(config, "rules", {"windows": {"w1": {"phone_use": {"after": "20s"}}}}, "--dry-run")

    assert "phone_use.after" in said
    assert "20s" in said
    assert not (config.parent / "site").exists()


def test_saved_part_is_shown_in_the_form_that_set_takes(config: Path) -> None:
    put(config, "rules", {"hall": {"leave_post": {"clear_after": 30}}}, "--yes")
    put(config, "rules", {}, "--yes")

    first = run(config, "site", "show", "rules", "--version", "1")
    back = run(config, "site", "set", "rules", "-", "--by", "李", "--why", "恢复", "--yes", given=first)

    assert "version 3 of rules is saved" in back
    assert yaml.safe_load(run(config, "site", "show", "rules")) == {"hall": {"leave_post": {"clear_after": "30s"}}}
    effective = yaml.safe_load(run(config, "site", "show", "rules", "--effective"))
    assert effective["hall"] == {"leave_post": {"after": "4min", "clear_after": "30s"}}
    history = json.loads(run(config, "site", "history", "rules", "--json"))
    assert [(one["version"], one["by"], one["why"]) for one in history] == [
        (3, "李", "恢复"),
        (2, "王", "试行"),
        (1, "王", "试行"),
    ]


def test_whoever_does_not_agree_saves_nothing(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("hall: {leave_post: {clear_after: 30s}}", encoding="utf-8")

    run(config, "site", "set", "rules", str(file), "--by", "王", "--why", "试", given="n\n", code=1)

    assert run(config, "site", "show", "rules").strip() == "{}"


def test_dates_and_hours_of_yaml_are_taken_as_they_are_meant(config: Path) -> None:
    text = "hall: {days: {2027-01-04: off, 2027-01-09: on}}\nwindows: {w1: {shifts: [9:00-12:00]}}"

    said = run(config, "site", "set", "duty", "-", "--by", "王", "--why", "元旦", "--yes", given=text)

    assert "version 1 of duty is saved" in said
    assert json.loads(run(config, "site", "show", "duty", "--json")) == {
        "hall": {"days": {"2027-01-04": "off", "2027-01-09": "on"}},
        "windows": {"w1": {"shifts": ["09:00-12:00"]}},
    }


@pytest.mark.parametrize(
    ("words", "given", "says"),
    [
        (["rules", "-"], "", "nobody can be asked"),
        (["rules", "-", "--yes"], "{}", "say who changes it and why"),
        (["rules", "none.yaml", "--dry-run"], None, "none.yaml: no such file"),
        (["rules", "-", "--dry-run"], "hall: [", "not readable as YAML"),
        (["rules", "-", "--dry-run"], "hall: {leave_post: {aft: 3}}", "leave_post.aft is no key of a rule"),
        (["duty", "-", "--dry-run"], "windows: {w9: {}}", 'there is no window "w9"; there are w1, w2'),
        (["leave", "-", "--dry-run"], "entries: [{from: 2026-01-05}]", r"entries\[0\].to"),
    ],
)
def test_what_cannot_be_set_is_refused_with_what_would_be_right(
    config: Path, words: list[str], given: str | None, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        run(config, "site", "set", *words, given=given)


def test_rules_say_where_each_figure_comes_from(config: Path) -> None:
    put(
        config,
        "rules",
        {"hall": {"leave_post": {"clear_after": 30}}, "windows": {"w1": {"eating": {"state": "off"}}}},
        "--yes",
    )

    said = run(config, "rules")
    book = json.loads(run(config, "rules", "--json"))

    assert "leave_post.after 4min (5min): zaigang.yaml" in said
    assert "leave_post.clear_after 30s (20s): edited v1" in said
    assert "leave_post.cool_down 4min (5min): follows after" in said
    assert "w1 eating.state off: edited v1" in said
    assert "w2 phone_use.after 15s: zaigang.yaml" in said
    assert book["rules"]["leave_post"]["origins"]["clear_after"] == "edited v1"
    assert book["windows"]["w1"]["rules"] == {"eating": {"state": {"value": "off", "origin": "edited v1"}}}


def test_check_says_what_of_an_edit_does_not_fit_any_longer(config: Path) -> None:
    put(config, "rules", {"windows": {"w1": {"phone_use": {"after": "9s"}}}}, "--yes")
    renamed = yaml.safe_load(config.read_text(encoding="utf-8"))
    renamed["cameras"][0]["windows"][0]["id"] = "w3"
    config.write_text(yaml.safe_dump(renamed), encoding="utf-8")

    said = run(config, "check", code=2)

    assert 'version 1 of rules: windows.w1: there is no window "w1"; there are w3, w2' in " ".join(said.split())
