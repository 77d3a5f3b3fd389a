"""Real films replayed: every absence that is there and none that is not, seated clerks never away, phones found."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command import events_of, zaigang
from vision.card import SHIPPED, read_card

pytestmark = [pytest.mark.shared, pytest.mark.slow]


def truth_of(shared: Path, film: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((shared / "footage" / f"{film}.truth.json").read_text(encoding="utf-8"))
    return content


CHAIR = "chair-sit-stand-leave"
CHAIR_RULE = ("--set", "leave_post.after=0.8s")


def chair_zone(shared: Path) -> tuple[str, str]:
    return "--zone", f"staff={','.join(map(str, truth_of(shared, CHAIR)['zone']))}"


def replayed(shared: Path, film: str, out: Path, *options: str | Path) -> list[dict[str, Any]]:
    zaigang("replay", shared / "footage" / f"{film}.mp4", *options, "--out", out)
    return events_of(out)


def test_every_unattended_interval_is_found_and_none_beside(shared: Path, tmp_path: Path) -> None:
    film, out = "one-by-one-person-detection", tmp_path / "events.json"
    truth = truth_of(shared, film)

    events = replayed(shared, film, out, "--zone", "staff=0,0,768,432", "--set", "leave_post.after=2.5s")

    assert {event["rule"] for event in events} == {"leave_post"}
    for full, mostly in zip(truth["events"], truth["mostly_absent"], strict=True):
        found = [event for event in events if event["start_s"] < full["end_s"] and event["end_s"] > full["start_s"]]
        if full["end_s"] - full["start_s"] < 3 and not found:
            continue
        (event,) = found
        assert mostly["start_s"] - 1 <= event["start_s"] <= full["start_s"] + 1
        assert full["end_s"] - 1 <= event["end_s"] <= mostly["end_s"] + 1
        events.remove(event)
    assert events == []


@pytest.fixture(scope="module")
def chair(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film of the sitting man, replayed: events.json and looks.jsonl."""
    folder = tmp_path_factory.mktemp("chair")
    replayed(shared, CHAIR, folder / "events.json", *chair_zone(shared), *CHAIR_RULE, "--looks", folder / "looks.jsonl")
    return folder


def test_two_replays_give_the_same_bytes_and_so_does_judging_what_was_seen(
    shared: Path, chair: Path, tmp_path: Path
) -> None:
    again, judged = tmp_path / "again.json", tmp_path / "judged.json"

    replayed(shared, CHAIR, again, *chair_zone(shared), *CHAIR_RULE)
    zaigang("judge", chair / "looks.jsonl", *CHAIR_RULE, "--out", judged)

    assert again.read_bytes() == (chair / "events.json").read_bytes()
    assert events_of(judged) == events_of(again)


def test_seated_clerks_are_never_away_and_empty_places_always_are(shared: Path, tmp_path: Path) -> None:
    film = "office-cctv-desks"
    zones = [
        option
        for window, box in truth_of(shared, film)["zones"].items()
        for option in ("--zone", f"{window}:staff={','.join(map(str, box))}")
    ]

    events = replayed(shared, film, tmp_path / "events.json", *zones, "--set", "leave_post.after=3s")

    spans = {event["window"]: (event["start_s"], event["end_s"]) for event in events}
    assert len(spans) == len(events)
    assert set(spans) == {"w3", "w4"}
    assert spans["w4"][0] <= 1
    assert spans["w4"][1] >= 15.5
    assert spans["w3"][0] <= 1
    assert spans["w3"][1] >= 10.3


def test_one_absence_at_each_end_and_the_sitting_man_is_never_away(shared: Path, chair: Path) -> None:
    truth, events = truth_of(shared, CHAIR), events_of(chair / "events.json")

    assert len(events) == 2
    for event, (start, end) in zip(events, truth["zone_empty"], strict=True):
        assert event["start_s"] < end
        assert event["end_s"] > start
        for seated in truth["seated"]:
            assert event["end_s"] < seated["start_s"] or event["start_s"] > seated["end_s"]


SOON = [
    option
    for rule in ("phone_use", "leave_post", "smoking", "eating", "badge_missing")
    for option in ("--set", f"{rule}.after=2s")
]


@pytest.fixture(scope="module")
def hands(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film of hands at faces, replayed by rules that wait for nothing: events.json and looks.jsonl."""
    folder = tmp_path_factory.mktemp("hands")
    replayed(shared, "office-badge-hands", folder / "events.json", *SOON, "--looks", folder / "looks.jsonl")
    return folder


def test_hands_at_faces_and_a_card_on_the_chest_are_no_offence(hands: Path) -> None:
    assert events_of(hands / "events.json") == []


def test_the_card_on_the_chest_is_seen_on_four_of_five_clear_looks(hands: Path) -> None:
    if "badge" not in read_card(SHIPPED / "objects").classes:
        pytest.skip("the shipped network knows no badge: whether badges are seen was NOT tested")

    badges = [
        json.loads(line).get("badge") for line in (hands / "looks.jsonl").read_text(encoding="utf-8").splitlines()
    ]

    worn, missing, looked = badges.count(True), badges.count(False), len(badges)
    assert worn >= 0.8 * (worn + missing)
    assert worn >= looked / 2  # hands pass before it and heads are turned, yet a film of clear chests is no riddle


def test_hands_that_type_on_a_phone_beside_a_cake_are_one_event(shared: Path, tmp_path: Path) -> None:
    events = replayed(shared, "phone-at-table", tmp_path / "events.json", *SOON)

    assert [event["rule"] for event in events] == ["phone_use"]
    assert events[0]["end_s"] - events[0]["start_s"] > 6
