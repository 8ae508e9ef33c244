"""Test that the heat stress of a site is added, drawn, saved and removed in the app."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.web.app import barriers, taken
from tests.web.conftest import PHONE, NewPage

DAYS = [dt.date(2023, 6, 1) + dt.timedelta(n) for n in range(400)]
FILE = "date,dhw\n" + "".join(f"{day},{max(0, 9 - abs(n - 260) / 12):.2f}\n" for n, day in enumerate(DAYS))


def give(page: Page, text: str) -> None:
    """Choose a file of heat stress."""
    file = {"name": "heron.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("#heat-stress-file", [file])


@pytest.fixture
def survey_ids(server: RunningServer) -> list[int]:
    """Two surveys of a site and one of another."""
    job_id = server.submit(jpeg(400, 300, seed=93))
    server.completed(job_id)
    ids = []
    for site, date in (("Heron", "2024-03-01"), ("Heron", "2024-05-01"), ("Wistari", "2024-05-02")):
        body = {"name": f"{site} {date}", "site": site, "date": date}
        ids.append(server.client.post("/V1/api/surveys", json=body).json()["survey_id"])
        server.client.post(f"/V1/api/surveys/{ids[-1]}/photos", json={"job_id": job_id}).raise_for_status()
    return ids


def test_heat_stress_is_added_drawn_saved_and_removed(new_page: NewPage, survey_ids: list[int]) -> None:
    page = new_page(**PHONE, expected="400 (BAD REQUEST")
    page.add_init_script(f"localStorage.setItem('coralchunk.surveys', '{survey_ids}')")
    page.goto(f"/surveys#{survey_ids[0]}")
    expect(page.locator("#heat-stress-says")).to_have_text("No heat stress is stored for Heron.")

    give(page, "date,dhw\n2024-03-01,hot\n")
    expect(page.locator("#problem")).to_contain_text("Line 2: dhw is 'hot'. Give °C-weeks as a number from 0")
    give(page, FILE)

    expect(page.locator("#heat-stress-says")).to_contain_text("Highest on Feb 16, 2024: 9 °C-weeks.")
    image = page.locator("#heat-stress figure img")
    expect(image).not_to_have_js_property("naturalWidth", 0)
    assert image.evaluate("(img) => img.naturalHeight") > 500  # with heat stress below the cover
    assert barriers(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    saved = taken(page, "Heat stress (CSV)", "Heron heat-stress.csv").decode()
    assert saved.splitlines()[1] == "2023-06-01,0.0"

    page.get_by_role("link", name="All surveys").click()
    plot = page.locator("#over-time img")
    expect(plot).to_have_js_property("naturalHeight", 360)  # of two sites
    page.locator("#site-choice select").select_option("Heron")
    expect(plot).to_have_js_property("naturalHeight", 570)

    page.get_by_role("link", name="Heron 2024-03-01").click()
    page.on("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Remove heat stress").click()
    expect(page.locator("#heat-stress-says")).to_have_text("No heat stress is stored for Heron.")
    expect(page.locator("#heat-stress figure")).to_be_hidden()
