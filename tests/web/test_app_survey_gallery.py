"""Test the gallery of a survey: its photos are sorted, selected, measured, packed and removed."""

import csv
import json
import re
import zipfile
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.web.app import barriers
from tests.web.conftest import PHONE, NewPage

SEEDS = (60, 61, 62)


@pytest.fixture
def survey_id(server: RunningServer) -> int:
    """A survey of three photos that it keeps, one of them corrected, and one that it does not."""
    body = {"name": "Gallery day", "date": "2024-03-09", "keeps_photos": True}
    number = int(server.client.post("/V1/api/surveys", json=body).json()["survey_id"])
    path = f"/V1/api/surveys/{number}"
    for seed in SEEDS:
        job_id = server.submit(jpeg(1220, 976, seed=seed))
        server.completed(job_id)
        photo = {"job_id": job_id, "name": f"{seed}.jpg", "duplicate": True}
        server.client.post(f"{path}/photos", json=photo).raise_for_status()
    changes = [{"job_id": job_id, "chunk": chunk, "label": "Bleached Coral"} for chunk in range(20)]
    server.client.post(f"{path}/corrections", json={"changes": changes}).raise_for_status()
    server.client.patch(path, json={"keeps_photos": False}).raise_for_status()
    job_id = server.submit(jpeg(600, 500, seed=63))
    server.completed(job_id)
    server.client.post(f"{path}/photos", json={"job_id": job_id, "name": "63.jpg"}).raise_for_status()
    return number


def download_holds_the_selected_photos(page: Page) -> None:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download ZIP").click()
    archive = zipfile.ZipFile(BytesIO(waiting.value.path().read_bytes()))
    assert set(archive.namelist()) == {
        "pictures/60.png",
        "pictures/61.png",
        "photos.csv",
        "results.json",
    }  # 63.jpg is not kept
    table = list(csv.DictReader(archive.read("photos.csv").decode("utf-8-sig").splitlines()))
    results = json.loads(archive.read("results.json"))
    assert [int(row["photo_id"]) for row in table] == [result["photo_id"] for result in results]
    assert all(result["chunks"] for result in results)


def test_photos_of_a_survey_are_sorted_selected_measured_packed_and_removed(
    new_page: NewPage, server: RunningServer, survey_id: int
) -> None:
    page = new_page(**PHONE)
    page.goto(f"/surveys#{survey_id}")
    page.get_by_role("link", name="Gallery").click()
    page.locator("html[data-ready=gallery]").wait_for()

    expect(page.get_by_role("heading", name="Gallery day")).to_be_visible()
    expect(page.locator(".top [aria-current]")).to_have_text("Surveys")
    expect(page.locator("#tiles li")).to_have_count(4)
    page.get_by_label("Sort by").select_option("Most bleached first")
    assert page.locator("#tiles .name").all_inner_texts()[0] == "62.jpg"  # as it was corrected
    expect(page.locator(".tile").first.locator(".figure")).to_have_text(re.compile(r"^100.%"))
    expect(page.locator(".tile img").first).to_have_js_property("naturalWidth", 610)
    expect(page.locator("#cover")).to_contain_text("Corrected: ")
    assert barriers(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    for gone in ("#batch", "#add-to-survey", "#retry"):
        expect(page.locator(gone)).to_be_hidden()

    page.get_by_label("Select 60.jpg").click()
    page.get_by_label("Select 61.jpg").click()
    page.get_by_label("Select 63.jpg").click()
    expect(page.locator("#selected-count")).to_have_text("3 photos selected.")
    expect(page.locator("#cover")).to_contain_text("Coral covers")
    expect(page.locator("#cover")).not_to_contain_text("Corrected: ")  # neither of them was
    download_holds_the_selected_photos(page)

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#tiles li")).to_have_count(1)
    survey = server.client.get(f"/V1/api/surveys/{survey_id}").json()
    assert {photo["name"] for photo in survey["photos"]} == {"62.jpg"}


def test_the_page_of_a_photo_that_is_not_kept_shows_its_figures_and_says_why(
    new_page: NewPage, server: RunningServer, survey_id: int
) -> None:
    photos = server.client.get(f"/V1/api/surveys/{survey_id}").json()["photos"]
    page = new_page(expected="404")

    page.goto(f"/surveys/{survey_id}/photos/{photos[-1]['photo_id']}")

    expect(page.get_by_role("alert")).to_contain_text("but not the photo and its map")
    expect(page.get_by_role("heading", level=1)).to_have_text("63.jpg")
    expect(page.locator("#summary")).to_contain_text("chunks")
    expect(page.get_by_text("Loading the picture…")).to_be_hidden()


def test_the_cover_of_chosen_photos_is_that_of_a_survey_of_them(
    server: RunningServer, survey_id: int
) -> None:
    path = f"/V1/api/surveys/{survey_id}"
    whole = server.client.get(path).json()
    ids = [photo["photo_id"] for photo in whole["photos"]]

    told = server.client.post(f"{path}/cover", json={"photo_ids": ids}).json()
    some = server.client.post(f"{path}/cover", json={"photo_ids": ids[:2]}).json()
    unknown = server.client.post(f"{path}/cover", json={"photo_ids": [*ids, 999_999_999]})

    for field in ("coral_cover", "coral_cover_interval", "bleached_cover", "corrected"):
        assert told[field] == whole[field]
    assert (some["photo_count"], some["corrected"]) == (2, None)
    assert some["coral_cover"] != told["coral_cover"]
    assert (unknown.status_code, unknown.json()["title"]) == (404, "UnknownPhoto")
