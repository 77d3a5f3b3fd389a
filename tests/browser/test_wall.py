"""The live wall in a browser: windows as they stand, alerts as they come and go, and a service that is lost."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from service.rules import Event
from tests.browser.conftest import OpenPage
from tests.fixtures.hall import PlayedWorker, ServedHall, closed, hall_settings, served_hall
from vision.streamtime import StreamTime, seconds

CLIPPED = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"


def count_strokes(page: Page) -> None:
    """Let the page count the strokes of its chime as ``strokes``."""
    page.add_init_script(
        """
        window.strokes = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...at) { window.strokes += 1; return start.apply(this, at); };
        """
    )


def tile(page: Page, window: str) -> str:
    return f'window-tile[data-window="{window}"]'


def order(page: Page) -> list[str]:
    return page.locator("window-tile").evaluate_all("tiles => tiles.map((tile) => tile.dataset.window)")


def test_window_says_how_it_stands_by_shape_word_and_time(
    hall: ServedHall, worker: PlayedWorker, open_page: OpenPage
) -> None:
    building = hall.event("w3", ago_s=47)
    worker.window("w1", "on_post", 5047)
    worker.window("w2", "unknown", 125, "covered")
    worker.window("w3", "empty", 47, breaches=[worker.breach(building, reported=False)])
    worker.window("w4", "off_duty", 60)

    page = open_page(hall.address)

    for window, kind, word, lasted in (
        ("w1", "on", "在岗", r"1:24:\d\d"),
        ("w2", "unknown", "镜头遮挡", r"02:\d\d"),
        ("w3", "building", "空位", r"0[01]:\d\d"),
        ("w4", "off", "未开放", ""),
    ):
        shown = page.locator(tile(page, window))
        expect(shown).to_have_attribute("data-kind", kind)
        expect(shown.locator(".word")).to_have_text(word)
        expect(shown.locator(".for")).to_have_text(re.compile(f"^{lasted}$"))
        expect(shown.locator(".sign svg")).to_be_visible()
    assert order(page) == ["w3", "w2", "w1", "w4"]
    running = page.locator(f"{tile(page, 'w1')} .for")
    expect(running).not_to_have_text(running.text_content() or "")


def test_picture_is_renewed_with_zones_and_boxes_in_its_own_pixels(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    camera = window.replace("w", "cam")
    person = {"label": "person", "box": [160, 90, 320, 270], "score": 0.9, "track": 1, "window": window}
    shared_worker.camera(camera, boxes=[person, {**person, "window": None, "box": [0, 0, 40, 80]}])
    page = open_page(shared_hall.address)
    view = page.locator(f"{tile(page, window)} camera-view")
    expect(view.locator("img")).to_be_visible()
    first = view.locator("img").get_attribute("src")

    shared_worker.show(camera)

    expect(view.locator("img")).not_to_have_attribute("src", first or "")
    expect(view.locator(".box-own rect")).to_have_attribute("width", "160")
    # Both in one turn of the page: boxes are drawn anew with every look, and one that was just replaced has no place.
    share = view.evaluate(
        """view => {
          const place = (one) => view.querySelector(one).getBoundingClientRect();
          const [stage, drawn] = [place(".stage"), place(".box-own rect")];
          return (drawn.x - stage.x) / stage.width;
        }"""
    )
    assert share == pytest.approx(0.25, abs=0.01)
    expect(view.locator(".box-other")).to_have_count(1)


def test_alert_arrives_with_sound_and_turns_quiet_when_the_clerk_is_back(
    hall: ServedHall, worker: PlayedWorker, open_page: OpenPage
) -> None:
    page = open_page(hall.address, prepare=count_strokes)
    expect(page.locator("alert-column .blank")).to_be_visible()
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "waiting")
    page.locator(".alerts h2").click()
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "on")

    event = hall.event("w3", ago_s=312, lasted_s=310)
    worker.window("w3", "empty", 312, breaches=[worker.breach(event)])
    hall.bring(event)

    card = page.locator(".alert")
    expect(card).to_have_attribute("data-state", "open")
    expect(card.locator(".what")).to_contain_text("3号·擅自离岗")
    expect(card.locator(".why")).to_have_text(re.compile(r"^空位已 5 分 \d+ 秒，超过 5 分钟$"))
    expect(card).to_have_attribute("href", f"/events/{event.id}")
    expect(page.locator(tile(page, "w3"))).to_have_attribute("data-kind", "alert")
    assert order(page)[0] == "w3"
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert page.evaluate("window.strokes") > 0

    worker.window("w3", "on_post", 2, breaches=[worker.breach(event)])
    expect(page.locator(f"{tile(page, 'w3')} .word")).to_have_text("已回岗")
    over = closed(event, 380)
    hall.bring(over)
    worker.window("w3", "on_post", 2)

    expect(card).to_have_attribute("data-state", "closed")
    expect(card.locator(".why")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d 已回岗，共 6 分 20 秒$"))
    expect(page.locator(tile(page, "w3"))).to_have_attribute("data-kind", "on")
    expect(page.locator(".count")).to_have_text("0")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_long_name_hides_neither_the_rule_nor_how_a_window_stands(
    tmp_path: Path, open_page: OpenPage, width: int, language: str
) -> None:
    settings = hall_settings(6)
    cameras = [
        camera.model_copy(
            update={
                "windows": tuple(
                    one.model_copy(update={"name": "不动产登记与企业开办综合受理窗口" * 2}) for one in camera.windows
                )
            }
        )
        for camera in settings.cameras
    ]
    with (
        served_hall(tmp_path, settings.model_copy(update={"cameras": tuple(cameras)})) as hall,
        PlayedWorker(hall) as worker,
    ):
        event = hall.event("w3", ago_s=312, lasted_s=310)
        worker.window("w3", "empty", 312, breaches=[worker.breach(event)])
        hall.bring(event)
        page = open_page(hall.address, language=language, viewport={"width": width, "height": 844})
        card = page.locator(".alert")
        expect(card.locator(".rule")).to_be_visible()

        whole = card.bounding_box()
        assert whole is not None
        for part in (".rule", "time"):
            box = card.locator(part).bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= whole["x"] + whole["width"]
        word = page.locator(f"{tile(page, 'w3')} .word")
        expect(word).to_have_text({"zh": "离岗", "en": "Away"}[language])
        assert word.evaluate("word => word.scrollWidth <= word.clientWidth")


def test_repeat_within_the_cool_down_is_shown_and_not_sounded(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    former = shared_hall.bring(closed(shared_hall.event(window, ago_s=900), 320))
    page = open_page(shared_hall.address, prepare=count_strokes)
    page.locator(".alerts h2").click()
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "on")

    again = shared_hall.event(window, ago_s=400)
    shared_hall.bring(replace(again, repeat_of=former.id))

    expect(page.locator(f'.alert[data-event="{again.id}"] .rule')).to_have_text("擅自离岗（再次）")
    assert page.evaluate("window.strokes") == 0


def test_alert_is_raised_and_sounds_once_more_when_its_event_passes_a_step(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    event = shared_hall.bring(shared_hall.event(window, ago_s=7210, lasted_s=400))
    shared_worker.window(window, "empty", 7210, breaches=[shared_worker.breach(later(event, 7100))])
    page = open_page(shared_hall.address, prepare=count_strokes)
    page.locator(".alerts h2").click()
    card = page.locator(f'.alert[data-event="{event.id}"]')
    expect(card).to_have_attribute("data-severity", "major")

    shared_worker.window(window, "empty", 7210, breaches=[shared_worker.breach(later(event, 7205))])

    expect(card).to_have_attribute("data-severity", "grave")
    expect(card.locator(".why")).to_have_text(re.compile("，超过 5 分钟；满 2 小时，升为“严重”$"))
    expect(page.locator(tile(page, window))).to_have_attribute("data-severity", "grave")
    page.wait_for_function("window.strokes === 4")  # those of a grave one, once


def test_whoever_left_early_is_an_alert_though_the_shift_is_over(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    page = open_page(shared_hall.address, prepare=count_strokes)
    page.locator(".alerts h2").click()
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "on")

    event = shared_hall.event(window, "early_leave", ago_s=700, lasted_s=600, state="closed")
    shared_hall.bring(replace(event, satisfied_at=event.until))

    expect(page.locator(f'.alert[data-event="{event.id}"] .rule')).to_have_text("早退")
    page.wait_for_function("window.strokes === 1")


def later(event: Event, lasted_s: float) -> Event:
    """The same event, open, when it has lasted so long."""
    return replace(event, until=StreamTime(event.started_at + seconds(lasted_s)))


def test_mute_is_remembered_and_keeps_alerts_silent(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    page = open_page(shared_hall.address, prepare=count_strokes)
    page.keyboard.press("m")
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "muted")

    page.reload()
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "muted")
    page.locator(".alerts h2").click()
    event = shared_hall.bring(shared_hall.event(window, "smoking"))
    expect(page.locator(f'.alert[data-event="{event.id}"]')).to_be_visible()

    assert page.evaluate("window.strokes") == 0
    page.locator("sound-switch button").click()
    expect(page.locator("sound-switch")).to_have_attribute("data-sound", "on")


class Line:
    """The page's line to the live state, which can be made to hang, or cut."""

    def __init__(self) -> None:
        self.hangs = False
        self._routes: list[WebSocketRoute] = []

    def into(self, page: Page) -> None:
        page.route_web_socket("**/api/v1/live", self._relay)

    def _relay(self, route: WebSocketRoute) -> None:
        self._routes.append(route)
        server = route.connect_to_server()
        server.on_message(lambda message: None if self.hangs else route.send(message))

    def cut(self) -> None:
        self._routes[-1].close()


def test_calm_is_claimed_only_where_every_window_is_judged(
    hall: ServedHall, worker: PlayedWorker, open_page: OpenPage
) -> None:
    page = open_page(hall.address)
    blank = page.locator("alert-column .blank")
    expect(blank).to_have_text("还没有告警，一切如常。")

    worker.window("w2", "unknown", 5, reason="no_stream")
    expect(blank).to_have_text("还没有告警，但有窗口现在无法判断。")

    for window in ("w1", "w2", "w3", "w4"):
        worker.window(window, "off_duty", 5)
    expect(blank).to_have_text("没有告警：现在未开放，不作判断。")


def test_window_out_of_service_says_why_and_a_year_without_holidays_what_to_do(
    hall: ServedHall, worker: PlayedWorker, open_page: OpenPage
) -> None:
    worker.window("w1", "closed", 600, "设备检修")
    worker.window("w2", "no_calendar", 600)

    page = open_page(hall.address)

    expect(page.locator(tile(page, "w1"))).to_have_attribute("data-kind", "off")
    expect(page.locator(f"{tile(page, 'w1')} .word")).to_have_text("暂停服务")
    expect(page.locator(f"{tile(page, 'w2')} .word")).to_have_text("未设节假日")
    for window, said in (("w1", "设备检修"), ("w2", re.compile("duty.days"))):
        page.locator(tile(page, window)).click()
        expect(page.locator("window-view [data-part=advice]")).to_have_text(said)
        page.keyboard.press("Escape")


def test_silent_service_greys_everything_within_three_seconds(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    line = Line()

    def prepared(page: Page) -> None:
        page.clock.install()  # three seconds of the page's own clock, however slow the machine
        line.into(page)

    page = open_page(shared_hall.address, prepare=prepared)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    line.hangs = True
    page.clock.run_for(3_000)

    expect(page.locator("body")).to_have_attribute("data-link", "lost")
    expect(page.locator("link-state")).to_contain_text(re.compile(r"连接中断，正在重连画面停在 \d\d:\d\d:\d\d"))
    expect(page.locator("live-wall")).to_have_css("filter", "grayscale(1)")
    stopped = page.locator("hall-clock").text_content()
    line.hangs = False
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.locator("link-state")).to_be_hidden()
    expect(page.locator("hall-clock")).not_to_have_text(stopped or "")


def test_wall_that_nobody_reloads_takes_up_another_version_by_itself(
    shared_hall: ServedHall, open_page: OpenPage
) -> None:
    line = Line()
    page = open_page(shared_hall.address, prepare=line.into, allows="404")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.evaluate("window.before = true")
    page.route("**/link-state.js", lambda route: route.fulfill(status=404), times=1)  # as after an update

    line.cut()

    page.wait_for_function("() => !window.before")
    expect(page.locator("body")).to_have_attribute("data-link", "live")


def test_page_comes_back_by_itself_and_catches_up_on_what_it_missed(tmp_path: Path, open_page: OpenPage) -> None:
    with served_hall(tmp_path, hall_settings(2)) as hall:
        page = open_page(hall.address, allows="WebSocket|ERR_CONNECTION|Failed to load")
        expect(page.locator("body")).to_have_attribute("data-link", "live")
        port = int(hall.address.rsplit(":", 1)[1])
    expect(page.locator("body")).to_have_attribute("data-link", "lost")

    with served_hall(tmp_path, hall_settings(2), port) as again:
        again.bring(again.event("w2"))

        expect(page.locator("body")).to_have_attribute("data-link", "live")
        expect(page.locator(".alert[data-state=open]")).to_have_count(1)
        page.goto("about:blank")


def test_window_opens_large_with_named_boxes_and_its_events(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    event = shared_hall.bring(shared_hall.event(window, "phone_use", ago_s=40, lasted_s=40))
    phone = {"label": "cell phone", "box": [330, 200, 370, 250], "score": 0.7, "track": None, "window": None}
    badge = {"label": "badge", "box": [300, 230, 320, 260], "score": 0.9, "track": None, "window": window}
    neighbours = {"label": "cigarette", "box": [30, 30, 40, 34], "score": 0.8, "track": None, "window": "other"}
    shared_worker.camera(window.replace("w", "cam"), boxes=[phone, badge, neighbours])
    shared_worker.window(window, "on_post", 900, breaches=[shared_worker.breach(event)])
    page = open_page(shared_hall.address)
    page.locator(tile(page, window)).click()
    large = page.locator("dialog.large")

    expect(large.locator("[data-part=name]")).to_have_text(window.replace("w", "") + "号")
    expect(large.locator("[data-part=word]")).to_have_text("玩手机")
    expect(large.locator(".box-thing text")).to_have_text("手机 70%")
    expect(large.locator(".box-worn text")).to_have_text("工作牌 90%")
    expect(large.locator("[data-part=breaches] a")).to_have_attribute("href", f"/events/{event.id}")
    expect(large.locator("[data-part=events] li")).to_have_count(1)
    expect(large.locator("[data-part=zones]")).to_have_attribute("href", f"/zones/{window}")
    page.keyboard.press("ArrowRight")
    following = f"w{int(window.removeprefix('w')) + 1}"
    expect(large.locator("[data-part=name]")).to_have_text(following.replace("w", "") + "号")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(page.locator(tile(page, following))).to_be_focused()


def test_unknown_window_says_large_what_to_do(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    shared_worker.window(window, "unknown", 20, "no_stream")
    page = open_page(f"{shared_hall.address}/#{window}")

    expect(page.locator("dialog.large [data-part=advice]")).to_contain_text("请检查电源、网线和密码")


def test_tiles_are_walked_by_arrows_and_opened_by_enter(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    page = open_page(shared_hall.address)
    expect(page.locator("window-tile").first.locator(".word")).not_to_have_text("")
    second = order(page)[1]
    page.locator("window-tile").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.locator("dialog.large [data-part=name]")).to_have_text(second.replace("w", "") + "号")


def test_health_shows_cameras_in_trouble_by_name(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    shared_worker.camera(window.replace("w", "cam"), reason="no_stream", trouble="connection refused")
    page = open_page(shared_hall.address)

    expect(page.locator("hall-health summary")).to_contain_text(re.compile(r"摄像头 \d+/12"))
    page.locator("hall-health summary").click()
    expect(page.locator("hall-health .sheet")).to_contain_text(f"{window.removeprefix('w')}号摄像头 · 信号中断")


def test_hall_that_is_starting_says_so(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    shared_worker.window(window, "unknown", 1, "starting")
    page = open_page(shared_hall.address)

    expect(page.locator(tile(page, window))).to_have_attribute("data-kind", "starting")
    expect(page.locator(f"{tile(page, window)} .word")).to_have_text("启动中")


@pytest.mark.parametrize("count", [1, 32])
def test_every_tile_is_seen_whole_on_any_screen(tmp_path: Path, open_page: OpenPage, count: int) -> None:
    with served_hall(tmp_path, hall_settings(count)) as hall, PlayedWorker(hall) as worker:
        worker.window("w1", "unknown", 4000, "covered")
        page = open_page(hall.address)
        expect(page.locator("window-tile .word").first).not_to_have_text("")
        for width, height in ((1920, 1080), (1600, 900), (1366, 768)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("() => innerWidth === document.documentElement.clientWidth")
            expect(page.locator("window-tile").last).to_be_in_viewport(ratio=1)
            boxes = [one.bounding_box() for one in page.locator("window-tile").all()]
            places = {(round(box["x"]), round(box["y"])) for box in boxes if box}

            assert len(places) == count
            assert page.locator("window-tile .name, window-tile .for").evaluate_all(CLIPPED) == []
        page.goto("about:blank")


def test_zones_that_were_drawn_anew_are_shown_once_the_worker_has_begun_again(
    shared_hall: ServedHall, shared_worker: PlayedWorker, window: str, open_page: OpenPage
) -> None:
    page = open_page(shared_hall.address)
    expect(page.locator(f"{tile(page, window)} .word")).to_have_text("在岗")
    expect(page.locator(f"{tile(page, window)} .zone")).to_have_count(0)
    body = {"size": [640, 360], "zones": {"staff": [100, 80, 400, 80, 400, 300]}}
    httpx.put(f"{shared_hall.address}/api/v1/windows/{window}/zones", json=body).raise_for_status()

    shared_worker.window(window, "unknown", reason="starting")
    expect(page.locator(f"{tile(page, window)} .word")).to_have_text("启动中")
    shared_worker.window(window, "on_post")

    expect(page.locator(f"{tile(page, window)} .zone-staff")).to_have_attribute("points", "100,80 400,80 400,300")
