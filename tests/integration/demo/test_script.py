"""Scripts say what happens; what contradicts itself is refused with the camera and the second."""

from pathlib import Path

import pytest

from service.demo import CameraScript, Happening, demo_script, demo_windows, read_script, truth_of
from service.demo.acting import parts_of
from service.demo.cast import MEMBERS
from service.demo.room import HEIGHT, LOOKS, WIDTH
from service.demo.script import TROUBLES
from tests.integration.demo.conftest import staged
from vision.errors import BadInput

SEAT = LOOKS["shelves"].seat


def written(folder: Path, happening: str, **camera: str) -> Path:
    path = folder / "script.yaml"
    keys = "".join(f", {key}: {value}" for key, value in camera.items())
    path.write_text(f"duration: 30\ncameras: [{{name: 门口, happenings: [{happening}]{keys}}}]\n", encoding="utf-8")
    return path


def test_a_script_is_read_from_yaml(tmp_path: Path) -> None:
    script = read_script(written(tmp_path, "{at: 3, what: bends, lasts: 5, depth: 0.5}", room="board"))
    assert script.cameras[0].room == "board"
    assert script.cameras[0].happenings == (Happening(at=3, what="bends", lasts=5, depth=0.5),)


@pytest.mark.parametrize(
    ("happening", "complaint"),
    [
        ("{at: 3, what: sings}", r"cameras\.0\.happenings\.0\.what"),
        ("{at: -1, what: leaves}", r"cameras\.0\.happenings\.0\.at: .*greater than or equal to 0"),
        ("{at: 3, what: bends, last: 5}", r"happenings\.0\.last"),
        ("{at: 3, what: bends}", "bends at 3 s: lasts is missing"),
        ("{at: 28, what: black, lasts: 5}", "black at 28 s: goes beyond the script's 30 s"),
        ("{at: 3, what: passes, lasts: 5}", "passes at 3 s: who is missing"),
        ("{at: 3, what: enters, who: nobody}", '"nobody" is none of the cast: officer'),
    ],
)
def test_a_wrong_happening_is_named(tmp_path: Path, happening: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        read_script(written(tmp_path, happening))


def test_a_room_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match='camera "门口": room "cellar" is none of shelves, windows, board'):
        read_script(written(tmp_path, "{at: 3, what: leaves}", room="cellar"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"gone\.yaml"):
        read_script(tmp_path / "gone.yaml")


def test_nobody_leaves_an_empty_post() -> None:
    camera = staged(Happening(at=1, what="leaves"), Happening(at=5, what="leaves")).cameras[0]
    with pytest.raises(BadInput, match='camera "门口": leaves at 5 s, but nobody is on post'):
        parts_of(camera, SEAT)


def test_nobody_sits_down_on_somebody() -> None:
    camera = staged(Happening(at=1, what="enters", who="pilot")).cameras[0]
    with pytest.raises(BadInput, match="enters at 1 s, but officer is on post; use relieves"):
        parts_of(camera, SEAT)


def test_nobody_turns_round_in_the_door() -> None:
    camera = staged(Happening(at=1, what="leaves"), Happening(at=3, what="enters", who="officer")).cameras[0]
    with pytest.raises(BadInput, match=r"officer is still walking at 3 s: leave 0\.9 s more"):
        parts_of(camera, SEAT)


def test_truth_follows_the_script() -> None:
    script = staged(
        Happening(at=2, what="leaves", side="left"),
        Happening(at=6, what="passes", lasts=5, who="visitor"),
        Happening(at=12, what="enters", who="pilot"),
        Happening(at=17, what="phone", lasts=4),
        Happening(at=22, what="bends", lasts=3),
        Happening(at=26, what="black", lasts=3),
        duration=30,
    )
    truth = truth_of(script, script.cameras[0])
    leave, phone = truth["events"]
    assert (leave["window"], leave["rule"]) == ("w7", "leave_post")
    assert 3 < leave["start_s"] < 5
    assert 12 < leave["end_s"] < 14
    wider = truth["mostly_absent"][0]
    assert wider["start_s"] < leave["start_s"]
    assert wider["end_s"] > leave["end_s"]
    assert (phone["rule"], truth["phone_use"]) == ("phone_use", [(phone["start_s"], phone["end_s"])])
    assert 17 < phone["start_s"] < 18
    assert 20 < phone["end_s"] < 21
    assert truth["bends"] == [(22, 25)]
    assert truth["unknown"] == [{"window": "w7", "start_s": 26, "end_s": 29, "reason": "black"}]
    assert truth["present"] == [(0, leave["start_s"]), (leave["end_s"], 30)]
    assert truth["visitors"][0][0] == pytest.approx(6, abs=1)


def test_truth_of_a_part_ends_with_it() -> None:
    script = staged(Happening(at=2, what="leaves"), Happening(at=8, what="lost", lasts=2))
    truth = truth_of(script, script.cameras[0], 6)
    assert truth["duration_s"] == 6
    assert truth["events"][0]["end_s"] == 6
    assert truth["unknown"] == []


def test_a_post_is_never_empty_while_one_relieves_the_other() -> None:
    script = staged(Happening(at=2, what="relieves", who="deputy"))
    truth = truth_of(script, script.cameras[0])
    assert truth["events"] == []
    assert truth["mostly_absent"] == []


@pytest.mark.parametrize("camera", demo_script().cameras, ids=lambda camera: camera.window)
def test_the_demo_ends_as_it_begins(camera: CameraScript) -> None:
    script = demo_script()
    parts = [part for part in parts_of(camera, LOOKS[camera.room].seat) if not part.visitor]

    def sights(t: float) -> list[object]:
        poses = [(part.who, part.pose(t, script.duration)) for part in parts]
        return [(who, round(pose.x, 6), round(pose.rise, 6), pose.down) for who, pose in poses if pose is not None]

    assert sights(script.duration) == sights(0)


def test_the_demo_shows_all_it_promises_within_ninety_seconds() -> None:
    script = demo_script()
    truths = {camera.window: truth_of(script, camera, 90) for camera in script.cameras}
    absences = [e for e in truths["w1"]["events"] if e["rule"] == "leave_post" and e["end_s"] - e["start_s"] > 15]
    assert [e["end_s"] < 80 for e in absences] == [True]
    away = absences[0]["start_s"], absences[0]["end_s"]
    assert any(away[0] < start and end < away[1] for start, end in truths["w1"]["visitors"])
    assert [end - start > 12 for start, end in truths["w2"]["phone_use"]] == [True]
    assert {unknown["reason"] for unknown in truths["w3"]["unknown"]} == {"covered", "no_stream"}
    assert any(end - start == 5 for truth in truths.values() for start, end in truth["bends"])
    assert [h.what for h in script.cameras[1].of("relieves") if h.at < 90] == ["relieves"]
    assert truths["w2"]["mostly_absent"] == []


def test_zones_lie_in_the_picture_and_the_seat_within_the_post() -> None:
    for window in demo_windows(demo_script()):
        for polygon in window.zones.values():
            assert all(0 <= x < WIDTH and 0 <= y < HEIGHT for x, y in polygon)
        (left, top), _, (right, bottom), _ = window.zones["staff"]
        assert all(left < x < right and top < y <= bottom + 4 for x, y in window.zones["seat"])
        assert min(y for _, y in window.zones["customer"]) > bottom + 15


def test_troubles_and_cast_are_what_the_documentation_says() -> None:
    assert TROUBLES == ("covered", "black", "frozen", "lost")
    assert {"officer", "pilot", "clerk", "agent", "deputy", "visitor", "caller"} == set(MEMBERS)
