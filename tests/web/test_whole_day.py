"""Test a whole day of a survey, from the photos on the boat to the report, in one browser."""

import base64
import re
import zipfile
from io import BytesIO
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import barriers, taken
from tests.web.conftest import NewPage
from tests.web.test_app_offline import installed

CHECKS: Final = 30
KEYS: Final = "BHNPU"
_DROP: Final = """(photos) => {
  const given = new DataTransfer();
  for (const [name, encoded] of photos) {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    given.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  const zone = document.querySelector("#drop");
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, photos: dict[str, bytes]) -> None:
    page.evaluate(_DROP, [[name, base64.b64encode(photo).decode()] for name, photo in photos.items()])


def photos_of(count: int, day: int) -> dict[str, bytes]:
    return {f"day{day}-{n:03}.jpg": jpeg(300, 300, seed=1000 * day + n) for n in range(count)}


def state(page: Page) -> str:
    return page.locator(".batch .batch-state").first.inner_text()


def into_a_survey(page: Page, day: int, date: str, count: int) -> bytes:
    """Put all photos of a day into a new survey. Returns the ZIP file of them."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Gallery: ")).nth(2 - day).click()
    page.locator("html[data-ready=gallery]").wait_for()
    page.get_by_label("Select all that are shown").check()
    expect(page.locator("#selected-count")).to_have_text(f"{count} photos selected.")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download ZIP").click()
    page.get_by_role("button", name="Add to a survey").click()
    page.get_by_label("Name", exact=True).fill(f"Wall {day}")
    page.get_by_label("Date", exact=True).fill(date)
    page.locator("#to-survey select").select_option("A new survey")
    page.get_by_role("button", name="Add photos").click()
    expect(page.locator("#to-survey")).to_be_hidden()
    return waiting.value.path().read_bytes()


def at_its_site(page: Page, name: str) -> None:
    """Open a survey and say where it was."""
    page.goto("/surveys")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Edit survey").click()
    page.get_by_label("Site", exact=True).fill("Tayrona")
    page.locator("#survey-form button.main").click()
    expect(page.locator("#about")).to_contain_text("Tayrona")


def boat_day(page: Page, count: int) -> Page:
    """Drop photos, close the tab in the middle, add more without a connection, and come back to it."""
    context = page.context
    installed(page)
    drop(page, photos_of(count, 1))
    some = re.compile(rf"^([1-9]\d*) of {count} photos done")
    wait_for(lambda: page.wait_for_timeout(20) or some.match(state(page)), "the first photos")
    context.set_offline(True)
    page.close()
    again = context.new_page()
    again.goto("/surveys")
    expect(again.locator("html[data-ready]")).to_be_attached()
    again.goto("/")
    again.locator("html[data-ready]").wait_for()
    drop(again, photos_of(count, 2))
    waiting = f"0 of {count} photos done. No connection: {count} photos on this device wait."
    expect(again.locator(".batch .batch-state").first).to_have_text(waiting)
    again.reload()
    expect(again.locator(".batch .batch-state").first).to_have_text(waiting)
    context.set_offline(False)
    expect(again.locator(".batch .batch-state")).to_have_text([f"{count} of {count} photos done."] * 2)
    return again


def check_thirty_chunks(page: Page, server: RunningServer) -> None:
    """Check the least certain chunks of the survey that is shown, with a key each."""
    survey_id = int(page.url.rsplit("#", maxsplit=1)[1])
    page.get_by_role("link", name="Check the least certain").click()
    expect(page.locator("#picture img")).to_be_visible()
    for number in range(CHECKS):
        page.keyboard.press(KEYS[number % len(KEYS)])
    expect(page.locator("#count")).to_contain_text(f"{CHECKS} of")
    log = f"/V1/api/surveys/{survey_id}/corrections/log"
    wait_for(lambda: len(server.client.get(log).json()["events"]) == CHECKS, "thirty stored labels")


def test_a_survey_day_from_the_boat_to_the_report(
    new_page: NewPage, server: RunningServer, request: pytest.FixtureRequest
) -> None:
    count = int(request.config.getoption("--day-photos")) // 2
    page = boat_day(new_page(service_workers="allow", expected="ERR_INTERNET_DISCONNECTED"), count)

    for day, date in ((2, "2024-09-10"), (1, "2024-03-09")):
        files = zipfile.ZipFile(BytesIO(into_a_survey(page, day, date, count)))
        assert files.testzip() is None
        pictures = {f"pictures/day{day}-{n:03}.png" for n in range(count)}
        assert set(files.namelist()) == pictures | {"photos.csv", "results.json"}
        at_its_site(page, f"Wall {day}")
    check_thirty_chunks(page, server)

    page.goto("/surveys")
    page.get_by_role("link", name="Wall 2").click()
    expect(page.locator("#change option")).to_have_text([re.compile("Wall 1")])
    expect(page.locator("#changes")).to_contain_text(re.compile(r"Coral cover.* points \(95 %: \S+ to \S+\)"))
    assert barriers(page) == []
    report = PdfReader(BytesIO(taken(page, "Report (PDF)", "Wall 2.pdf")))
    words = " ".join(sheet.extract_text() for sheet in report.pages)
    for expected in ("Wall 2", "Tayrona", *(f"day2-{n:03}.jpg" for n in range(count))):
        assert expected in words
