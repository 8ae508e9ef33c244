"""Test that a survey says how it changed since an earlier one of its site."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.web.app import barriers

SURVEYS = "/V1/api/surveys"


def made(server: RunningServer, date: str, jobs: list[int], **fields: Any) -> int:
    survey = {"name": f"Wall {date}", "site": "Tayrona", "date": date} | fields
    survey_id: int = server.client.post(SURVEYS, json=survey).json()["survey_id"]
    for job_id in jobs:
        server.client.post(f"{SURVEYS}/{survey_id}/photos", json={"job_id": job_id}).raise_for_status()
    return survey_id


def test_a_survey_tells_its_change_since_the_last_one_of_its_site(page: Page, server: RunningServer) -> None:
    jobs = [server.submit(jpeg(900, 700, seed)) for seed in (1, 2, 3, 4)]
    for job_id in jobs:
        server.completed(job_id)
    first = made(server, "2022-03-01", jobs[:3])
    second = made(server, "2023-03-01", jobs[1:])
    elsewhere = made(server, "2023-04-01", jobs, site="Flynn")
    last = made(server, "2024-03-01", jobs)
    for survey_id in (first, second, elsewhere):
        page.goto(f"/surveys#{survey_id}")
        expect(page.locator("#survey-title")).to_contain_text("Wall")
    expect(page.locator("#change")).to_be_hidden()

    page.goto(f"/surveys#{last}")

    expect(page.locator("#change option")).to_have_text(
        [re.compile("Wall 2023-03-01"), re.compile("Wall 2022-03-01")]
    )
    expect(page.locator("#changes p")).to_have_count(2)
    expect(page.locator("#changes")).to_contain_text(re.compile(r"Coral cover.* points \(95 %: \S+ to \S+\)"))
    assert barriers(page) == []
    with page.expect_response(re.compile(rf"/surveys/{last}/since/{first}")):
        page.get_by_label("Since").select_option(index=1)


def test_two_kept_photos_are_compared_under_a_slider(page: Page, server: RunningServer) -> None:
    jobs = [server.submit(jpeg(900, 700, seed)) for seed in (1, 2, 3, 4)]
    for job_id in jobs:
        server.completed(job_id)
    surveys = []
    for date, mine, names in (("2022-03-01", jobs[:2], "ab"), ("2023-03-01", jobs[2:], "ba")):
        survey_id = made(server, date, [], site="Slider", keeps_photos=True)
        for job_id, name in zip(mine, names, strict=True):
            server.client.post(
                f"{SURVEYS}/{survey_id}/photos", json={"job_id": job_id, "name": f"{name}.jpg"}
            ).raise_for_status()
        surveys.append(survey_id)
    for survey_id in surveys:
        page.goto(f"/surveys#{survey_id}")
        expect(page.locator("#survey-title")).to_contain_text("Wall")

    page.get_by_text("Compare two photos").click()

    slider = page.get_by_role("slider", name="How much of the earlier photo is shown")
    expect(page.locator(".before-after img.before")).to_be_visible()
    expect(page.get_by_label("After").locator("option:checked")).to_have_text("b.jpg")
    expect(page.get_by_label("Before").locator("option:checked")).to_have_text("b.jpg")  # the same place
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"50.% of the photo of Mar 1, 2022"))
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".before-after")).to_have_attribute("style", re.compile("--at: 60%"))
    assert barriers(page) == []
    page.get_by_label("After").select_option(label="a.jpg")
    expect(page.get_by_label("Before").locator("option:checked")).to_have_text("a.jpg")
    expect(page.locator(".before-after img").first).to_have_attribute(
        "alt", re.compile("^a.jpg, Mar 1, 2023")
    )
