"""Test the figures of a selection of photos: the same as of a survey of them."""

import pytest

from tests.reef import jpeg
from tests.server import RunningServer

pytestmark = pytest.mark.slow


def test_a_selection_has_the_figures_of_a_survey_of_its_photos(server: RunningServer) -> None:
    jobs = [server.submit(jpeg(1220, 976, seed=seed)) for seed in range(40, 44)]
    for job_id in jobs:
        server.completed(job_id)
    survey = server.client.post("/V1/api/surveys", json={"name": "Same", "date": "2026-11-27"}).json()
    for job_id in jobs:
        path = f"/V1/api/surveys/{survey['survey_id']}/photos"
        assert server.client.post(path, json={"job_id": job_id}).status_code < 300
    survey = server.client.get(f"/V1/api/surveys/{survey['survey_id']}").json()

    selected = server.client.post("/V1/api/jobs/cover", json={"job_ids": [*jobs, jobs[0], 7]}).json()
    one = server.client.post("/V1/api/jobs/cover", json={"job_ids": jobs[:1]}).json()

    assert (selected.pop("photo_count"), selected.pop("left_out")) == (4, [7])
    assert selected == {name: survey[name] for name in selected}
    assert selected["coral_cover_interval"] is not None
    assert one["coral_cover"] is None
    assert "at least 3 are needed" in one["coral_cover_reason"]


def test_an_empty_selection_is_refused(server: RunningServer) -> None:
    assert server.client.post("/V1/api/jobs/cover", json={"job_ids": []}).status_code == 400
