"""Test that chunks are checked with one key or one tap each, offline too, and what that tells of a survey."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import barriers, choose, file, job_of
from tests.web.conftest import PHONE, NewPage

KEYS = "BHNPU"
CHECKS = 20


@pytest.fixture
def survey(server: RunningServer) -> int:
    """A survey of three photos."""
    survey_id = server.client.post("/V1/api/surveys", json={"name": "North", "date": "2024-03-09"}).json()[
        "survey_id"
    ]
    jobs = [server.submit(jpeg(1220, 976, seed=seed)) for seed in (1, 2, 7787)]
    for job_id in jobs:
        server.completed(job_id)
        body = {"job_id": job_id, "name": f"{job_id}.jpg", "duplicate": True}
        assert server.client.post(f"/V1/api/surveys/{survey_id}/photos", json=body).status_code == 201
    return survey_id


def begin(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("html[data-ready=review]").wait_for()
    expect(page.locator("#picture img")).to_be_visible()


def log(server: RunningServer, survey: int) -> list[dict[str, Any]]:
    return server.client.get(f"/V1/api/surveys/{survey}/corrections/log").json()["events"]


def shown(page: Page) -> str:
    return str(page.locator("#picture").get_attribute("data-chunk"))


def stored(server: RunningServer, survey: int, count: int) -> list[dict[str, Any]]:
    wait_for(lambda: len(log(server, survey)) >= count, f"{count} stored labels")
    return log(server, survey)


def test_twenty_corrections_take_twenty_keys_and_undo_takes_one(
    new_page: NewPage, server: RunningServer, survey: int
) -> None:
    page = new_page()
    begin(page, f"/surveys/{survey}/review")
    assert barriers(page) == []
    expect(page.locator("#forecast")).to_contain_text(
        re.compile(r"After 40 more checks the interval shrinks to about")
    )
    expect(page.locator("#about-chunk")).to_contain_text("The model says:")
    presses = 0

    for number in range(CHECKS):
        page.keyboard.press(KEYS[number % len(KEYS)])
        presses += 1

    expect(page.locator("#count")).to_have_text("20 of 60 chunks checked.")
    expect(page.locator("#unsent")).to_have_text("")
    assert presses / CHECKS <= 1.2
    events = stored(server, survey, CHECKS)
    assert len({(one["job_id"], one["chunk"]) for one in events}) == CHECKS
    assert [one["to_label"] for one in events[:5]] == [
        "Bleached Coral",
        "Healthy Coral",
        "Not Coral",
        "Partly Bleached Coral",
        "Unsure",
    ]
    page.keyboard.press("Backspace")
    expect(page.locator("#count")).to_have_text("19 of 60 chunks checked.")
    last = events[-1]
    wait_for(lambda: log(server, survey)[-1]["to_label"] is None, "the label being taken back")
    expect(page.locator("#picture")).to_have_attribute("data-chunk", f"{last['job_id']}:{last['chunk']}")
    page.keyboard.press("h")
    page.keyboard.press("z")
    page.keyboard.press("n")
    wait_for(lambda: log(server, survey)[-1]["to_label"] == "Not Coral", "the new label")
    assert "Healthy Coral" not in [one["to_label"] for one in log(server, survey)[CHECKS:]]


def test_a_phone_needs_one_tap_a_correction_and_no_scrolling(
    new_page: NewPage, server: RunningServer, survey: int
) -> None:
    page = new_page(**PHONE)
    begin(page, f"/surveys/{survey}/review")
    buttons = page.locator("#answers button")
    for number in range(buttons.count()):
        box = buttons.nth(number).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
        assert box["height"] >= 44
    picture = page.locator("#picture").bounding_box()
    assert picture is not None
    assert min(picture["width"], picture["height"]) > 200
    taps = 0

    for number in range(CHECKS):
        buttons.nth(number % 5).tap()
        taps += 1

    stored(server, survey, CHECKS)
    assert taps / CHECKS <= 1.2
    assert page.evaluate("() => [scrollX, scrollY]") == [0, 0]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Keys").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == []


def test_labels_given_offline_are_sent_later_even_from_a_page_that_was_closed(
    new_page: NewPage, server: RunningServer, survey: int
) -> None:
    page = new_page(expected="ERR_INTERNET_DISCONNECTED")
    begin(page, f"/surveys/{survey}/review")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)

    for key in "BHN":
        page.keyboard.press(key)

    expect(page.locator("#unsent")).to_have_text("3 labels not sent yet.")
    assert log(server, survey) == []
    page.goto("about:blank")
    page.context.set_offline(False)
    begin(page, f"/surveys/{survey}/review")
    events = stored(server, survey, 3)
    assert [one["to_label"] for one in events] == ["Bleached Coral", "Healthy Coral", "Not Coral"]
    expect(page.locator("#count")).to_have_text("3 of 60 chunks checked.")


def test_the_random_audit_hides_the_model_and_ends_up_beside_it(
    new_page: NewPage, server: RunningServer, survey: int
) -> None:
    page = new_page(**PHONE)
    begin(page, f"/surveys/{survey}/review?order=random&sample=20")
    expect(page.locator("#about-chunk")).to_contain_text("does not sway you")
    page.keyboard.press("?")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#count")).to_have_text("0 of 20 chunks checked.")

    for number in range(20):
        page.keyboard.press("BHN"[number % 3])

    expect(page.locator("#nothing")).to_have_text("All of these chunks have a label.")
    events = stored(server, survey, 20)
    assert {one["by"] for one in events} == {"Ana"}
    other = {"job_id": events[0]["job_id"], "chunk": events[0]["chunk"], "label": events[0]["to_label"]}
    server.client.post(f"/V1/api/surveys/{survey}/corrections", json={"by": "Ben", "changes": [other]})
    page.locator(".up").click()
    rows = page.locator("#audit-rows tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text(re.compile(r"Random audit.*%.*95.%"))
    expect(page.locator("#audit-note")).to_have_text("The audit rests on 20 of 60 chunks, drawn at random.")
    expect(page.locator("#agreement")).to_contain_text("Ana and Ben labelled the same 1 chunk and agree on 1")
    assert barriers(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_one_photo_is_checked_from_its_result(page: Page, server: RunningServer) -> None:
    choose(page, file("wall.jpg"))
    job_id = job_of(page, "wall.jpg")

    page.get_by_role("link", name="Check the least certain squares").click()
    page.locator("html[data-ready=review]").wait_for()
    page.keyboard.press("N")

    wait_for(
        lambda: server.client.get(f"/V1/api/classify/{job_id}/corrections").json()["corrections"] != [],
        "the correction",
    )
    page.locator(".up").click()
    expect(page.locator("#summary")).to_contain_text("With 1 correction")


def test_squares_are_selected_by_dragging_and_labelled_at_once(page: Page, server: RunningServer) -> None:
    choose(page, file("wall.jpg"))
    job_id = job_of(page, "wall.jpg")
    box = page.locator("#map").bounding_box()
    assert box is not None
    across, down = box["width"] / 5, box["height"] / 4

    page.mouse.move(box["x"] + across * 0.2, box["y"] + down * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + across * 1.8, box["y"] + down * 1.8, steps=4)
    page.mouse.up()
    expect(page.locator("#many h2")).to_have_text("4 squares selected")
    page.locator("#map").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "m"):
        page.keyboard.press(key)
    expect(page.locator("#many h2")).to_have_text("5 squares selected")
    assert barriers(page) == []
    page.locator("#many").get_by_role("button", name="Not Coral").click()

    expect(page.locator("#summary")).to_contain_text("With 5 corrections")
    expect(page.locator("#many")).to_be_hidden()
    given = server.client.get(f"/V1/api/classify/{job_id}/corrections").json()["corrections"]
    assert [(one["chunk"], one["label"]) for one in given] == [(n, "Not Coral") for n in (0, 1, 2, 5, 6)]


def test_a_finger_selects_squares_where_that_is_switched_on(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    choose(page, file("wall.jpg"))
    job_of(page, "wall.jpg")
    page.get_by_role("button", name="Select several squares").tap()
    box = page.locator("#map").bounding_box()
    assert box is not None

    for across in (0.1, 0.3):
        page.touchscreen.tap(box["x"] + box["width"] * across, box["y"] + box["height"] * 0.1)

    expect(page.locator("#many h2")).to_have_text("2 squares selected")
    page.get_by_role("button", name="Clear the selection").tap()
    expect(page.locator("#many")).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_a_table_of_the_photos_is_taken_or_its_fault_is_shown(new_page: NewPage, survey: int) -> None:
    page = new_page(expected="400 (BAD REQUEST)")
    page.goto(f"/surveys#{survey}")
    expect(page.locator("#rows tr")).to_have_count(3)
    name = page.locator("#rows td").first.inner_text()

    for depth, says in (("deep", "row 2, column 'depth_m', value 'deep'"), ("7.5", "1 photo got the data")):
        table = {
            "name": "m.csv",
            "mimeType": "text/csv",
            "buffer": f"photo,depth_m\n{name},{depth}\n".encode(),
        }
        page.set_input_files("#metadata-file", table)
        expect(page.locator("#problem" if depth == "deep" else "#metadata-says")).to_contain_text(says)

    expect(page.locator("#metadata-says")).to_contain_text("2 photos had no row")
    expect(page.locator("#problem")).to_be_hidden()
