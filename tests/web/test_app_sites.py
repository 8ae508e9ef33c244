"""Test the map of the sites of surveys."""

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.web.app import barriers
from tests.web.conftest import PHONE, NewPage

PLACES = (
    ("North wall", "2024-06-01", 11.33, -74.13),
    ("North wall", "2024-11-29", 11.33, -74.13),
    ("South wall", "2024-11-30", 11.27, -73.9),
    ("Suva", "2025-01-10", -18.1, 178.4),
)


ROUND_THE_WORLD = (
    ("Cozumel", "2024-06-01", 20.4, -86.9),
    ("Zanzibar", "2024-06-02", -6.2, 39.2),
    ("Palau", "2024-06-03", 7.5, 134.5),
    ("Kaneohe", "2024-06-04", 21.4, -157.8),
)


def surveys_at(server: RunningServer, places: tuple[tuple[str, str, float, float], ...]) -> list[int]:
    """Make a survey at each place."""
    job_id = server.submit(jpeg(1220, 976, seed=1))
    server.completed(job_id)
    ids = []
    for number, (site, date, latitude, longitude) in enumerate(places):
        made = server.client.post(
            "/V1/api/surveys", json={"name": f"Visit {number}", "site": site, "date": date}
        ).json()
        added = server.client.post(
            f"/V1/api/surveys/{made['survey_id']}/photos",
            json={"job_id": job_id, "latitude": latitude, "longitude": longitude},
        )
        assert added.status_code == 201, added.text
        ids.append(made["survey_id"])
    return ids


@pytest.fixture(scope="module")
def survey_ids(server: RunningServer) -> list[int]:
    """Four surveys of three sites on two coasts, and one without a position."""
    ids = surveys_at(server, PLACES)
    nowhere = server.client.post("/V1/api/surveys", json={"name": "Nowhere", "date": "2025-01-01"}).json()
    return [*ids, nowhere["survey_id"]]


def listed(page: Page, survey_ids: list[int]) -> None:
    """Show these surveys."""
    page.add_init_script(f"localStorage.setItem('coralchunk.surveys', '{survey_ids}')")
    page.goto("/surveys")
    page.locator("html[data-ready]").wait_for()


def test_sites_lie_on_a_map_and_lead_to_their_surveys_by_keyboard(
    new_page: NewPage, survey_ids: list[int]
) -> None:
    page = new_page(**PHONE)
    listed(page, survey_ids)
    sites = page.locator("#site-map .site")

    expect(sites).to_have_count(3)
    assert barriers(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    north = page.get_by_role("button", name="North wall: ")
    north.focus()
    page.keyboard.press("Enter")

    links = page.locator("#site-surveys a")
    expect(links).to_have_count(2)
    expect(links.first).to_contain_text("Visit 1")
    mark = north.locator(".touch")  # its name may change sides
    before = mark.bounding_box()
    page.locator("#site-map svg").focus()
    page.keyboard.press("ArrowRight")
    moved = mark.bounding_box()
    assert before is not None
    assert moved is not None
    assert before["x"] - moved["x"] == pytest.approx(60, abs=3)
    links.first.click()
    expect(page.get_by_role("heading", name="Visit 1")).to_be_visible()


def test_near_sites_come_apart_when_the_map_is_zoomed_in(new_page: NewPage, survey_ids: list[int]) -> None:
    page = new_page()
    listed(page, survey_ids[:3])

    def gap() -> float:
        boxes = [site.bounding_box() for site in page.locator("#site-map .touch").all()]
        assert boxes[0] is not None
        assert boxes[1] is not None
        return abs(boxes[1]["x"] - boxes[0]["x"])

    before = gap()
    page.get_by_role("button", name="Zoom in").click()
    assert gap() == pytest.approx(2 * before, rel=0.1)
    page.get_by_role("button", name="World").click()
    assert gap() < before / 4


def test_surveys_without_a_position_load_no_map(new_page: NewPage, survey_ids: list[int]) -> None:
    page = new_page()
    listed(page, survey_ids[4:])

    expect(page.locator("#surveys li")).to_have_count(1)
    expect(page.locator("#site-map")).to_be_hidden()
    assert not page.evaluate(
        "() => performance.getEntriesByType('resource').some((one) => one.name.includes('natural-earth'))"
    )


def test_sites_all_round_the_world_are_on_a_phone_at_once(new_page: NewPage, server: RunningServer) -> None:
    page = new_page(**PHONE)
    listed(page, surveys_at(server, ROUND_THE_WORLD))

    for button in ("All sites", "World"):
        page.locator("#site-map").get_by_role("button", name=button).click()
        frame = page.locator("#site-map svg").bounding_box()
        assert frame is not None
        marks = [mark.bounding_box() for mark in page.locator("#site-map .ring").all()]
        assert len(marks) == 4
        for mark in marks:
            assert mark is not None
            assert frame["x"] <= mark["x"] + mark["width"] / 2 <= frame["x"] + frame["width"], button
