"""Whatever is wrong: one sentence that names it and what to do, exit code 2, no traceback, no password."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest
import structlog

from service.cli import main
from service.cli.check import check
from service.lock import held
from service.storage import PlaceQueries, open_database
from service.storage.places import Camera, Hall, Window
from tests.fixtures.media import numbered, write_film
from tests.fixtures.site import TOKEN, PlayedSite, an_event, played_site
from tests.fixtures.toy_network import write_networks
from vision.streamtime import StreamTime

Says = Callable[..., tuple[str, str]]
"""Runs `zaigang` with arguments that are wrong; returns what it prints and what it complains of."""


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Says]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["zaigang", *(str(one) for one in arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        assert ended.value.code == 2
        assert "Traceback" not in output.err
        assert "geheim" not in output.out + output.err
        return output.out, output.err

    yield run
    structlog.reset_defaults()  # `serve` has set up logs for a whole process, on the stderr of this test


def sentence(said: tuple[str, str]) -> str:
    """The one line that was said."""
    printed, complaint = said
    assert printed == ""
    assert complaint.startswith("zaigang: ")
    assert complaint.count("\n") == 1
    return complaint.removeprefix("zaigang: ").rstrip()


def camera(source: str, **zones: list[float]) -> dict[str, Any]:
    return {"id": "c1", "source": source, "windows": [{"id": "w1", "zones": zones}]}


def site(folder: Path, networks: dict[str, str], *cameras: dict[str, Any], **more: Any) -> Path:
    """A zaigang.yaml in ``folder``."""
    file = folder / "zaigang.yaml"
    content = {"data": str(folder / "data"), "models": networks, "cameras": cameras, **more}
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("command", ["serve", "check", "replay", "judge"])
@pytest.mark.parametrize(
    ("text", "sentence_is"),
    [
        ("hall: {name: x\n", "not readable as YAML: line 2, column 1: expected ',' or '}', but got '<stream end>'"),
        ("hall: \xff", "not readable as YAML"),
        ("hall: {name: 2026-13-45}", "not readable as YAML: month must be in 1..12"),
        ("hall: " + "[" * 3000, "not readable as YAML: it is nested too deeply"),
        ("hal: {name: x}", "hal: there is no such key"),
        ("server: {port: many}", "server.port: Input should be a valid integer"),
        ("rules: {leave_post: {after: soon}}", "rules: leave_post.after: 'soon' is no duration; write it as 2.5s"),
        (
            "cameras: [{id: c, source: x, windows: [{id: w, zones: {staff: [0,0,9,9,9,0,0,9]}}]}]",
            "cameras[0].windows[0].zones.staff: its edges 1 and 3 cross; give the corners in order around the zone",
        ),
    ],
)
def test_wrong_configuration(says: Says, tmp_path: Path, command: str, text: str, sentence_is: str) -> None:
    file = tmp_path / "zaigang.yaml"
    file.write_bytes(text.encode("latin-1"))
    write_film(tmp_path / "film.mp4", 1)
    (tmp_path / "looks.jsonl").write_text('{"t": 0}\n')
    subject = {"replay": ["film.mp4"], "judge": ["looks.jsonl"]}.get(command, [])

    assert sentence(says(command, *subject, "--config", file)).startswith(f"{file}: {sentence_is}")


@pytest.mark.parametrize("command", ["serve", "check"])
def test_missing_configuration(says: Says, tmp_path: Path, command: str) -> None:
    assert sentence(says(command, "--config", "none.yaml")) == "none.yaml: no such file or directory"


@pytest.mark.parametrize("command", ["serve", "check"])
def test_configuration_without_cameras(says: Says, tmp_path: Path, command: str) -> None:
    assert sentence(says(command)).startswith("no configuration: no camera is named")

    file = tmp_path / "zaigang.yaml"
    file.write_text("hall: {name: x}\n")

    assert sentence(says(command, "--config", file)).startswith(f"{file}: no camera is named; write cameras:")
    assert sentence(says(command)).startswith("zaigang.yaml: no camera is named")


def test_camera_whose_film_is_missing_is_named(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    file = site(tmp_path, networks, camera("none.mp4"))

    assert sentence(says("serve", "--config", file)) == (
        'cameras: source of camera "c1": there is no such file as none.mp4'
    )


def test_folder_of_pictures_is_no_live_camera(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "20260105T090000.jpg"), numbered(1))
    file = site(tmp_path, networks, camera(str(folder)))

    assert f'camera "c1": {folder} is a folder of pictures, which is no live camera' in sentence(
        says("serve", "--config", file)
    )


@pytest.mark.parametrize("faulty", ["text", "truncated", "empty", "missing"])
def test_film_that_cannot_be_read(says: Says, tmp_path: Path, networks: dict[str, str], faulty: str) -> None:
    whole = write_film(tmp_path / "whole.mp4", 2).read_bytes()
    contents = {"text": b"no video at all\n", "truncated": whole[: len(whole) // 2], "empty": b""}
    if faulty in contents:
        (tmp_path / "film.mp4").write_bytes(contents[faulty])
    why = "there is no such file" if faulty == "missing" else "its contents are not a video that can be read"

    config = site(tmp_path, networks)
    assert sentence(says("replay", "film.mp4", "--config", config)) == f'source "film.mp4": {why}'


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("staff=0,0,4000,100", "point 2 (4000, 0) lies outside the 320x240 picture"),
        ("staff=0,0,9,9,9,0,0,9", "its edges 1 and 3 cross; give the corners in order around the zone"),
        ("desk=0,0,9,9", "there is no such kind of zone; use staff, seat, customer, queue, ignore"),
    ],
)
def test_zone_that_cannot_be(says: Says, tmp_path: Path, networks: dict[str, str], zone: str, why: str) -> None:
    write_film(tmp_path / "film.mp4", 1)

    said = sentence(says("replay", "film.mp4", "--zone", zone, "--config", site(tmp_path, networks)))

    assert said == f'zones.{zone.partition("=")[0]} of window "w1", camera "film.mp4": {why}'


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--set", "leave_post.aftr=3s"), "--set: leave_post.aftr is no key of a rule"),
        (("--start", "today"), "--start 'today': write it with its UTC offset"),
        (("--start", "9999-12-31T09:00:00+08:00"), "--start '9999-12-31T09:00:00+08:00': "),
        (("--set", f"leave_post.after={400 * '9'}"), "--set: leave_post.after: '999"),
        (("--out", "none/events.json"), "--out none/events.json: cannot be written (no such file or directory)"),
    ],
)
def test_option_that_means_nothing(says: Says, tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    (tmp_path / "looks.jsonl").write_text('{"t": 0}\n')

    assert sentence(says("judge", "looks.jsonl", *options)).startswith(why)


@pytest.mark.parametrize(
    ("content", "judge_says", "score_says"),
    [
        (None, "no such file or directory", "no such file or directory"),
        (b"\xff\xfe", "is no text (byte 0 is not UTF-8)", "is no text (byte 0 is not UTF-8)"),
        (b"hello", "line 1 is no JSON object (Expecting value)", "is no JSON (line 1: Expecting value)"),
        (
            200_000 * b"[",
            "line 1 cannot be read: its brackets are too deep or a number is too long",
            "cannot be read: its brackets are too deep or a number is too long",
        ),
        (b'{"t": "x"}', "line 1, t: input should be a valid number", "events: Field required"),
    ],
)
def test_file_that_judge_and_score_cannot_read(
    says: Says, tmp_path: Path, content: bytes | None, judge_says: str, score_says: str
) -> None:
    if content is not None:
        (tmp_path / "given").write_bytes(content)

    assert sentence(says("judge", "given")) == f"given: {judge_says}"
    assert sentence(says("score", "given", "given")) == f"given: {score_says}"


def test_rule_that_nobody_knows_is_no_perfect_score(says: Says, tmp_path: Path) -> None:
    (tmp_path / "events.json").write_text('{"events": [{"rule": "leave_post", "start_s": 1, "end_s": 9}]}')

    complaint = sentence(says("score", "events.json", "events.json", "--rule", "leave_pots"))

    assert complaint.startswith("--rule: there is no rule 'leave_pots'; rules are badge_missing, ")


def test_check_names_every_camera_that_cannot_be_used_and_no_password(
    says: Says, tmp_path: Path, networks: dict[str, str]
) -> None:
    film = str(write_film(tmp_path / "film.mp4", 1))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    sources = [
        (f"rtsp://admin:geheim@127.0.0.1:{port}/1", {}),
        ("none.mp4", {}),
        (film, {"staff": [0, 0, 4000, 100]}),
        (str(tmp_path), {}),
    ]
    cameras = [
        {"id": f"c{number}", "source": source, "windows": [{"id": f"w{number}", "zones": zones}]}
        for number, (source, zones) in enumerate(sources)
    ]

    printed, _ = says("check", "--json", "--config", site(tmp_path, networks, *cameras))

    assert [one["fault"] for one in json.loads(printed)["cameras"]] == [
        f'source "rtsp://admin:***@127.0.0.1:{port}/1": nobody answers at that address and port',
        'cameras: source of camera "c1": there is no such file as none.mp4',
        'zones.staff of window "w2", camera "c2": point 2 (4000, 0) lies outside the 320x240 picture',
        f'cameras: source of camera "c3": {tmp_path} is a folder of pictures, which is no live camera; '
        f"name a stream, a device or a film, or use: zaigang replay {tmp_path}",
    ]
    asked = 'phone_call waits at w0, w1, w2, w3: the zone "customer" is not drawn there'
    assert asked in json.loads(printed)["notes"]


def test_check_knows_the_zones_that_were_drawn_in_the_page(
    tmp_path: Path, networks: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    film = str(write_film(tmp_path / "film.mp4", 1))
    camera = {"id": "c1", "source": film, "windows": [{"id": "w1"}, {"id": "w2", "name": "2号"}]}
    config, data = site(tmp_path, networks, camera), tmp_path / "data"

    async def draw() -> None:
        database = open_database(data / "zaigang.db")
        async with database.session() as session:
            places = PlaceQueries(session)
            hall, seen_by = Hall("hall", "hall", "Asia/Shanghai"), Camera("c1", "hall", "c1", film)
            await places.follow(hall, [seen_by], [Window(one, "hall", "c1", one) for one in ("w1", "w2")])
            await places.draw("w1", {"customer": [0, 200, 300, 200, 300, 240]}, (320, 240), StreamTime(0))
        await database.close()

    asyncio.run(draw())
    check(config, as_json=True)

    waits = [note for note in json.loads(capsys.readouterr().out)["notes"] if note.startswith("phone_call")]
    assert waits == ['phone_call waits at 2号: the zone "customer" is not drawn there']


@pytest.mark.parametrize("command", ["serve", "check", "replay"])
@pytest.mark.parametrize(
    ("changes", "rules", "why"),
    [
        ({"person": "/none"}, {}, "models.person: /none is no model: it holds no card.yaml"),
        ({"person": "objects"}, {}, 'rule "leave_post" is on, but model "toy-objects" ('),
        ({"person": "objects"}, {}, "toy-objects) has no class person. Name another model in zaigang.yaml"),
        ({}, {"smoking": {"state": "on"}}, 'rule "smoking" is on, but model "toy-objects" ('),
        ({}, {"smoking": {"state": "on"}}, "toy-objects) has no class cigarette. Name another model"),
        (
            {},
            {"uniform_missing": {"state": "on"}},
            'rule "uniform_missing" is on, but models.uniforms names no uniform',
        ),
    ],
)
def test_network_that_does_not_serve_the_rulebook(
    says: Says, tmp_path: Path, networks: dict[str, str], command: str, changes: dict[str, str], rules: Any, why: str
) -> None:
    film = str(write_film(tmp_path / "film.mp4", 1))
    named = networks | {key: networks.get(value, value) for key, value in changes.items()}
    file = site(tmp_path, named, camera(film), rules=rules)

    assert why in sentence(says(command, *[film] * (command == "replay"), "--config", file))


def test_port_in_use(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    file = site(tmp_path, networks, camera("rtsp://10.0.0.9/1"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = sentence(says("serve", "--config", file, "--port", str(port)))

    assert said == (
        f"server.port: cannot listen on 127.0.0.1:{port} (address already in use); choose another with --port"
    )


def test_data_folder_in_use(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    file = site(tmp_path, networks, camera("rtsp://10.0.0.9/1"))
    (tmp_path / "data").mkdir()
    lock = held(tmp_path / "data" / ".lock", 0)

    said = sentence(says("serve", "--config", file, "--port", "0"))

    os.close(lock)
    assert said == (
        f"data: {tmp_path / 'data'} is served by process {os.getpid()} already; end that, or name another folder"
    )


def test_data_folder_that_cannot_be(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    (tmp_path / "data").write_text("a file")
    file = site(tmp_path, networks, camera("rtsp://10.0.0.9/1"))

    assert sentence(says("serve", "--config", file)) == f"data: {tmp_path / 'data'} cannot be written (file exists)"


def test_disk_without_room(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    file = site(tmp_path, networks, camera("rtsp://10.0.0.9/1"), recorder={"min_free_mb": 10**9})

    said = sentence(says("serve", "--config", file))

    assert said.endswith("recording needs 1000000000; free some, or set recorder.min_free_mb")


def test_database_that_is_none(says: Says, tmp_path: Path, networks: dict[str, str]) -> None:
    file = site(tmp_path, networks, camera("rtsp://10.0.0.9/1"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "zaigang.db").write_bytes(b"no database at all " * 100)

    said = sentence(says("serve", "--config", file, "--port", "0"))

    assert said == f"{tmp_path / 'data' / 'zaigang.db'}: the database cannot be opened (file is not a database)"


@pytest.fixture
async def played(tmp_path: Path) -> Any:
    async with played_site(tmp_path) as site_:
        yield site_


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/events?limit=many", "limit"),
        ("/events?state=broken", "state"),
        ("/events?since=today", "since"),
        ("/events?since=2026-01-05T09:00:00", "since"),
        ("/events?before=nonsense", "before"),
        ("/events?after=nonsense", "after"),
        (f"/events?before={'9' * 20}_{'0' * 36}", "before"),
        (f"/journal?after={'9' * 20}", "after"),
        (f"/parts/rules/history?before={'9' * 20}", "before"),
    ],
)
async def test_api_names_the_value_that_is_wrong(played: PlayedSite, path: str, field: str) -> None:
    answer = await played.client.get(f"/api/v1{path}")

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["message"].startswith(f"{field}: ")


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"'])
async def test_api_says_that_the_body_is_wrong_where_no_key_of_it_is(played: PlayedSite, text: str) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await played.client.put("/api/v1/events/e/verdict", content=text, headers=headers)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "body")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.id"),
        ({"id": "e", "window": "w9"}, "body.rule"),
    ],
)
async def test_ingest_names_the_value_that_is_wrong(played: PlayedSite, body: dict[str, Any], field: str) -> None:
    answer = await played.ingest("event", body)

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


async def test_ingest_refuses_an_event_whose_book_has_no_such_rule(played: PlayedSite) -> None:
    answer = await played.bring(an_event(played.book, rule="singing"))

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "body.rule")
    assert (await played.client.get("/api/v1/events")).json()["events"] == []


@pytest.mark.parametrize("text", ["none at all", "[1]", '{"worker": "w", "seq": 1, "kind": "gossip", "body": {}}'])
async def test_ingest_refuses_what_is_no_message(played: PlayedSite, text: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

    answer = await played.client.post("/api/v1/ingest", content=text, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_input"
