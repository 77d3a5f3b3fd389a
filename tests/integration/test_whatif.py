"""`zaigang whatif` as a manager calls it: on a site's log, beside its database, and on looks of a file."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.observations import ObservationLog
from service.rules.event import Event
from service.rules.judge import Judge
from service.settings import load_settings
from service.storage import EventQueries, PlaceQueries, open_database
from service.storage.places import Camera, Hall, Window
from service.storage.tables import Event as EventRow
from tests.fixtures.command import called, zaigang
from vision.errors import BadInput
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

NINE = 1_767_574_800  # Monday 2026-01-05, 09:00 of the hall
DAY = 86_400
USES = {"w1": ((60, 75), (300, 400)), "w2": ((120, 180),)}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A configuration whose hall has a log of ten minutes on Monday and on Wednesday."""
    config = tmp_path / "zaigang.yaml"
    config.write_text(
        f"data: {tmp_path / 'data'}\n"
        "cameras: [{id: cam, source: rtsp://x/1, windows: [{id: w1}, {id: w2, rules: {phone_use: {after: 40s}}}]}]\n",
        encoding="utf-8",
    )
    log = ObservationLog(tmp_path / "data" / "observations" / "cam")
    for look in looks():
        log.write(look)
    log.close()
    return config


def looks() -> Iterator[list[Observation]]:
    for day in (0, 2):
        for fifth in range(5 * 600):
            second = fifth / 5
            at = StreamTime((NINE + day * DAY) * SECOND + fifth * SECOND // 5 + 7000)
            yield [
                Observation(
                    WindowId(window), at, occupied=True, phone_in_use=any(begin <= second < end for begin, end in uses)
                )
                for window, uses in USES.items()
            ]


def recorded(config: Path) -> list[Event]:
    """Keeps in the site's database what it would have recorded; the first event is upheld."""
    settings = load_settings(config)
    judge = Judge(settings.books(), settings.duty_by_window(), settings.shifts_by_window(), settings.exempt())
    found: dict[str, Event] = {}
    for look in looks():
        for one in look:
            found.update((event.id, event) for event in judge.observe(one))
    events = sorted(found.values(), key=lambda event: event.started_at)

    async def keep() -> None:
        database = open_database(settings.data / "zaigang.db")
        async with database.session() as session:
            hall, camera = Hall("hall", "h", "Asia/Shanghai"), Camera("cam", "hall", "c", "x")
            windows = [Window(window, "hall", "cam", window) for window in USES]
            await PlaceQueries(session).follow(hall, [camera], windows)
            for event in events:
                await EventQueries(session).keep(event, settings.books()[event.window].model_dump(mode="json"))
            row = await session.get(EventRow, events[0].id)
            assert row is not None
            row.verdict = "upheld"
        await database.close()

    asyncio.run(keep())
    return events


def asked(*arguments: str | Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(told(*arguments, "--json"))
    return answer


def told(*arguments: str | Path) -> str:
    return called("whatif", *arguments)


def test_events_that_would_go_are_told_with_their_verdict_and_the_days_without_a_log(site: Path) -> None:
    events = recorded(site)

    span = ("--since", "2026-01-05", "--until", "2026-01-07")
    done = zaigang("whatif", "--config", site, "--set", "phone_use.after=20s", *span, "--json")

    answer = json.loads(done.stdout)

    kinds = [(one["window"], one["kind"], one["verdict"]) for one in answer["events"]]
    monday = [("w1", "only_now", "upheld"), ("w2", "alert", "pending"), ("w1", "alert", "pending")]
    assert kinds == monday + [(window, kind, "pending") for window, kind, _ in monday]
    assert answer["events"][0]["now"]["started_at"] == "2026-01-05T09:01:00.100+08:00"
    assert answer["events"][1]["alert_later_by_s"] == -20
    assert [answer["recorded"][key] for key in ("events", "found_again", "missed", "not_recorded")] == [
        *(len(events), len(events), [], [])
    ]
    assert answer["recorded"]["apart_s"] <= 0.2
    assert answer["windows"]["w1"]["days_without_log"] == ["2026-01-06"]
    assert answer["windows"]["w1"]["watched_h"] == 0.33
    assert answer["summary"][-1] == {
        "rule": None,
        "window": None,
        "events": {"now": 6, "then": 4},
        "kinds": {"only_now": 2, "alert": 4},
        "breach_s": {"now": 348.8, "then": 319.2},
        "alerts": {"now": 6, "then": 4},
        "alerts_per_day": {"now": 3.0, "then": 2.0},
        "days": 2,
    }


def test_page_of_a_terminal_says_how_far_it_can_be_trusted_and_what_differs(site: Path) -> None:
    recorded(site)

    said = told("--config", site, "--set", "phone_use.after=20s", "--window", "w1")

    assert "of 4 recorded events 4 are found again, 0 are not" in said
    assert "no log of w1 on 2026-01-06" in said
    assert "不再有 gone" in said
    assert "01-05 09:01:00–09:01:14" in said
    assert "w2" not in said


def test_rules_that_were_edited_while_the_site_ran_are_what_is_in_force(site: Path) -> None:
    recorded(site)
    edits = site.parent / "rules.yaml"
    edits.write_text("hall: {phone_use: {after: 20s}}\n", encoding="utf-8")
    called("site", "set", "rules", edits, "--config", site, "--by", "王主任", "--why", "a try", "--yes")

    answer = asked("--config", site, "--set", "phone_use.after=10s", "--window", "w1")

    assert [one["kind"] for one in answer["events"]] == ["only_then", "alert", "only_then", "alert"]
    assert answer["recorded"]["by_other_books"] == 4


def test_site_that_has_no_database_and_a_window_without_a_difference(site: Path) -> None:
    said = told("--config", site, "--set", "phone_use.after=39s", "--window", "w2")
    same = told("--config", site, "--set", "phone_use.after=40s", "--window", "w2")
    none = told("--config", site, "--set", "smoking.after=9s")

    assert "compared with no recorded events" in said
    assert "提醒 alert" in said
    assert same == "nothing would be different: both books judge alike\n"
    assert none.endswith("nothing would be different\n")


def test_span_without_a_look_is_no_sameness(site: Path) -> None:
    said = told("--config", site, "--set", "phone_use.after=9s", "--since", "2026-01-06", "--until", "2026-01-06")

    assert "nobody can tell" in said


def test_whole_book_stands_for_the_shipped_one_and_windows_keep_their_own(site: Path, tmp_path: Path) -> None:
    book = Path("service/rules/default.yaml").read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(book.replace("version: ", "version: other-", 1), encoding="utf-8")

    answer = asked("--config", site, "--rules", other, "--set", "phone_use.after=20s")

    assert answer["windows"]["w2"]["then"].startswith("other-")
    assert answer["windows"]["w2"]["rules"] == ["phone_use"]
    assert {one["window"] for one in answer["events"]} == {"w1", "w2"}


def test_figures_of_a_file_and_looks_of_a_file(tmp_path: Path) -> None:
    figures, file = tmp_path / "figures.yaml", tmp_path / "looks.jsonl"
    figures.write_text("leave_post: {after: 2min}\n", encoding="utf-8")
    lines = [json.dumps({"t": t, "window": "w1", "occupied": not 100 <= t < 300}) for t in range(500)]
    file.write_text("\n".join(lines), encoding="utf-8")

    answer = asked("--rules", figures, "--looks", file)

    (event,) = answer["events"]
    assert (event["kind"], event["now"], event["then"]["started_at"]) == (
        *("only_then", None),
        "2026-01-05T09:01:40.000+08:00",
    )
    assert answer["span"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "say what would be different"),
        (("--set", "phone_use.after=soon"), "phone_use.after"),
        (("--set", "singing.after=2s"), "there is no rule"),
        (("--set", "phone_use.after=2s", "--window", "w9"), "--window w9: there is no such window; there are w1, w2"),
        (("--set", "phone_use.after=2s", "--since", "monday"), "--since 'monday'"),
        (("--set", "phone_use.after=2s", "--since", "2026-02-01"), "--since 2026-02-01"),
        (("--set", "phone_use.after=2s", "--data", "nowhere"), "nowhere: holds no observation log"),
        (("--rules", "nowhere.yaml"), "nowhere.yaml: no such file"),
    ],
)
def test_question_that_cannot_be_asked_is_refused_by_name(site: Path, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(BadInput) as refused:
        told("--config", site, *arguments)

    assert says in str(refused.value)


@pytest.mark.parametrize("content", ["", "5", "[a]", "phone_use: 5", "{", "version: 1\nrules: {}\nmood: 3"])
def test_file_that_is_no_rulebook_is_refused_by_name(site: Path, tmp_path: Path, content: str) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(content, encoding="utf-8")

    with pytest.raises(BadInput) as refused:
        told("--config", site, "--rules", other)

    assert str(other) in str(refused.value)
    assert "\n" not in str(refused.value)
