"""Test photos on their way: chosen or dropped, sent, followed, cancelled, refused, kept over a reload."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer, serving
from tests.waiting import wait_for
from tests.web.app import card, choose, completed, drawn, file, hand_over
from tests.web.conftest import PHONE, NewPage

_NOTE_STATES = """() => {
  window.states = [];
  const texts = () => [...document.querySelectorAll(".state")].map((one) => one.textContent);
  new MutationObserver(() => window.states.push(...texts()))
    .observe(document.querySelector("#cards"), { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose workers these tests may halt, and that takes few uploads at once."""
    settings = {"WORKERS": "1", "WEB_WORKERS": "1", "RATE_LIMIT": "2/6 second"}
    with serving(tmp_path_factory.mktemp("strict") / "data", **settings) as running:
        yield running


@pytest.fixture
def device(strict_server: RunningServer, new_page: NewPage) -> Page:
    """The app of that server."""
    opened = new_page(str(strict_server.client.base_url), expected="429 (TOO MANY")
    opened.goto("/")
    return opened


def test_a_chosen_photo_is_sent_and_its_progress_seen_changing(page: Page) -> None:
    page.evaluate(_NOTE_STATES)

    choose(page, file("big.jpg", jpeg(5000, 3000)))
    done = completed(page, "big.jpg")

    seen = page.evaluate("() => window.states")
    classified = {
        int(found[1]) for text in seen if text and (found := re.match(r"(\d+) of 273 chunks", text))
    }
    assert len(classified) >= 2, seen
    assert re.search(r"of the coral|too few", done.inner_text())


def test_photos_can_be_dropped_or_pasted_and_have_thumbnails(page: Page) -> None:
    hand_over(page, "dropped.jpg", ("dragenter", "dragover", "drop"))
    hand_over(page, "pasted.jpg", ("paste",))

    completed(page, "pasted.jpg")
    done = completed(page, "dropped.jpg")

    expect(done.locator("img")).to_have_js_property("naturalWidth", 320)
    expect(done.locator(".kept")).to_have_text(re.compile(r"Kept until \w+ \d+, \d+, \d+:\d\d"))


def test_two_photos_at_once_are_both_judged(page: Page) -> None:
    choose(page, file("one.jpg", jpeg(600, 500, seed=3)), file("two.jpg", jpeg(500, 600, seed=4)))

    completed(page, "one.jpg")
    completed(page, "two.jpg")


def test_a_photo_is_shown_again_after_a_reload_in_the_middle(
    device: Page, strict_server: RunningServer
) -> None:
    with strict_server.workers_halted():
        choose(device, file("kept.jpg"))
        expect(card(device, "kept.jpg")).to_have_attribute("data-state", "queued")

        device.reload()

        again = card(device, "kept.jpg")
        expect(again).to_have_attribute("data-state", "queued")
        expect(again.locator("img")).to_be_visible()
        veil = again.locator(".veil")
        wait_for(lambda: float(veil.evaluate("(veil) => getComputedStyle(veil).opacity")) > 0.3, "the veil")

    completed(device, "kept.jpg")
    expect(again.locator(".veil")).to_have_css("opacity", "0")


def test_a_cancelled_photo_is_gone_here_and_on_the_server(device: Page, strict_server: RunningServer) -> None:
    with strict_server.workers_halted():
        with device.expect_response("**/V1/api/classify") as sent:
            choose(device, file("wrong.jpg"))
        job_id = sent.value.json()["job_id"]
        expect(card(device, "wrong.jpg")).to_have_attribute("data-state", "queued")

        device.get_by_role("button", name="Cancel wrong.jpg").click()

        expect(card(device, "wrong.jpg")).to_have_count(0)
        status = f"/V1/api/status/{job_id}"
        wait_for(lambda: strict_server.client.get(status).status_code == 404, "the job being gone")
    device.reload()
    expect(device.locator("#empty")).to_be_visible()


def test_back_keeps_the_place_in_the_list_and_photos_lead_to_their_neighbours(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    names = [f"{number}.jpg" for number in range(6)]
    choose(page, *(file(name, jpeg(300, 300, seed=seed)) for seed, name in enumerate(names)))
    expect(page.locator(".card[data-state=completed]")).to_have_count(6)
    link = page.get_by_role("link", name="Look at 1.jpg")
    link.scroll_into_view_if_needed()
    before = page.evaluate("() => scrollY")
    assert before > 0

    link.click()
    drawn(page)
    page.get_by_role("link", name="Next photo").click()
    expect(page.get_by_role("heading", name="0.jpg")).to_be_visible()
    expect(page.get_by_role("link", name="Next photo")).to_be_hidden()
    page.get_by_role("link", name="Previous photo").click()
    expect(page.get_by_role("heading", name="1.jpg")).to_be_visible()
    page.go_back()

    expect(link).to_be_focused()
    wait_for(lambda: abs(page.evaluate("() => scrollY") - before) <= 1, "the page being scrolled back")


def test_what_cannot_be_judged_is_told_in_a_sentence(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(expected="422 (UNPROCESSABLE")
    page.goto("/")

    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8" + bytes(8_100_000))
    choose(page, file("notes.jpg", b"no photo at all"))
    page.set_input_files("#choose", large)

    expect(card(page, "notes.jpg")).to_contain_text("This file is not a photo")
    expect(card(page, "large.jpg")).to_contain_text("8.1\u202fMB; the server takes at most 8 MB")
    expect(page.get_by_role("button", name="Try again: notes.jpg")).to_be_visible()
    page.get_by_role("button", name="Remove notes.jpg").click()
    expect(card(page, "notes.jpg")).to_have_count(0)


def test_a_busy_server_is_waited_for_and_then_asked_again(device: Page) -> None:
    device.evaluate(_NOTE_STATES)

    choose(device, *(file(f"{number}.jpg", jpeg(300, 300 + number)) for number in range(4)))

    for number in range(4):
        completed(device, f"{number}.jpg")
    told = [text for text in device.evaluate("() => window.states") if text and "Trying again in" in text]
    assert any(re.search(r"Too many requests .* Trying again in \d s\.", text) for text in told), told


def test_photos_taken_without_a_connection_are_sent_when_it_is_back(new_page: NewPage) -> None:
    page = new_page(expected="ERR_INTERNET_DISCONNECTED")
    page.goto("/")
    page.locator("html[data-ready]").wait_for()
    page.context.set_offline(True)
    choose(page, file("under water.jpg", jpeg(400, 300)))
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#offline")).to_be_in_viewport()
    expect(card(page, "under water.jpg")).to_contain_text("Waiting for a connection")

    page.context.set_offline(False)

    completed(page, "under water.jpg")
    expect(page.locator("#offline")).to_be_hidden()


def test_a_photo_is_followed_on_when_the_server_was_gone_meanwhile(
    own_server: Callable[..., RunningServer], new_page: NewPage
) -> None:
    own = own_server(WORKERS="1", WEB_WORKERS="1")
    device = new_page(str(own.client.base_url), expected="Failed to load resource")
    device.goto("/")
    with own.workers_halted():
        choose(device, file("patient.jpg"))
        expect(card(device, "patient.jpg")).to_have_attribute("data-state", "queued")
        own.kill()
    wait_for(lambda: not own.processes("gunicorn"), "the web being gone with its server")
    choose(device, file("late.jpg", jpeg(400, 300)))
    expect(card(device, "late.jpg")).to_contain_text("The server cannot be reached. Trying again in")

    own.start()

    completed(device, "patient.jpg")
    completed(device, "late.jpg")
