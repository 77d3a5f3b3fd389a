"""`zaigang.yaml`: what is wrong is named by its key, and the environment overrides it."""

from datetime import time
from pathlib import Path

import pytest

from service.cli.demo import demo
from service.settings import Settings, SettingsError, load_settings

CAMERAS = """
cameras:
  - id: cam1
    source: rtsp://admin:geheim@10.0.0.9/1
    windows: [{id: w1, name: 1号, zones: {staff: [0, 0, 100, 100]}}]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "zaigang.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_site_without_a_file_has_defaults_that_work() -> None:
    settings = load_settings(None)

    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8600)
    assert settings.cameras == ()


def test_windows_have_the_rules_of_the_hall_and_their_own(tmp_path: Path) -> None:
    text = CAMERAS + "rules: {leave_post: {after: 3min}}\n"
    text = text.replace("zones:", "rules: {phone_use: {after: 20s}}, zones:")

    book = load_settings(written(tmp_path, text)).books()["w1"]  # type: ignore[index]

    assert (book.rules["leave_post"].after, book.rules["phone_use"].after) == (180, 20)


def test_hall_replaces_the_ladder_and_keeps_what_else_the_book_says_of_consequences(tmp_path: Path) -> None:
    ladder = "[{at: 1, name: {zh: 提醒, en: Reminder}, text: {zh: 第一次提醒。, en: The first time is a reminder.}}]"
    shipped = load_settings(written(tmp_path, CAMERAS)).hall_book()

    settings = load_settings(written(tmp_path, CAMERAS + f"consequences: {{ladder: {ladder}}}\n"))

    own = settings.hall_book()
    assert [rung.name.zh for rung in own.consequences.ladder] == ["提醒"]
    assert own.consequences.half_days == shipped.consequences.half_days
    assert own.version == shipped.version  # it judges no look


def test_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAIGANG_SERVER__PORT", "9123")

    settings = load_settings(written(tmp_path, CAMERAS + "server: {port: 8000, host: 127.0.0.1}\n"))

    assert (settings.server.port, settings.server.host) == (9123, "127.0.0.1")


@pytest.mark.parametrize(("name", "value"), [("ZAIGANG_RULES", "geheim"), ("ZAIGANG_CAMERAS", "[{geheim")])
def test_environment_that_is_no_json_is_named_and_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"environment: {name}: its value must be JSON") as refused:
        load_settings(None)

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("camera: []", "camera: there is no such key"),
        ("cameras: [{id: c}]", r"cameras\[0\].source: Field required"),
        ("cameras: [{id: 'a b', source: x, windows: [{id: w}]}]", r"cameras\[0\].id"),
        ("cameras: [{id: a, source: x, windows: []}]", r"cameras\[0\].windows"),
        ("cameras: [{id: a, source: 'ftp://x/y', windows: [{id: w}]}]", r"cameras\[0\].source: .*ftp: is not allowed"),
        ("cameras: [{id: a, source: 'concat:/etc/passwd', windows: [{id: w}]}]", "concat: is not allowed"),
        ("server: {port: 99999}", "server.port"),
        ("server: {prot: 1}", "server.prot: there is no such key"),
        ("server: {port\uff1a1}", "server.port\uff1a1: there is no such key .it holds a full-width \uff1a;"),
        (CAMERAS.replace("[0, 0,", "[0\uff0c0,"), r"zones.staff\[0\]: .*number.* .it holds a full-width \uff0c; type"),
        (CAMERAS.replace("cam1", "一号"), r"cameras\[0\].id: write it in letters, digits, - and _"),
        ("hall: {time_zone: Mars/Olympus}", "hall.time_zone: 'Mars/Olympus' is no time zone"),
        ("duty: {shifts: ['9 to 5']}", r"duty.shifts\[0\]: '9 to 5' is no shift; write it as 09:00-12:00"),
        ("duty: {shifts: ['09:00:30-12:00']}", r"duty.shifts\[0\]: .* it begins and ends at full minutes"),
        ("duty: {days: {9999-12-31: off}}", "9999-12-31: the year must be 1970 to 2199"),
        ("rules: {leave_post: {after: soon}}", "rules: leave_post.after: 'soon' is no duration"),
        ("rules: {nap: {after: 1s}}", 'rules: there is no rule "nap"'),
        ("consequences: {one_act: [[leave_post, nap]]}", r'consequences\.one_act: there is no rule "nap"'),
        ("consequences: {ladder: [{at: 1, name: {zh: 提醒}}]}", r"consequences\.ladder\[0\]\.name\.en: Field required"),
        ("looks_per_second: 0", "looks_per_second"),
        ("a: [1", "not readable as YAML"),
        ("- a", "must hold keys and values"),
        ("1: a", "must hold keys and values"),
        (CAMERAS + CAMERAS.replace("cameras:", "").replace("id: w1", "id: w2"), 'two cameras have the id "cam1"'),
        (
            "leave: [{from: 2026-01-05T10:00, to: 2026-01-05T09:00, by: li}]",
            r"leave\[0\]: it ends before it begins: to must be later than from",
        ),
        ("leave: [{from: 2026-01-05T10:00, to: 2026-01-05T11:00}]", r"leave\[0\]\.by: "),
        ("leave: [{from: tomorrow, to: 2026-01-05T11:00, by: li}]", r"leave\[0\]\.from: "),
        (
            "leave: [{rules: [phone], from: 2026-01-05T10:00, to: 2026-01-05T11:00, by: li}]",
            r"leave\[0\]\.rules: there is no 'phone'; there are badge_missing, ",
        ),
        (
            "leave: [{from: 2026-01-05T10:00, to: 2026-01-05T11:00+08:00, by: li}]",
            "write from and to both with a UTC offset",
        ),
    ],
)
def test_wrong_entry_is_named_by_its_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        load_settings(written(tmp_path, text))


def test_message_shows_no_password(tmp_path: Path) -> None:
    text = CAMERAS.replace("rtsp://", "rtmp://") + "looks_per_second: -1\n"

    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, text))

    assert "geheim" not in str(caught.value)
    assert "admin" in str(caught.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: no such file"):
        load_settings(tmp_path / "nowhere.yaml")


def test_shift_may_last_until_twenty_four() -> None:
    settings = Settings.model_validate({"duty": {"shifts": ["18:00-24:00"]}})

    assert settings.duty.shifts[0].ends == time(0)


def test_demo_leaves_the_data_folder_of_the_site_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAIGANG_DATA", "/var/lib/zaigang")
    served: list[Settings] = []
    monkeypatch.setattr("service.cli.serving.run", lambda settings, *_, **__: served.append(settings))

    demo(__file__, folder=tmp_path)

    assert served[0].data.is_relative_to(tmp_path)
