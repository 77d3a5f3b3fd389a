"""The rulebook: the shipped one is whole, changes are checked key by key, and a changed book has its own version."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from service.rules.duration import parse, written
from service.rules.rulebook import DEFAULT, RulebookError, load_rulebook, overridden, rulebook_schema
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime


def test_shipped_book_has_every_rule_in_both_languages() -> None:
    book = load_rulebook()

    for name, rule in (*book.rules.items(), *book.unjudged.items()):
        assert rule.name.zh != rule.name.en, name
        assert rule.text.zh != rule.text.en, name
        assert set(rule.sources) <= {"S0", "S1", "S2", "S3", "S4"}, name


@pytest.mark.parametrize(
    ("rule", "after_s", "clear_after_s"),
    [
        ("leave_post", 300, 20),
        ("phone_use", 10, 10),
        ("smoking", 3, 20),
        ("visiting", 180, 30),
        ("queue_long", 120, 120),
    ],
)
def test_shipped_figures_are_those_of_the_sources(rule: str, after_s: float, clear_after_s: float) -> None:
    figures = load_rulebook().rules[rule]

    assert (figures.after, figures.clear_after) == (after_s, clear_after_s)


def test_published_schema_is_that_of_the_book() -> None:
    published = json.loads((Path(__file__).parents[3] / "docs" / "rulebook.schema.json").read_text(encoding="utf-8"))

    assert published == rulebook_schema(), "make it anew: zaigang rules --schema > docs/rulebook.schema.json"
    validator = jsonschema.Draft202012Validator(published)
    validator.validate(yaml.safe_load(DEFAULT.read_text(encoding="utf-8")))
    wrong = {"version": "1", "rules": {"a": {"after": "soon"}}}
    assert {error.json_path for error in validator.iter_errors(wrong)} >= {"$.rules.a", "$.rules.a.after"}


def test_what_nobody_can_judge_cannot_be_switched_on() -> None:
    with pytest.raises(RulebookError, match="sleeping cannot be judged: it needs a class for a head on the desk"):
        overridden(load_rulebook(), {"sleeping": {"state": "on"}}, "rules")


def test_an_event_weighs_more_the_longer_it_lasts() -> None:
    steps = [{"after": "30min", "severity": "major"}, {"after": "2h", "severity": "grave"}]
    rule = overridden(load_rulebook(), {"visiting": {"escalation": steps}}, "rules").rules["visiting"]

    assert [rule.severity_after(minutes * 60) for minutes in (0, 29, 30, 119, 120, 500)] == [
        *["minor"] * 2,
        *["major"] * 2,
        *["grave"] * 2,
    ]


def test_changed_book_has_a_version_of_its_own_that_the_change_decides() -> None:
    book = load_rulebook()

    first = overridden(book, {"leave_post": {"after": "2.5s"}}, "--set")
    same = overridden(book, {"leave_post": {"after": 2.5}}, "--set")
    other = overridden(book, {"leave_post": {"after": "3s"}}, "--set")

    assert overridden(book, {}, "--set") is book
    assert first.version.startswith(f"{book.version}+")
    assert first.version == same.version
    assert len({book.version, first.version, other.version}) == 3


def test_shorter_after_takes_the_other_durations_with_it_unless_they_are_set_too() -> None:
    book = load_rulebook()

    alone = overridden(book, {"leave_post": {"after": "2.5s"}}, "--set").rules["leave_post"]
    both = overridden(book, {"leave_post": {"after": "2.5s", "clear_after": "15s"}}, "--set").rules["leave_post"]
    longer = overridden(book, {"leave_post": {"after": "10min"}}, "--set").rules["leave_post"]

    assert (alone.clear_after, alone.cool_down, alone.policy().window) == (2.5, 2.5, 2_500_000)
    assert both.clear_after == 15
    assert longer.clear_after == 20


def test_a_rule_that_counts_people_waits_for_the_zone_in_which_they_are_counted() -> None:
    book = overridden(load_rulebook(), {"queue_long": {"state": "off"}}, "rules")

    assert book.waiting_for_zones(["staff"]) == {"phone_call": ("customer",)}
    assert book.waiting_for_zones(["staff", "customer"]) == {}
    assert load_rulebook().waiting_for_zones(()) == {"phone_call": ("customer",), "queue_long": ("queue",)}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"leave_pots": {"after": "1s"}}, 'there is no rule "leave_pots"'),
        ({"leave_post": {"afetr": "1s"}}, "leave_post.afetr is no key of a rule"),
        ({"leave_post": {"after": "soon"}}, r"leave_post.after: 'soon' is no duration; write it as 2.5s"),
        ({"leave_post": {"after": "0s"}}, "leave_post.after"),
        ({"leave_post": {"after": "-5s"}}, "leave_post.after"),
        ({"leave_post": {"begin_share": 1.5}}, "leave_post.begin_share"),
        ({"leave_post": {"begin_share": 0.1}}, "begin_share 0.1 must be more than end_share 0.2"),
        ({"leave_post": {"state": "maybe"}}, "leave_post.state"),
        ({"leave_post": {"during": {"count": "people", "over": 0}}}, "leave_post.during.count"),
        (
            {
                "leave_post": {
                    "escalation": [{"after": "1h", "severity": "grave"}, {"after": "1h", "severity": "minor"}]
                }
            },
            "each step must come later",
        ),
    ],
)
def test_wrong_change_names_rule_key_and_fix(changes: dict[str, dict[str, object]], says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        overridden(load_rulebook(), changes, "--set")


def test_yaml_on_and_off_are_states(tmp_path: Path) -> None:
    text = Path(load_rulebook.__defaults__[0]).read_text(encoding="utf-8")  # type: ignore[index]
    (tmp_path / "book.yaml").write_text(text.replace("state: auto", "state: off"), encoding="utf-8")

    assert load_rulebook(tmp_path / "book.yaml").rules["smoking"].state == "off"


@pytest.mark.parametrize("text", ["rules: 3", "version: x\nrules: {a: {after: 1s}}", ":", "- a"])
def test_damaged_book_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "book.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(RulebookError, match=r"book\.yaml"):
        load_rulebook(tmp_path / "book.yaml")


@pytest.mark.parametrize(
    ("text", "duration"),
    [("2.5s", 2.5), ("5min", 300), ("2h", 7200), (40, 40), ("90", 90), ("200ms", 0.2), (" 5 m ", 300)],
)
def test_durations_are_read_as_people_write_them(text: object, duration: float) -> None:
    assert parse(text) == duration
    assert parse(written(duration)) == duration


@pytest.mark.parametrize("text", ["", "s", "5 weeks", "-1s", "1e3s", "9" * 400, -1, float("nan"), None, True, [5]])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse(text)


def test_look_with_a_reason_is_no_vote_whatever_else_it_says() -> None:
    look = Observation(WindowId("w1"), StreamTime(SECOND), occupied=False, staff_count=5, reason="covered")

    assert all(rule.offends(look) is None for rule in load_rulebook().rules.values())
