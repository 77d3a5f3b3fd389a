"""The pages without a browser: what they say, what they refuse, and the headers of them all."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dashboards.assets import STATIC, version
from tests.fixtures.evidence import bring_evidence
from tests.fixtures.hall import ServedHall, closed, hall_settings, served_hall
from tests.fixtures.pages import main_of


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHall]:
    with served_hall(tmp_path_factory.mktemp("hall"), hall_settings(3)) as served:
        yield served


def get(hall: ServedHall, path: str, language: str = "zh", **cookies: str) -> httpx.Response:
    with httpx.Client(base_url=hall.address, cookies={"language": language, **cookies}) as client:
        return client.get(path)


@pytest.mark.parametrize("path", ["/", "/events", "/zones/w1", "/nowhere", "/api/v1/live"])
def test_every_answer_forbids_foreign_scripts_frames_and_sniffing(hall: ServedHall, path: str) -> None:
    headers = get(hall, path).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/events", "/month", "/changes", "/zones/w1", "/nowhere"])
def test_page_has_no_inline_script_style_or_handler(hall: ServedHall, path: str) -> None:
    text = get(hall, path).text

    assert re.findall(r'<script(?! type="application/json")(?![^>]* src=)', text) == []
    assert re.findall(r'<style|\sstyle=|\son\w+="', text) == []


def test_static_files_are_kept_for_good_under_an_address_of_their_content(hall: ServedHall) -> None:
    address = f"/static/{version()}/base.css"

    answer = get(hall, address)

    assert address in get(hall, "/").text
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert get(hall, "/static/elsewhere/base.css").status_code == 404


def test_static_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = version(tmp_path)
    (tmp_path / "a.js").write_text("2")

    assert version(tmp_path) != before


def test_styles_and_modules_load_nothing_from_elsewhere() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in STATIC.iterdir())

    assert set(re.findall(r"https?://[^\"' )]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_pages_are_in_the_language_of_the_cookie_and_chinese_without_one(hall: ServedHall) -> None:
    assert '<html lang="zh">' in httpx.get(hall.address).text
    assert '<html lang="en">' in get(hall, "/", "en").text
    assert '<html lang="zh">' in get(hall, "/", "klingon").text


@pytest.mark.parametrize(
    ("cookies", "media"),
    [({}, "(prefers-color-scheme: light)"), ({"theme": "dark"}, "not all"), ({"theme": "light"}, "all")],
)
def test_theme_is_what_was_chosen_and_else_what_the_system_prefers(
    hall: ServedHall, cookies: dict[str, str], media: str
) -> None:
    assert f'id="light" media="{media}"' in get(hall, "/", **cookies).text


def test_preference_is_remembered_and_leads_back(hall: ServedHall) -> None:
    answer = get(hall, "/preferences?language=en&theme=light&back=/events%3Fday%3D2026-11-20")

    assert (answer.status_code, answer.headers["location"]) == (303, "/events?day=2026-11-20")
    assert {cookie.split(";")[0] for cookie in answer.headers.get_list("set-cookie")} == {"language=en", "theme=light"}


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "%0d%0ax"]
)
def test_preference_leads_nowhere_but_to_its_own_pages(hall: ServedHall, back: str) -> None:
    assert get(hall, f"/preferences?theme=dark&back={back}").headers["location"] == "/"


def test_unknown_value_of_a_preference_is_not_remembered(hall: ServedHall) -> None:
    assert "set-cookie" not in get(hall, "/preferences?language=tlh&theme=pink").headers


@pytest.mark.parametrize("path", ["/nowhere", "/events/none", "/zones/none"])
def test_what_is_not_there_is_said_in_a_page(hall: ServedHall, path: str) -> None:
    answer = get(hall, path)

    assert answer.status_code == 404
    assert "没有这个页面" in main_of(answer)


def test_api_keeps_its_own_shape_of_errors(hall: ServedHall) -> None:
    assert get(hall, "/api/v1/nowhere").json()["error"]["code"] == "not_found"
    assert get(hall, "/api/v1/events?limit=0").json()["error"]["field"] == "limit"


@pytest.mark.parametrize("query", ["day=yesterday", "day=9999-12-31", "state=odd", "before=x"])
def test_address_with_a_wrong_value_is_said_in_a_page(hall: ServedHall, query: str) -> None:
    answer = get(hall, f"/events?{query}")

    assert answer.status_code == 422
    assert "无法这样显示" in main_of(answer)


def test_list_is_narrowed_by_an_address_and_says_when_nothing_matches(hall: ServedHall) -> None:
    mine = hall.bring(closed(hall.event("w1", ago_s=900), 60))
    other = hall.bring(closed(hall.event("w2", "phone_use", ago_s=800), 60))

    text = get(hall, "/events?window=w1&rule=leave_post&state=closed").text

    assert mine.id in text
    assert other.id not in text
    assert '<option value="w1" selected>' in text
    assert "没有符合条件的事件" in main_of(get(hall, "/events?window=w3"))
    assert "没有符合条件的事件" in main_of(get(hall, "/events?day=2020-02-29"))


def test_list_says_nothing_has_happened_yet(tmp_path: Path) -> None:
    with served_hall(tmp_path, hall_settings(1)) as fresh:
        assert "还没有事件" in main_of(get(fresh, "/events"))


def test_long_list_leads_to_older_events_and_back(tmp_path: Path) -> None:
    with served_hall(tmp_path, hall_settings(1)) as fresh:
        for number in range(45):
            fresh.bring(closed(fresh.event("w1", ago_s=9000 - number * 60), 5))
        first = get(fresh, "/events").text
        older = get(fresh, _link(first, "next")).text
        newer = get(fresh, _link(older, "prev")).text

    assert 'rel="prev"' not in first
    assert (first.count("data-event="), older.count("data-event=")) == (40, 5)
    assert _ids(newer) == _ids(first)


def test_event_without_clip_says_why(hall: ServedHall, tmp_path: Path) -> None:
    event = hall.bring(closed(hall.event("w1", ago_s=700), 15))
    bring_evidence(hall, tmp_path, event)

    zh, en = (main_of(get(hall, f"/events/{event.id}", language)) for language in ("zh", "en"))

    assert "这段时间摄像头没有录像" in zh
    assert "the camera recorded nothing at that time" in en
    assert "<video" not in zh


def test_event_whose_evidence_is_not_made_yet_says_so(hall: ServedHall) -> None:
    event = hall.bring(hall.event("w2", ago_s=310))

    assert "证据正在生成" in main_of(get(hall, f"/events/{event.id}"))


def test_zones_that_the_file_gives_are_shown_and_not_changed(tmp_path: Path) -> None:
    with served_hall(tmp_path, hall_settings(1, {"staff": [10, 10, 200, 200]})) as given:
        text = main_of(get(given, "/zones/w1"))

    assert "写在 zaigang.yaml 里" in text
    assert 'class="button main save"' not in text


def test_hall_without_windows_says_how_to_name_cameras(tmp_path: Path) -> None:
    with served_hall(tmp_path, hall_settings(0)) as empty:
        assert "还没有摄像头" in main_of(get(empty, "/"))


def test_names_are_written_as_text(tmp_path: Path) -> None:
    name = "<b>&'\""
    settings = hall_settings(1).model_copy(update={"hall": hall_settings(1).hall.model_copy(update={"name": name})})
    with served_hall(tmp_path, settings) as odd:
        text = get(odd, "/").text

    assert name not in text
    assert "&lt;b&gt;&amp;&#39;&#34;" in text


def _link(text: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def _ids(text: str) -> list[str]:
    return re.findall(r'data-event="([^"]+)"', text)


@pytest.mark.parametrize("path", ["/", "/events", "/month", "/changes", "/zones/w1", "/nowhere"])
def test_every_module_that_a_page_needs_is_named_at_once(hall: ServedHall, path: str) -> None:
    text = get(hall, path).text

    named = set(re.findall(r'rel="modulepreload" href="/static/\w+/([^"]+)"', text))
    imported = {
        other
        for name in named
        for other in re.findall(r'^import .*"\./([^"]+)";$', (STATIC / name).read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert imported <= named
    assert set(re.findall(r'<script type="module" src="/static/\w+/([^"]+)"', text)) <= named
