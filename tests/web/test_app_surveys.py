"""Test surveys and corrections in the browser."""

import csv
import io
import re
import zipfile

from playwright.sync_api import Dialog, Page, expect

from tests.exif.test_cases import photo as photo_of
from tests.reef import jpeg
from tests.server import RunningServer
from tests.web.app import barriers, choose, completed, drawn, file, job_of, taken
from tests.web.conftest import PHONE, NewPage

PHOTOS = {f"transect {number}.jpg": jpeg(1220, 976, seed=number) for number in (1, 2, 3)}


def agree(dialog: Dialog) -> None:
    """Answer yes to a question of the page."""
    dialog.accept()


def begin(page: Page, name: str) -> None:
    """Begin a survey and open it."""
    page.get_by_role("button", name="New survey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Site").fill("Tayrona")
    page.get_by_label("Date").fill("2024-11-29")
    page.get_by_label("Depth in metres").fill("7.5")
    page.get_by_role("button", name="Create survey").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_three_photos_become_a_survey_with_its_table_until_it_is_deleted(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    choose(page, *(file(name, photo) for name, photo in PHOTOS.items()))
    for name in PHOTOS:
        completed(page, name)
    page.get_by_role("link", name="Surveys").click()
    begin(page, "North wall")

    page.get_by_role("button", name="Add photos").click()
    page.get_by_role("button", name="Add selected photos").click()

    expect(page.locator("#rows tr")).to_have_count(3)
    expect(page.locator("#about")).to_contain_text("7.5 m deep, 3 photos")
    expect(page.locator("#figures")).to_contain_text(re.compile(r"of the coral looks bleached \(95.%: \d"))
    rows = list(csv.DictReader(io.StringIO(taken(page, "Table (CSV)", "North wall.csv").decode())))
    archive = zipfile.ZipFile(io.BytesIO(taken(page, "Darwin Core archive", "North wall.zip")))
    assert len(rows) == 3
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert barriers(page) == []
    assert "meta.xml" in archive.namelist()

    page.get_by_role("button", name="Remove transect 2.jpg").click()
    expect(page.locator("#rows tr")).to_have_count(2)
    page.get_by_role("link", name="All surveys").click()
    expect(page.locator("#over-time img")).to_be_visible()
    expect(page.locator("#over-time img")).not_to_have_js_property("naturalWidth", 0)
    page.get_by_role("link", name="North wall").click()
    page.on("dialog", agree)
    page.get_by_role("button", name="Delete this survey").click()
    expect(page.locator("#no-surveys")).to_be_visible()


def test_the_date_of_the_photos_is_offered_and_no_photo_is_added_twice(new_page: NewPage) -> None:
    page = new_page(expected="409", **PHONE)
    page.goto("/")
    taken_later = {
        "exif": {"DateTimeOriginal": "2024:11:30 09:00:00", "OffsetTimeOriginal": "+11:00"},
        "gps": {},
    }
    choose(page, file("wall.jpg", photo_of(taken_later)))
    completed(page, "wall.jpg")
    choose(page, file("copy of wall.jpg", photo_of(taken_later)))
    completed(page, "copy of wall.jpg")
    page.get_by_role("link", name="Surveys").click()
    begin(page, "West wall")

    page.get_by_role("button", name="Add photos").click()
    page.get_by_role("button", name="Add selected photos").click()

    expect(page.locator("#photo-picker .bad")).to_contain_text("already. Nothing was added twice")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#date-offer")).to_contain_text("Nov 30, 2024")
    expect(page.locator("#about")).to_contain_text("Nov 29, 2024")
    page.get_by_role("button", name="Use this date").click()
    expect(page.locator("#about")).to_contain_text("Nov 30, 2024")
    expect(page.locator("#date-offer")).to_be_hidden()


def test_a_survey_opens_on_another_device_by_its_address(page: Page, new_page: NewPage) -> None:
    page.goto("/surveys")
    begin(page, "Shared wall")
    other = new_page()

    other.goto(page.url)

    expect(other.get_by_role("heading", name="Shared wall")).to_be_visible()
    other.get_by_role("link", name="All surveys").click()
    expect(other.get_by_role("link", name="Shared wall")).to_be_visible()


def test_a_correction_is_stored_shown_again_and_can_be_taken_back(page: Page, server: RunningServer) -> None:
    choose(page, file("wrong.jpg"))
    job_id = job_of(page, "wrong.jpg")
    stored = f"/V1/api/classify/{job_id}/corrections"
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Your name").fill("Ana")

    page.get_by_role("button", name="Not Coral").click()

    expect(page.get_by_role("button", name="Not Coral")).to_have_attribute("aria-pressed", "true")
    (correction,) = server.client.get(stored).json()["corrections"]
    assert (correction["label"], correction["by"]) == ("Not Coral", "Ana")
    page.reload()
    drawn(page)
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chunk")).to_contain_text("Your correction: Not Coral")
    page.get_by_role("button", name="Remove correction").click()
    expect(page.get_by_role("button", name="Not Coral")).to_have_attribute("aria-pressed", "false")
    assert server.client.get(stored).json()["corrections"] == []
