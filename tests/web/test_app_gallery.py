"""Test the gallery of a batch: sorted, filtered, selected, exported; and bounded with hundreds of photos."""

import csv
import json
import re
import zipfile
from io import BytesIO
from typing import Any

from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import PHOTO, barriers, choose, file
from tests.web.conftest import PHONE, NewPage

COUNT = 400
_SEED = """async ([count, jobId, summary]) => {
  const opening = indexedDB.open("coralchunk");
  await new Promise((resolve) => { opening.onsuccess = resolve; });
  const transaction = opening.result.transaction(["photos", "batches"], "readwrite");
  const store = transaction.objectStore("photos");
  transaction.objectStore("batches").put({ id: "b", name: "Transect 4", createdAt: 1, isPaused: false,
    isReading: false, wasInterrupted: false, isLarge: true, source: "", leftOut: [] });
  for (let number = 0; number < count; number += 1)
    store.put({
      id: `p${number}`, name: `GOPR${String(number).padStart(4, "0")}.jpg`, size: 1, key: "k",
      addedAt: number, batch: "b", state: "completed", jobId, done: 20, total: 20, sent: 1,
      retryAt: 0, why: "", thumb: null,
      summary: { ...summary, bleached_cover: number / count, bleached_cover_interval: [0, 1] },
    });
  await new Promise((resolve) => { transaction.oncomplete = resolve; });
}"""
_NODES = "() => document.querySelectorAll('*').length"


def names(page: Page) -> list[str]:
    return page.locator("#tiles .name, #rows th").all_inner_texts()


def open_gallery(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Gallery: ")).click()
    page.locator("html[data-ready=gallery]").wait_for()


def test_photos_are_sorted_filtered_selected_and_exported(new_page: NewPage, server: RunningServer) -> None:
    page = new_page(expected="422 (UNPROCESSABLE")
    page.goto("/")
    photos = [file(f"{seed}.jpg", jpeg(1220, 976, seed=seed)) for seed in (50, 51, 52)]
    choose(page, *photos, file("map.jpg", PHOTO), file("notes.jpg", b"no photo"))
    expect(page.locator(".batch-state")).to_have_text("4 of 5 photos done, 1 failed.")
    open_gallery(page)

    expect(page.locator("#tiles li")).to_have_count(5)
    for tile in page.locator(".tile[data-state=completed] img").all():
        expect(tile).to_have_js_property("naturalWidth", 610)
    assert barriers(page) == []
    page.get_by_label("Sort by").select_option("Name")
    assert names(page) == ["50.jpg", "51.jpg", "52.jpg", "map.jpg", "notes.jpg"]
    page.locator("#filter").select_option("Failed")
    assert names(page) == ["notes.jpg"]
    page.locator("#filter").select_option("All photos")
    page.get_by_label("Sort by").select_option("Most unsure first")
    by_unsure = names(page)
    assert by_unsure[-1] == "notes.jpg"
    assert by_unsure != sorted(by_unsure)
    page.get_by_label("Sort by").select_option("Name")

    figures_follow_the_selection(page)
    results = download_holds_the_selected_photos(page)
    selected_photos_go_into_a_survey(page, server)

    page.get_by_role("radio", name="Table").check()
    assert barriers(page) == []
    assert names(page) == ["50.jpg", "51.jpg", "52.jpg", "map.jpg", "notes.jpg"]
    page.get_by_label("Select map.jpg").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#rows tr")).to_have_count(2)
    assert server.client.get(f"/V1/api/status/{results[0]['job_id']}").status_code == 404


def figures_follow_the_selection(page: Page) -> None:
    page.get_by_label("Select 50.jpg").click()
    page.get_by_label("Select 52.jpg").click(modifiers=["Shift"])
    expect(page.locator("#selected-count")).to_have_text("3 photos selected.")
    expect(page.locator("#cover")).to_contain_text("Coral covers")
    three = page.locator("#cover").inner_text()
    page.get_by_label("Select map.jpg").click()
    expect(page.locator("#selected-count")).to_have_text("4 photos selected.")
    expect(page.locator("#cover")).to_contain_text("Coral covers")
    expect(page.locator("#cover")).not_to_have_text(three)


def download_holds_the_selected_photos(page: Page) -> list[dict[str, Any]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download ZIP").click()
    archive = zipfile.ZipFile(BytesIO(waiting.value.path().read_bytes()))
    assert archive.testzip() is None
    pictures = {f"pictures/{stem}.png" for stem in ("50", "51", "52", "map")}
    assert set(archive.namelist()) == pictures | {"photos.csv", "results.json"}
    assert archive.read("pictures/map.png").startswith(b"\x89PNG")
    table = list(csv.DictReader(archive.read("photos.csv").decode("utf-8-sig").splitlines()))
    assert {row["name"] for row in table} == {"50.jpg", "51.jpg", "52.jpg", "map.jpg"}
    results: list[dict[str, Any]] = json.loads(archive.read("results.json"))
    assert [len(result["chunks"]) for result in results] == [20, 20, 20, 20]
    assert float(table[0]["unsure_share"]) == results[0]["summary"]["unsure_chunks"] / 20

    return results


def selected_photos_go_into_a_survey(page: Page, server: RunningServer) -> None:
    page.get_by_role("button", name="Add to a survey").click()
    page.get_by_label("Name", exact=True).fill("From the gallery")
    assert barriers(page) == []
    page.get_by_role("button", name="Add photos").click()
    expect(page.locator("#to-survey")).to_be_hidden()
    survey_id = page.evaluate("() => JSON.parse(localStorage.getItem('coralchunk.surveys'))[0]")
    survey = server.client.get(f"/V1/api/surveys/{survey_id}").json()
    assert (survey["name"], survey["photo_count"]) == ("From the gallery", 4)
    assert all(photo["latitude"] is None for photo in survey["photos"])


def test_hundreds_of_photos_keep_few_elements_in_the_page(new_page: NewPage, server: RunningServer) -> None:
    job_id = server.submit(PHOTO)
    summary = server.completed(job_id)["summary"]
    page = new_page(**PHONE)
    page.goto("/gallery")
    page.locator("html[data-ready=gallery]").wait_for()
    page.evaluate(_SEED, [COUNT, job_id, summary])
    page.goto("/")
    expect(page.locator(".batch-state")).to_have_text(f"{COUNT} of {COUNT} photos done.")
    expect(page.locator(".card")).to_have_count(0)
    open_gallery(page)
    expect(page.get_by_role("heading", name="Transect 4")).to_be_visible()
    expect(page.locator("#selected-count")).to_have_text(f"{COUNT} photos shown.")

    counts = []
    for view in ("Gallery", "Table"):
        page.get_by_role("radio", name=view).check()
        for share in (0, 0.3, 0.7, 1):
            page.evaluate("(share) => scrollTo(0, share * document.documentElement.scrollHeight)", share)
            page.wait_for_timeout(60)
            counts.append(page.evaluate(_NODES))
        wait_for(lambda: f"GOPR{COUNT - 1:04}.jpg" in names(page), f"the last photo in the {view}")
        wide, screen = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen
    assert max(counts) < 600, counts

    page.get_by_label("Sort by").select_option("Most bleached first")
    page.evaluate("() => scrollTo(0, 0)")
    wait_for(lambda: names(page)[:2] == ["GOPR0399.jpg", "GOPR0398.jpg"], "the other order")
    page.get_by_label("Select all that are shown").click()
    expect(page.locator("#selected-count")).to_have_text(f"{COUNT} photos selected.")
    expect(page.locator("tr.selected").first).to_be_visible()
