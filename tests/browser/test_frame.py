"""What every page has: two languages, two themes, the keys, and texts that scripts and server say alike."""

import pytest
from playwright.sync_api import Page, expect

from dashboards.texts import Language, texts
from tests.browser.conftest import OpenPage
from tests.fixtures.hall import PlayedWorker, ServedHall

PATHS = ["/", "/events", "/month", "/changes", "/zones/w1", "/nowhere"]
NO_SUCH_PAGE = "404"
DARK, LIGHT = "rgb(15, 20, 23)", "rgb(243, 245, 246)"


@pytest.mark.parametrize(("language", "theme"), [("zh", "dark"), ("en", "light")])
def test_every_page_speaks_the_language_in_the_theme_and_shows_its_keys(
    shared_hall: ServedHall, shared_worker: PlayedWorker, open_page: OpenPage, language: Language, theme: str
) -> None:
    t = texts(language)
    page = open_page(shared_hall.address + PATHS[0], language, theme, allows=NO_SUCH_PAGE)
    for path in PATHS:
        page.goto(shared_hall.address + path)

        expect(page.locator("nav [href='/events']")).to_have_text(t("nav.events"))
        expect(page.locator("hall-clock")).not_to_have_text("")
        expect(page.locator("hall-health summary")).to_contain_text(t("health.cameras"))
        expect(page.locator("body")).to_have_css("background-color", DARK if theme == "dark" else LIGHT)
        left_over = page.locator("body").evaluate("body => body.innerText.match(/\\{\\w+\\}|undefined|NaN/g)")
        assert left_over is None
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        expect(page.locator("#keys")).to_contain_text(t("keys.wall"))
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()

    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(f"{shared_hall.address}/events")


def test_first_visit_follows_the_system_and_a_choice_is_remembered(
    shared_hall: ServedHall, open_page: OpenPage
) -> None:
    page = open_page(f"{shared_hall.address}/events", color_scheme="light")
    body = page.locator("body")
    expect(body).to_have_css("background-color", LIGHT)

    with page.expect_response("**/preferences*"):
        page.locator("theme-switch a").click()
    expect(body).to_have_css("background-color", DARK)
    page.reload()

    expect(body).to_have_css("background-color", DARK)


def test_language_is_switched_where_one_is_and_remembered(shared_hall: ServedHall, open_page: OpenPage) -> None:
    page = open_page(f"{shared_hall.address}/events?window=w2")
    page.get_by_text("EN", exact=True).click()

    expect(page).to_have_url(f"{shared_hall.address}/events?window=w2")
    expect(page.locator("h1")).to_have_text("Events")
    page.goto(shared_hall.address)
    expect(page.locator("nav [href='/events']")).to_have_text("Events")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_scripts_say_durations_as_the_server_does(
    shared_hall: ServedHall, open_page: OpenPage, language: Language
) -> None:
    lengths = [0, 0.4, 2.5, 9.96, 10.4, 59.6, 60, 398, 3599.7, 3600, 5047, 90_000]
    page = open_page(f"{shared_hall.address}/events", language)

    said = module(page, "texts", "lengths => lengths.map(texts.duration)", lengths)

    assert said == [texts(language).duration(length) for length in lengths]


def test_order_of_the_wall_rises_at_once_for_alerts_and_never_jumps_to_and_fro(
    shared_hall: ServedHall, open_page: OpenPage
) -> None:
    page = open_page(f"{shared_hall.address}/events")

    orders = module(
        page,
        "calm-order",
        """steps => {
          const order = new calm_order.CalmOrder();
          const windows = (ranks) => ranks.map((rank, index) => ({ id: 'abc'[index], rank }));
          return steps.map(([at, ...ranks]) => order.arrange(windows(ranks), at).join(''));
        }""",
        [
            [0, 3, 3, 3],
            [1000, 3, 3, 1],  # an empty post for a moment
            [2000, 3, 3, 3],
            [3000, 3, 3, 1],
            [7000, 3, 3, 1],  # now it has lasted
            [8000, 3, 0, 1],  # an alert rises at once
            [9000, 3, 3, 1],
            [12000, 3, 0, 1],  # and does not sink while it comes and goes
            [13000, 3, 3, 3],
            [22000, 3, 3, 3],
        ],
    )

    assert orders == ["abc", "abc", "abc", "abc", "cab", "bca", "bca", "bca", "bca", "abc"]


def module(page: Page, name: str, act: str, value: object) -> object:
    """What ``act`` returns for ``value``, with the pages' module ``name`` at hand."""
    own = name.replace("-", "_")
    return page.evaluate(
        f"""async (value) => {{
          const base = document.querySelector('script[src$="frame.js"]').src;
          const {own} = await import(base.replace('frame.js', '{name}.js'));
          return ({act})(value);
        }}""",
        value,
    )
