"""The page of one event in a browser: the clip plays and seeks, boxes follow it, and evidence grows by itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.rules import Event
from tests.browser.conftest import OpenPage
from tests.fixtures.evidence import bring_evidence, film_of
from tests.fixtures.hall import ServedHall, closed, hall_settings, served_hall

RULES = {"leave_post": {"after": "4s", "clear_after": "2s"}}
BREACH_S = 9.0
CLIP_BEGINS_S = 10.0
"""The recorder's pre-roll: where in the clip the breach begins."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film_of(tmp_path_factory.mktemp("film") / "film.mp4", 31)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film_of(tmp_path_factory.mktemp("film") / "film.mp4", 152)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHall]:
    with served_hall(tmp_path_factory.mktemp("hall"), hall_settings(2, rules=RULES)) as served:
        yield served


@pytest.fixture(scope="module")
def event(hall: ServedHall, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Event:
    """A closed event with its whole evidence, between an older and a newer one."""
    hall.bring(closed(hall.event("w2", ago_s=900), 20))
    found = hall.bring(closed(hall.event("w1", ago_s=600), BREACH_S))
    bring_evidence(hall, tmp_path_factory.mktemp("evidence"), found, film)
    hall.bring(closed(hall.event("w2", ago_s=300), 20))
    return found


@pytest.fixture
def page(hall: ServedHall, event: Event, open_page: OpenPage) -> Page:
    page = open_page(f"{hall.address}/events/{event.id}")
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    expect(page.locator(".boxes")).to_have_attribute("data-second", re.compile("."))
    return page


def second(page: Page) -> float:
    return float(page.locator(".boxes").get_attribute("data-second") or "nan")


def wait_for_second(page: Page, at: float, within: float = 0.25) -> None:
    page.wait_for_function(
        "([at, within]) => Math.abs(document.querySelector('.boxes').dataset.second - at) <= within", arg=[at, within]
    )


def test_clip_plays_pauses_and_changes_speed_by_key(page: Page) -> None:
    assert page.evaluate("document.querySelector('video').videoWidth") == 640

    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    page.keyboard.press("Space")

    expect(page.locator(".controls button").first).to_have_attribute("aria-label", "播放")
    assert page.evaluate("document.querySelector('video').paused")
    rates = []
    for _ in range(4):
        page.keyboard.press("s")
        rates.append(page.evaluate("document.querySelector('video').playbackRate"))
    assert rates == [2, 4, 0.5, 1]


def test_boxes_follow_the_picture_and_key_frames_seek_or_enlarge(page: Page) -> None:
    expect(page.locator(".box-own")).to_have_count(1)

    page.locator("[data-enlarges]").first.click()
    expect(page.locator("dialog.enlarged img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.enlarged")).to_be_hidden()
    page.locator(".frame").nth(1).click()  # the moment of the report: nobody is there

    wait_for_second(page, CLIP_BEGINS_S + 4)
    expect(page.locator(".box-own")).to_have_count(0)
    expect(page.locator(".box-other")).to_have_count(1)
    expect(page.locator(".zone-staff")).to_be_visible()


def test_boxes_are_switched_by_key_and_it_is_remembered(page: Page) -> None:
    expect(page.locator(".box-own rect")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".box-own rect")).to_be_hidden()

    page.reload()
    expect(page.locator(".boxes")).to_have_attribute("data-second", re.compile("."))

    expect(page.locator(".box-own rect")).to_be_hidden()
    page.keyboard.press("b")
    expect(page.locator(".box-own rect")).to_be_visible()


def test_timeline_marks_the_breach_and_seeks(page: Page) -> None:
    rail, breach = page.locator(".rail").bounding_box(), page.locator("clip-timeline .breach").bounding_box()
    length = page.evaluate("document.querySelector('video').duration")
    assert rail is not None
    assert breach is not None
    assert (breach["x"] - rail["x"]) / rail["width"] == pytest.approx(CLIP_BEGINS_S / length, abs=0.02)
    assert breach["width"] / rail["width"] == pytest.approx(BREACH_S / length, abs=0.02)

    page.mouse.click(rail["x"] + rail["width"] / 2, rail["y"] + rail["height"] / 2)

    wait_for_second(page, length / 2)


def test_keys_step_by_one_picture_and_leap(page: Page) -> None:
    page.keyboard.press("Shift+ArrowRight")
    wait_for_second(page, 5.0)
    at = second(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("at => document.querySelector('.boxes').dataset.second > at", arg=at)
    assert second(page) - at == pytest.approx(0.1, abs=0.011)  # ten pictures a second

    page.keyboard.press(",")

    wait_for_second(page, at, 0.011)


def test_chart_shows_the_share_with_both_thresholds_and_seeks(page: Page) -> None:
    chart = page.locator("why-chart")
    expect(chart.locator("h2")).to_have_text("为什么报警：空位画面所占比例（最近 4 秒的清晰画面）")
    expect(chart.locator("text.begin")).to_have_text("开始 80%")
    expect(chart.locator("text.end")).to_have_text("结束 20%")
    expect(chart.locator("path.enough")).to_have_attribute("d", re.compile("^M.*L"))
    expect(chart.locator(".offends")).to_have_count(1)
    breach = chart.locator("rect.breach").bounding_box()
    assert breach is not None

    page.mouse.click(breach["x"] + 1, breach["y"] + 20)

    wait_for_second(page, CLIP_BEGINS_S)


def test_key_frames_show_what_was_seen_once_boxes_are_asked_for(page: Page) -> None:
    names = ("begin", "satisfied", "strongest", "end")
    expect(page.locator(".frames img")).to_have_count(len(names))
    assert all(f"/{name}.jpg" in source for name, source in zip(names, frame_sources(page), strict=True))

    page.keyboard.press("b")
    page.keyboard.press("b")

    expect(page.locator(".frames img").first).to_have_attribute("src", re.compile("/begin-boxes.jpg"))
    assert all(f"/{name}-boxes.jpg" in source for name, source in zip(names, frame_sources(page), strict=True))
    page.locator("[data-enlarges]").first.click()
    expect(page.locator("dialog.enlarged img")).to_have_attribute("src", re.compile("/begin-boxes.jpg"))


def frame_sources(page: Page) -> list[str]:
    return [image.get_attribute("src") or "" for image in page.locator(".frames img").all()]


def test_long_event_has_a_clip_of_its_end_and_a_picture_a_minute(
    hall: ServedHall, long_film: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    event = hall.bring(closed(hall.event("w1", ago_s=1800), 128))
    bring_evidence(hall, tmp_path, event, long_film, made_s=150)
    page = open_page(f"{hall.address}/events/{event.id}")
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    first, last = page.locator(".parts button").all()

    expect(first).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(70, abs=2)
    expect(page.locator(".minutes img")).to_have_count(2)
    last.click()
    page.wait_for_function("() => document.querySelector('video').duration < 60")
    expect(last).to_have_attribute("aria-pressed", "true")
    page.locator(".frame").nth(3).click()  # the event's end, of which this clip holds the 30 s before
    wait_for_second(page, 30, 1.1)
    expect(page.locator(".box-other")).to_have_count(1)
    page.locator(".frame").nth(0).click()  # its begin: the other clip
    wait_for_second(page, CLIP_BEGINS_S)
    expect(first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    expect(last).to_have_attribute("aria-pressed", "true")
    page.locator(".minutes button").first.click()
    expect(page.locator("dialog.enlarged img")).to_have_attribute("src", re.compile("minute-001.jpg"))


def test_share_reaches_the_top_while_the_post_is_empty_and_is_unclear_where_nothing_was_clear(page: Page) -> None:
    found = page.evaluate(
        """async () => {
          const page = document.querySelector('script[src$="event-page.js"]').src;
          const { shares } = await import(page.replace('event-page', 'share'));
          const answers = [];
          for (let t = 0; t < 30; t += 0.2) {
            t = Math.round(t * 10) / 10;
            answers.push([t, t < 10 ? false : t < 20 ? true : t < 26 ? null : false]);
          }
          const at = (second) => points.find((point) => point.t >= second - 0.001);
          const points = shares(answers, { window_s: 4, max_silence_s: 2, clear_share: 0.5 });
          return [9, 12, 16, 23, 25, 27].map((second) => [at(second).share, at(second).enough]);
        }"""
    )

    shares = [share for share, _ in found]
    assert shares[:3] == [0, pytest.approx(0.5), 1]
    assert [enough for _, enough in found] == [True, True, True, False, False, False]
    assert shares[3] == 1
    assert shares[4] is None
    assert shares[5] == 0


def test_facts_say_rule_figures_and_evidence(page: Page, event: Event) -> None:
    expect(page.locator("h1")).to_contain_text("1号 · 擅自离岗")
    expect(page.locator("h1")).to_contain_text(
        re.compile(r"\d{4}-\d\d-\d\d 周. \d\d:\d\d:\d\d –\s+\d\d:\d\d:\d\d · 9 秒")
    )
    facts = page.locator(".facts-column")
    expect(facts).to_contain_text("空位满 4 秒；回岗满 2 秒算结束")
    expect(facts).to_contain_text("窗口岗位职业道德及服务规范")
    expect(facts.locator(".evidence")).to_contain_text("完整")
    facts.locator(".evidence > details:not(.hold) > summary").click()
    expect(facts.locator(".files tr")).to_have_count(11)
    with page.expect_download() as download:
        facts.get_by_role("link", name="clip.mp4").click()
    assert download.value.path().stat().st_size > 10_000


def test_neighbours_are_reached_by_keys(page: Page, event: Event) -> None:
    without_clip = re.compile("without-clip")  # said by the page's own module, which also hears the keys
    page.keyboard.press("j")
    expect(page.locator("h1")).to_contain_text("2号")
    expect(page.locator("event-player")).to_have_class(without_clip)
    page.keyboard.press("k")
    expect(page.locator("h1")).to_contain_text("1号")
    expect(page.locator("hall-clock")).not_to_have_text("")
    expect(page.locator(".boxes")).to_have_attribute("data-second", re.compile("."))
    page.keyboard.press("k")
    expect(page.locator("h1")).to_contain_text("2号")


def test_open_event_gets_its_clip_and_its_end_without_a_reload(
    hall: ServedHall, film: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    event = hall.bring(hall.event("w2", ago_s=60, lasted_s=10))
    page = open_page(f"{hall.address}/events/{event.id}")
    expect(page.locator(".no-clip")).to_contain_text("证据正在生成")
    page.evaluate("window.untouched = true")

    bring_evidence(hall, tmp_path / "first", event, film, 20)
    expect(page.locator(".evidence")).to_contain_text("初步")
    page.wait_for_function("() => document.querySelector('video')?.videoWidth > 0")
    short = page.evaluate("document.querySelector('video').duration")
    page.keyboard.press("Shift+ArrowRight")
    wait_for_second(page, 5)

    over = hall.bring(closed(event, 10))
    bring_evidence(hall, tmp_path / "second", over, film, 30)

    expect(page.locator(".evidence")).to_contain_text("完整")
    expect(page.locator(".history li").last).to_contain_text("结束")
    expect(page.locator(".chip.open")).to_have_count(0)
    page.wait_for_function(
        "short => { const v = document.querySelector('video'); return v.duration > short + 2 && v.currentTime === 5; }",
        arg=short,
    )
    assert page.evaluate("window.untouched")


def test_clip_that_is_gone_from_the_disk_is_said(
    hall: ServedHall, film: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    event = hall.bring(closed(hall.event("w1", ago_s=1200), 5))
    bring_evidence(hall, tmp_path, event, film, 20)
    for clip in hall.site.evidence.glob(f"*/{event.id}/clip.mp4"):
        clip.unlink()

    page = open_page(f"{hall.address}/events/{event.id}", allows="410|ERR_")

    expect(page.locator(".no-clip")).to_contain_text("录像无法播放")


def test_event_without_a_clip_still_shows_why_it_was_reported(
    hall: ServedHall, tmp_path: Path, open_page: OpenPage
) -> None:
    event = hall.bring(closed(hall.event("w2", "phone_use", ago_s=1500), 15))
    bring_evidence(hall, tmp_path, event)

    page = open_page(f"{hall.address}/events/{event.id}", "en")

    expect(page.locator(".no-clip")).to_contain_text("the camera recorded nothing at that time")
    expect(page.locator("why-chart .offends")).to_have_count(1)
    expect(page.locator(".controls")).to_be_hidden()
