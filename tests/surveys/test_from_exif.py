"""A survey takes time and place from its photos where it is asked to, and only then."""

from typing import Any

import pytest

from tests.exif.test_cases import CASES, photo
from tests.server import RunningServer

SURVEYS = "/V1/api/surveys"
BY_ID = {case["id"]: case for case in CASES}


@pytest.fixture(scope="module")
def jobs(server: RunningServer) -> dict[str, int]:
    cases = ("a position and a time", "a time with its offset", "a position of zeros", "30 February")
    jobs = {name: server.submit(photo(BY_ID[name])) for name in cases}
    for job_id in jobs.values():
        server.completed(job_id)
    return jobs


def added(server: RunningServer, job_id: int, **more: object) -> dict[str, Any]:
    survey = server.client.post(SURVEYS, json={"name": "Flynn", "date": "2026-02-01"}).json()
    answer = server.client.post(f"{SURVEYS}/{survey['survey_id']}/photos", json={"job_id": job_id, **more})
    assert answer.status_code == 201, answer.text
    return {name: answer.json()[name] for name in ("taken_at", "latitude", "longitude")}


@pytest.mark.parametrize(
    ("name", "taken_at", "latitude", "longitude"),
    [
        pytest.param("a position and a time", "2026-01-31T23:30:00", -16.73, 146.28, id="all"),
        pytest.param("a time with its offset", "2026-01-31T23:30:00+11:00", None, None, id="offset"),
        pytest.param("a position of zeros", "2026-01-31T23:30:00+11:00", None, None, id="zeros"),
        pytest.param("30 February", None, None, None, id="no such day"),
    ],
)
def test_time_and_place_are_read_from_the_photo(
    server: RunningServer,
    jobs: dict[str, int],
    name: str,
    taken_at: str | None,
    latitude: float | None,
    longitude: float | None,
) -> None:
    read = added(server, jobs[name], from_exif=True)

    assert read == {"taken_at": taken_at, "latitude": latitude, "longitude": longitude}


def test_nothing_is_read_from_a_photo_unless_it_is_asked_for(
    server: RunningServer, jobs: dict[str, int]
) -> None:
    read = added(server, jobs["a position and a time"])

    assert read == {"taken_at": None, "latitude": None, "longitude": None}


def test_what_is_said_counts_more_than_the_photo(server: RunningServer, jobs: dict[str, int]) -> None:
    said = {"taken_at": "2026-02-01T08:00:00", "latitude": -17.0, "longitude": 147.0}

    read = added(server, jobs["a position and a time"], from_exif=True, **said)

    assert read == said
