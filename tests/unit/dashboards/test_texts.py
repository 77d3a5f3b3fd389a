"""Every text of the pages stands in the locales, in both languages, and is used."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest

import dashboards
from dashboards import leave
from dashboards.texts import LANGUAGES, texts
from dashboards.zones import KINDS
from service.api.schemas import EventOut, WindowStatus, WorkerOut
from service.evidence.manifest import MissingCode
from service.evidence.upkeep import Code
from service.parts import PARTS as EDITED
from service.parts.in_force import TroubleCode
from service.rules.event import VerdictWord
from service.rules.rule import PARTS, Rule
from service.rules.rulebook import load_rulebook
from service.settings import DutySettings
from vision.layout import ZONES
from vision.observation import COUNTS, REASONS, SIGNALS
from vision.observer import LABELS

ROOM: Final = Path(dashboards.__file__).parent
SOURCES: Final = [*ROOM.glob("*.py"), *ROOM.glob("static/*.js"), *ROOM.glob("templates/**/*.html")]
HAN: Final = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

ASKED: Final = {*SIGNALS, *COUNTS, *PARTS}
RULES: Final = load_rulebook().rules.values()
STATES: Final = set(get_args(EventOut.model_fields["state"].annotation))
FAMILIES: Final[dict[str, set[str]]] = {
    "reason.": {*REASONS, "no_worker"},
    "advice.": {*REASONS, "no_worker", "no_calendar"} - {"starting"},
    "status.": {*get_args(WindowStatus), "back"} - {"unknown"},
    "worker.": set(get_args(WorkerOut.model_fields["state"].annotation)),
    "breach.": ASKED,
    "why.": {*ASKED, "other"},
    "share.": ASKED,
    "condition.": ASKED,
    "done.": {"back", "over", "interrupted"},
    "state.": STATES,
    "severity.": {rule.severity for rule in RULES},
    "source.": {source for rule in RULES for source in rule.sources},
    "zone.": {*KINDS, *(f"{kind}_is" for kind in KINDS)},
    "missing.": set(get_args(MissingCode)),
    "piece.": {"clip", "last_clip", "begin", "satisfied", "strongest", "end", "minutes", "track"},
    "frame.": {"begin", "satisfied", "strongest", "end", "minutes", "seek", "enlarge"},
    "history.": {*STATES, "began", "satisfied", "title", "verdict", "hold", "deleted"},
    "upkeep.": {*get_args(Code), *get_args(TroubleCode)},
    "leave.kind.": set(leave.KINDS),
    "leave.lacks.": {"windows", "from", "to", "by", "why", "other"},
    "part.": set(EDITED),
    "figure.": set(Rule.model_fields) - {"name", "text", "sources", "signal", "answer", "shift"},
    "hours.": set(DutySettings.model_fields),
    "judging.": {"on", "off", "auto"},
    "worked.": {"on", "off"},
    "counted.": set(COUNTS),
    "verdict.": {
        *get_args(VerdictWord),
        *("title", "uphold", "dismiss", "again", "still_open", "why", "other", "by", "lacks_why", "lacks_by"),
        *(f"reason.{why}" for why in ("registered", "covered", "business", "unclear", "mistaken")),
    },
    "label.": {"person", *(label.replace(" ", "_") for label in LABELS.values())},
    "health.": {
        "cameras",
        "looks",
        "disk",
        "model",
        "title",
        "per_second",
        "well",
        "rulebook",
        "not_recording",
        "disk_low",
        "needs.one",
        "needs.other",
    },
    "error.": {kind + how for kind in ("not_found", "not_possible", "broken") for how in ("", "_how")}
    | {"to_wall", "to_events"},
    "sound.": {"on", "muted", "waiting", "title"},
    "weekday.": {str(day) for day in range(1, 8)},
    "chart.": {"begin", "end", "began", "back", "ended", "label"},
}
"""Keys that are put together: what follows the dot comes from the product's own words, all of which need a text."""


def test_both_languages_have_the_same_keys_with_the_same_values_to_fill_in() -> None:
    zh, en = (texts(language).entries for language in LANGUAGES)

    assert set(zh) == set(en)
    assert {key for key in zh if _values(zh[key]) != _values(en[key])} == set()
    assert {key for entries in (zh, en) for key, text in entries.items() if not text.strip()} == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_the_product_has_its_text(family: str) -> None:
    known = {key.removeprefix(family) for key in texts("zh").entries if key.startswith(family)}

    assert known == FAMILIES[family]
    assert any(f'"{family}' in source or f"`{family}" in source or f"'{family}" in source for source in _sources())


def test_every_other_text_is_used() -> None:
    written = "\n".join(_sources())
    plain = {key for key in texts("zh").entries if not key.startswith(tuple(FAMILIES))}
    named = {key.removesuffix(".one").removesuffix(".other") for key in plain}

    assert {key for key in named if f'"{key}"' not in written} == set()


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = {key for source in _sources() for key in re.findall(r'\bt\("([a-z_]+\.[a-z_.]+)"[,)]', source)}
    counted = {key for source in _sources() for key in re.findall(r'\bcounted\("([a-z_.]+)"', source)}

    wanted = asked | {f"{key}.{form}" for key in counted for form in ("one", "other")}
    assert {key for key in wanted if not key.endswith(".")} - set(texts("zh").entries) == set()


def test_no_text_stands_in_templates_or_modules() -> None:
    found = [
        (path.name, line)
        for path in SOURCES
        if path.suffix in (".js", ".html")
        for line in _without_comments(path.read_text(encoding="utf-8")).splitlines()
        if HAN.search(line)
    ]

    assert found == []


def test_zones_are_drawn_in_every_kind_there_is() -> None:
    assert set(KINDS) == set(ZONES)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (2.5, "2.5 秒", "2.5 s"),
        (9.96, "10 秒", "10 s"),
        (48.4, "48 秒", "48 s"),
        (300, "5 分钟", "5 min"),
        (398, "6 分 38 秒", "6 min 38 s"),
        (3600, "1 小时", "1 h"),
        (5047, "1 小时 24 分", "1 h 24 min"),
    ],
)
def test_duration_is_said_as_people_say_it(seconds: float, zh: str, en: str) -> None:
    assert (texts("zh").duration(seconds), texts("en").duration(seconds)) == (zh, en)


def test_day_and_clock_are_those_of_the_moment_as_told() -> None:
    moment = "2026-11-20T10:19:24.512+08:00"

    assert texts("zh").day(moment) == "2026-11-20 周五"
    assert texts("zh").clock(moment) == "10:19:24"


def test_size_of_a_file_is_said_in_one_unit() -> None:
    assert [texts("zh").size(count) for count in (1, 7_987, 678_032, 3_291_918)] == ["1 KB", "8 KB", "678 KB", "3.3 MB"]


def _sources() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in SOURCES]


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\{#.*?#\}|//[^\n]*", "", text, flags=re.DOTALL)


def _values(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
