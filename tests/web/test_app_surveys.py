"""Test surveys and corrections in the browser."""

import csv
import hashlib
import io
import re
import zipfile
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Dialog, Page, Route, expect

from coralchunk.imaging.overlay import COLOURS
from coralchunk.terms import State
from tests.exif.test_cases import photo as photo_of
from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import STATIC, barriers, choose, completed, drawn, file, job_of, reads, taken
from tests.web.conftest import PHONE, NewPage

BLEACHED = re.compile(r"^(✓ )?Bleached Coral$")  # a pressed button has a tick
PHOTOS = {f"transect {number}.jpg": number for number in (1, 2, 3)}  # the name, and the seed


def transect(seed: int) -> bytes:
    return jpeg(1220, 976, seed)


def agree(dialog: Dialog) -> None:
    """Answer yes to a question of the page."""
    dialog.accept()


def begin(page: Page, name: str) -> None:
    """Begin a survey and open it."""
    page.get_by_role("button", name="New survey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Site", exact=True).fill("Tayrona")
    page.get_by_label("Date").fill("2024-11-29")
    page.get_by_label("Depth in metres").fill("7.5")
    page.get_by_role("button", name="Create survey").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_three_photos_become_a_survey_with_its_table_until_it_is_deleted(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    choose(page, *(file(name, transect(seed)) for name, seed in PHOTOS.items()))
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

    page.once("dialog", lambda question: question.dismiss())
    page.get_by_role("button", name="Remove transect 2.jpg").click()
    expect(page.locator("#rows tr")).to_have_count(3)
    page.on("dialog", agree)
    page.get_by_role("button", name="Remove transect 2.jpg").click()
    expect(page.locator("#rows tr")).to_have_count(2)
    page.get_by_role("link", name="All surveys").click()
    expect(page.locator("#over-time img")).to_be_visible()
    expect(page.locator("#over-time img")).not_to_have_js_property("naturalWidth", 0)
    page.get_by_role("link", name="North wall").click()
    page.get_by_role("button", name="Delete this survey").click()
    expect(page.locator("#no-surveys")).to_be_visible()


def photo_taken(at: str) -> bytes:
    """A photo whose EXIF block tells when it was taken."""
    return photo_of({"exif": {"DateTimeOriginal": at, "OffsetTimeOriginal": "+11:00"}, "gps": {}})


def test_the_photos_that_were_added_last_are_offered_by_time_and_known_by_their_content(
    new_page: NewPage,
) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    first = photo_taken("2024:11:30 09:00:00")
    choose(page, file("wall.jpg", first))
    completed(page, "wall.jpg")
    choose(
        page,
        file("c.jpg", photo_taken("2024:11:30 11:00:00")),
        file("wall 2.jpg", photo_taken("2024:11:30 10:00:00")),
        file("copy.jpg", first),
    )
    for name in ("c.jpg", "wall 2.jpg", "copy.jpg"):
        completed(page, name)
    page.get_by_role("link", name="Surveys").click()
    begin(page, "West wall")
    boxes = page.locator("#candidates input[type=checkbox]")

    page.get_by_role("button", name="Add photos").click()
    expect(page.locator("#selected-count")).to_have_text("3 photos selected.")
    assert page.locator("#candidates .check").all_inner_texts() == ["copy.jpg", "wall 2.jpg", "c.jpg"]
    assert barriers(page) == []
    page.get_by_role("button", name="None").click()
    expect(page.locator("#selected-count")).to_have_text("0 photos selected.")
    expect(page.get_by_role("button", name="Add selected photos")).to_be_disabled()
    page.get_by_role("button", name="All").click()
    page.locator("#candidates").get_by_label("c.jpg", exact=True).uncheck()
    page.get_by_text("Added earlier (1)").click()
    expect(boxes).to_have_count(4)
    expect(page.locator("#candidates details")).to_contain_text("The same photo is listed above")
    page.get_by_role("button", name="Add selected photos").click()

    expect(page.locator("#rows tr")).to_have_count(2)
    page.get_by_role("button", name="Add photos").click()
    expect(page.locator("#selected-count")).to_have_text("1 photo selected.")
    expect(page.locator("#candidates").get_by_label("copy.jpg", exact=True)).to_be_disabled()
    expect(page.locator("#candidates").get_by_label("c.jpg", exact=True)).to_be_checked()


def test_a_photo_of_the_same_name_but_of_another_content_is_added(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/")
    choose(page, file("GOPR0001.JPG", photo_taken("2024:11:29 09:00:00")))
    expect(page.locator(".card[data-state=completed]")).to_have_count(1)
    choose(page, file("GOPR0001.JPG", photo_taken("2023:11:29 09:30:00")))
    expect(page.locator(".card[data-state=completed]")).to_have_count(2)
    page.get_by_role("link", name="Surveys").click()
    begin(page, "Two cards")

    page.get_by_role("button", name="Add photos").click()
    page.get_by_role("button", name="Add selected photos").click()
    expect(page.locator("#photo-picker .doubts")).to_contain_text(
        "GOPR0001.JPG was taken in 2023, the survey is of 2024."
    )
    page.get_by_role("button", name="Add selected photos").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#date-offer")).to_contain_text("Nov 29, 2023")
    page.get_by_role("button", name="Use this date").click()
    expect(page.locator("#about")).to_contain_text("Nov 29, 2023")
    expect(page.locator("#date-offer")).to_be_hidden()
    page.get_by_role("button", name="Add photos").click()
    page.get_by_text("Added earlier (1)").click()
    page.locator("#candidates details input[type=checkbox]").check()
    page.get_by_role("button", name="Add selected photos").click()
    page.get_by_role("button", name="Add selected photos").click()

    expect(page.locator("#rows tr")).to_have_count(2)


def test_a_survey_is_edited_and_implausible_values_are_asked_about(page: Page, server: RunningServer) -> None:
    page.goto("/surveys")
    begin(page, "East wal")
    survey_id = page.url.partition("#")[2]
    doubts = page.locator("#survey-form .doubts")

    page.get_by_role("button", name="Edit survey").click()
    expect(page.get_by_label("Site", exact=True)).to_have_value("Tayrona")
    page.get_by_label("Name").fill("East wall")
    page.get_by_label("Depth in metres").fill("750")
    page.get_by_label("Date").fill("2224-11-29")
    page.get_by_role("button", name="Save changes").click()
    expect(doubts).to_contain_text("is in the future. A depth of 750 m is more than")
    assert barriers(page) == []
    page.get_by_label("Date").fill("1924-11-29")
    page.get_by_role("button", name="Save changes").click()
    expect(doubts).to_contain_text("is before there were digital cameras")
    page.get_by_label("Date").fill("2024-11-28")
    page.get_by_label("Depth in metres").fill("7")
    page.get_by_text("For publishing").click()
    page.get_by_label("Contact e-mail").fill("ana@reef.example")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("heading", name="East wall")).to_be_visible()
    expect(page.locator("#about")).to_contain_text("Nov 28, 2024, 7 m deep")
    stored = server.client.get(f"/V1/api/surveys/{survey_id}").json()
    assert (stored["site"], stored["contact"], stored["transect"]) == ("Tayrona", "ana@reef.example", None)


def test_a_survey_prints_as_a_report_without_buttons_and_loads_no_reader_of_exif_for_it(
    page: Page, server: RunningServer
) -> None:
    job_id = server.submit(transect(1), "printed.jpg")
    server.completed(job_id)
    survey = server.client.post("/V1/api/surveys", json={"name": "Paper", "date": "2024-03-09"}).json()
    path = f"/V1/api/surveys/{survey['survey_id']}"
    server.client.post(f"{path}/photos", json={"job_id": job_id, "name": "printed.jpg"}).raise_for_status()

    page.goto(f"/surveys#{survey['survey_id']}")
    expect(page.locator("#rows")).to_contain_text("printed.jpg")
    page.emulate_media(media="print")

    expect(page.locator("#figures")).to_be_visible()
    assert page.locator("button:visible, nav:visible, footer:visible").count() == 0
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in loaded if "exif-reader" in name]


def test_a_survey_keeps_photos_whose_rows_open_the_map_and_tells_of_other_cameras(
    page: Page, server: RunningServer
) -> None:
    expect(page.locator("#cards")).to_be_attached()
    for number, camera in enumerate(("TG-6", "HERO9")):
        notes = Image.Exif()
        notes[0x0110] = camera
        job_id = server.submit(encoded(reef(900, 500, seed=number), "JPEG", exif=notes), "kept.jpg")
        server.completed(job_id)
        survey = {"name": camera, "date": f"202{number}-03-09", "keeps_photos": True}
        survey_id = server.client.post("/V1/api/surveys", json=survey).json()["survey_id"]
        body = {"job_id": job_id, "name": "kept.jpg"}
        server.client.post(f"/V1/api/surveys/{survey_id}/photos", json=body).raise_for_status()
        server.client.delete(f"/V1/api/classify/{job_id}").raise_for_status()
        page.goto(f"/surveys#{survey_id}")
        expect(page.locator("#about")).to_contain_text("photos and maps are kept (")
        page.goto("/docs")  # so that the next survey is another page
    page.goto("/surveys")
    expect(page.locator("#cameras-differ")).to_contain_text("(HERO9, TG-6)")

    page.get_by_role("link", name="HERO9").click()
    page.locator("#rows img").scroll_into_view_if_needed()
    expect(page.locator("#rows img")).to_have_js_property("naturalWidth", 640)
    page.get_by_role("link", name="kept.jpg").click()

    drawn(page)
    expect(page.locator("#summary")).to_contain_text("chunks")
    page.get_by_role("link", name="The survey").click()
    expect(page.get_by_role("heading", name="HERO9")).to_be_visible()


def test_a_survey_whose_answer_comes_late_does_not_replace_the_one_that_was_opened_since(page: Page) -> None:
    page.goto("/surveys")
    begin(page, "Slow wall")
    slow = page.url.partition("#")[2]
    page.get_by_role("link", name="All surveys").click()
    begin(page, "Fast wall")
    fast = page.url.partition("#")[2]
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.get_by_role("link", name="All surveys").click()
    page.route(f"**/V1/api/surveys/{slow}", hold)
    page.get_by_role("link", name="Slow wall").click()
    wait_for(lambda: page.wait_for_timeout(10) or held, "the request for the slow survey")
    page.goto(f"/surveys#{fast}")
    expect(page.get_by_role("heading", name="Fast wall")).to_be_visible()

    with page.expect_event("requestfinished", lambda asked: asked.url.endswith(f"/surveys/{slow}")):
        held[0].continue_()

    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(page.get_by_role("heading", name="Fast wall")).to_be_visible()


def test_a_page_without_tls_hashes_files_as_other_pages_do(page: Page) -> None:
    content = bytes(range(256)) * 300

    script = """async ([bytes, url]) => {
      Object.defineProperty(crypto, "subtle", { value: undefined });
      const { sha256 } = await import(url);
      return sha256(new Blob([new Uint8Array(bytes)]));
    }"""

    digest = page.evaluate(script, [list(content), f"{STATIC}/photos/file-hash.js"])
    assert digest == hashlib.sha256(content).hexdigest()


def test_a_survey_opens_on_another_device_by_its_address(page: Page, new_page: NewPage) -> None:
    page.goto("/surveys")
    begin(page, "Shared wall")
    other = new_page()

    other.goto(page.url)

    expect(other.get_by_role("heading", name="Shared wall")).to_be_visible()
    other.get_by_role("link", name="All surveys").click()
    expect(other.get_by_role("link", name="Shared wall")).to_be_visible()


def test_a_survey_is_shared_read_only_until_the_link_is_taken_back(page: Page, new_page: NewPage) -> None:
    page.goto("/surveys")
    begin(page, "Wall for all")
    page.get_by_role("button", name="Share link").click()
    link = page.get_by_label("Anyone with this link").input_value()
    other = new_page(expected="404 (NOT FOUND")

    other.goto(link)
    expect(other.get_by_role("heading", name="Wall for all")).to_be_visible()
    expect(other.locator("#about")).to_contain_text("Tayrona")
    expect(other.locator("main button")).to_have_count(0)
    assert barriers(other) == []
    page.get_by_role("button", name="Take the link back").click()
    expect(page.get_by_role("button", name="Share link")).to_be_visible()
    other.reload()

    expect(other.get_by_text("This link shows no survey")).to_be_visible()


def test_a_correction_is_coloured_and_stands_beside_the_models_figure_everywhere(
    page: Page, server: RunningServer
) -> None:
    choose(page, file("wrong.jpg"))
    job_id = job_of(page, "wrong.jpg")
    index, edge = first_healthy(server, job_id)
    reads(page, edge, COLOURS[State.HEALTHY], right=1)
    select(page, index)
    page.get_by_label("Your name").fill("Ana")

    page.get_by_role("button", name=BLEACHED).click()

    expect(page.get_by_role("button", name=BLEACHED)).to_have_attribute("aria-pressed", "true")
    (correction,) = corrections_of(server, job_id)
    assert (correction["label"], correction["by"]) == ("Bleached Coral", "Ana")
    page.reload()
    drawn(page)
    reads(page, edge, (255, 255, 255), right=1)  # the frame of bleached chunks
    both = ["Model: ", "With 1 correction: "]
    expect(page.locator("#summary h2")).to_contain_text(both)
    report = page.get_by_role("link", name="Printable report").get_attribute("href")
    page.get_by_role("link", name="All photos").click()
    expect(page.locator(".card .corrected")).to_contain_text(both[1])
    page.goto(str(report))
    expect(page.locator("#summary h2")).to_contain_text(both)


def test_the_report_the_picture_and_a_shared_link_tell_both_labels(page: Page, server: RunningServer) -> None:
    choose(page, file("wrong.jpg"))
    job_id = job_of(page, "wrong.jpg")
    index, _ = first_healthy(server, job_id)
    correction = {"label": "Bleached Coral", "by": "Ana"}
    server.client.put(
        f"/V1/api/classify/{job_id}/chunks/{index}/correction", json=correction
    ).raise_for_status()
    served = Image.open(io.BytesIO(server.client.get(f"/V1/api/result/{job_id}.png").content)).convert("RGB")
    page.reload()
    drawn(page)
    expect(page.locator("#summary h2")).to_contain_text(["Model: ", "With 1 correction: "])

    picture = Image.open(io.BytesIO(taken(page, "Picture (PNG)", "wrong.png"))).convert("RGB")

    chunk = server.client.get(f"/V1/api/status/{job_id}?include=chunks").json()["chunks"][index]
    changed = ImageChops.difference(picture, served).getbbox()
    assert changed is not None
    assert (changed[0] // 244, changed[1] // 244) == (chunk["x"] // 244, chunk["y"] // 244)
    page.get_by_role("link", name="Printable report").click()
    expect(page.get_by_text("names both labels")).to_be_visible()
    link = server.client.post(f"/V1/api/classify/{job_id}/share").json()["url"]
    page.goto(link)
    drawn(page)
    expect(page.locator("#summary h2")).to_contain_text(["Model: ", "With 1 correction: "])
    select(page, index)
    expect(page.locator("#chunk")).to_contain_text(
        "Corrected by a person: Bleached Coral. The model said Healthy"
    )
    shared = server.client.get(f"/V1/api{link}/corrections").json()
    assert [(one["chunk"], one["said"], "by" in one) for one in shared["corrections"]] == [
        (index, "Healthy Coral", False)
    ]


def test_a_correction_is_shown_again_and_can_be_taken_back(page: Page, server: RunningServer) -> None:
    choose(page, file("wrong.jpg"))
    job_id = job_of(page, "wrong.jpg")
    index, edge = first_healthy(server, job_id)
    path = f"/V1/api/classify/{job_id}/chunks/{index}/correction"
    server.client.put(path, json={"label": "Bleached Coral"}).raise_for_status()
    page.reload()
    drawn(page)
    select(page, index)
    expect(page.locator("#chunk")).to_contain_text("Your correction: Bleached Coral. The model said Healthy")

    page.get_by_role("button", name="Remove correction").click()

    expect(page.get_by_role("button", name=BLEACHED)).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#summary h2")).to_have_count(1)
    page.locator("#map").press("Escape")
    reads(page, edge, COLOURS[State.HEALTHY], right=1)
    assert corrections_of(server, job_id) == []


def corrections_of(server: RunningServer, job_id: int) -> Any:
    """The stored corrections of a job."""
    return server.client.get(f"/V1/api/classify/{job_id}/corrections").json()["corrections"]


def first_healthy(server: RunningServer, job_id: int) -> tuple[int, tuple[int, int]]:
    """The number of the first chunk that the model calls healthy, and the middle of its left edge."""
    chunks = server.status(job_id, "chunks")["chunks"]
    index = next(i for i, one in enumerate(chunks) if one["predicted_label"] == "Healthy Coral")
    return index, (chunks[index]["x"], chunks[index]["y"] + chunks[index]["height"] // 2)


def select(page: Page, index: int) -> None:
    """Select a chunk with the keys."""
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    for key, times in (("ArrowRight", index % 5), ("ArrowDown", index // 5)):
        for _ in range(times):
            page.keyboard.press(key)
    expect(page.locator("#chunk h2")).to_contain_text(f"Chunk {index}:")
