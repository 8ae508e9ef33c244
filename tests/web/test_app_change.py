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
