"""The shipped book against the page of what the sources ask, row by row."""

import re
from pathlib import Path

import pytest

from service.rules.duration import parse
from service.rules.rulebook import load_rulebook

BOOK = load_rulebook()


def rows(shared: Path, heading: str) -> dict[str, list[str]]:
    """The cells of each row of the table under ``heading``, by rule."""
    page = (shared / "rulebook.md").read_text(encoding="utf-8")
    section = page.split(heading, 1)[1].split("\n## ", 1)[0]
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in section.splitlines()]
    return {row[0].strip("`"): row for row in cells if re.fullmatch(r"`\w+`", row[0])}


def test_no_rule_of_the_sources_is_missing(shared: Path) -> None:
    assert list(rows(shared, "## Rules a camera judges")) == list(BOOK.rules)
    assert list(rows(shared, "## Rules that need a class")) == list(BOOK.unjudged)


@pytest.mark.parametrize("name", BOOK.rules)
def test_a_judged_rule_is_as_the_sources_say(shared: Path, name: str) -> None:
    _, zh, _, _, after, _, severity, sources = rows(shared, "## Rules a camera judges")[name]
    rule = BOOK.rules[name]

    assert rule.name.zh in re.split(r" / |、", zh) or rule.name.zh == zh
    assert rule.after == parse(after.removesuffix(" grace").split(" of ")[0].replace(" ", ""))
    assert rule.severity == severity
    assert list(rule.sources) == sources.split()


@pytest.mark.parametrize("name", BOOK.unjudged)
def test_a_rule_that_nobody_judges_says_what_it_needs(shared: Path, name: str) -> None:
    _, zh, _, sources = rows(shared, "## Rules that need a class")[name]
    rule = BOOK.unjudged[name]

    assert rule.name.zh == zh
    assert list(rule.sources) == sources.split()
    assert rule.needs.zh != rule.needs.en
