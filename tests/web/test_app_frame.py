"""Test what holds on every page: accessible, stable, small, no outside request, light and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import PHOTO, barriers, choose, file, job_of
from tests.web.conftest import DESKTOP, PHONE, NewPage

MAX_BYTES = 60_000
_SHIFT = """() => new Promise((told) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((shift) => { sum += shift.value; }))
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => told(sum))));
})"""
_SENT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map((entry) => [entry.name, entry.transferSize])"""
_GROUND = """() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return red + green + blue;
}"""

looks = pytest.mark.parametrize(
    "look",
    [
        pytest.param(DESKTOP | {"color_scheme": "light"}, id="light desktop"),
        pytest.param(PHONE | {"color_scheme": "dark"}, id="dark phone"),
    ],
)


@looks
def test_no_page_has_a_barrier(new_page: NewPage, server: RunningServer, look: dict[str, object]) -> None:
    page = new_page(**look)
    found = {}
    page.goto("/")
    choose(page, file("reef.jpg"), file("notes.jpg", b""))
    found["home"] = barriers(page)
    job_id = job_of(page, "reef.jpg")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Share link").click()
    link = page.get_by_label("Anyone with this link").input_value()
    found["result"] = barriers(page)
    for path, ready in (
        (f"/report/{job_id}", "#report:visible"),
        (link, "#summary h2"),
        ("/surveys", "html[data-ready]"),
        ("/classifiers", "html[data-ready]"),
        ("/networks", "html[data-ready]"),
        ("/docs", "main"),
        ("/docs/model", "main"),
    ):
        page.goto(path)
        page.locator(ready).first.wait_for(state="attached")
        found[path] = barriers(page)

    assert found == {path: [] for path in found}


def test_the_first_page_is_small_and_does_not_jump(new_page: NewPage) -> None:
    page = new_page(**PHONE)

    page.goto("/")
    page.locator("html[data-ready]").wait_for()

    sent = page.evaluate(_SENT)
    assert sum(size for _, size in sent) <= MAX_BYTES, sent
    assert page.evaluate(_SHIFT) == 0


def test_a_list_of_photos_does_not_jump_when_it_is_shown_again(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    choose(page, *(file(f"{number}.jpg", jpeg(300, 300, seed=number)) for number in range(3)))
    expect(page.locator(".card[data-state=completed]")).to_have_count(3)

    page.reload()

    expect(page.locator(".card img")).to_have_count(3)
    assert page.evaluate(_SHIFT) < 0.01


@looks
def test_the_ground_is_as_the_system_asks(new_page: NewPage, look: dict[str, object]) -> None:
    page = new_page(**look)
    page.goto("/")

    brightness = page.evaluate(_GROUND)

    assert (brightness > 600) == (look["color_scheme"] == "light")


@looks
def test_nothing_is_wider_than_the_screen(new_page: NewPage, look: dict[str, object]) -> None:
    page = new_page(**look)
    page.goto("/")
    choose(page, file("a photo with a name that is longer than any phone is wide.jpg", PHOTO))
    job_of(page, "a photo with a name that is longer than any phone is wide.jpg")
    for path in (
        "",
        "/gallery",
        "/surveys",
        "/classifiers",
        "/networks",
        "/docs",
        "/docs/model",
        "/docs/api",
    ):
        if path:
            page.goto(path)
        wide, screen = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen, path


def test_the_legend_keeps_its_colours_where_a_user_forces_others(new_page: NewPage) -> None:
    page = new_page(forced_colors="active")
    page.goto("/docs")

    colour = page.locator(".swatch.bleached").first.evaluate("(one) => getComputedStyle(one).backgroundColor")

    assert colour == "rgb(161, 128, 89)"


@pytest.mark.parametrize(
    ("width", "text"),
    [pytest.param(320, "100%", id="zoom of 400 %"), pytest.param(360, "200%", id="text of 200 %")],
)
def test_pages_reflow_for_people_who_enlarge_them(new_page: NewPage, width: int, text: str) -> None:
    page = new_page(viewport={"width": width, "height": 640})
    enlarge = f"() => {{ document.documentElement.style.fontSize = '{text}'; }}"
    page.add_init_script(f"document.addEventListener('DOMContentLoaded', {enlarge})")
    page.goto("/")
    choose(page, file("GOPR0001.JPG"))
    state = page.locator(".card .state")
    expect(page.locator(".card")).to_have_attribute("data-state", "completed")
    box = state.bounding_box()
    assert box is not None
    assert box["width"] >= 140
    job_id = job_of(page, "GOPR0001.JPG")
    for path in ("", f"/report/{job_id}", "/gallery", "/surveys"):
        if path:
            page.goto(path)
        page.locator("h1:visible").wait_for()
        wide, screen = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen, path


def test_a_request_can_be_tried_on_the_page_of_the_api(page: Page) -> None:
    page.goto("/docs/api")
    health = page.locator("#operations-Operation-ops_health button").first

    def scroll() -> int:  # operations are drawn when they come into view
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(50)
        return health.count()

    wait_for(scroll, "the last operations")
    health.click()
    page.get_by_role("button", name="Try it out").click()

    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table")).to_contain_text('"status": "success"')
