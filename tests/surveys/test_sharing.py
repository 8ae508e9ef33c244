"""Test links that show a survey and do not allow to change it."""

from typing import Any

from tests.reef import jpeg
from tests.server import RunningServer

V1 = "/V1/api"


def begun(server: RunningServer, **fields: object) -> tuple[str, int]:
    """Begin a survey with a photo. Returns its path, and the photo's job."""
    body = {"name": "Shared reef", "site": "Flynn", "date": "2024-03-09", "contact": "ana@reef.example"}
    survey_id = server.client.post(f"{V1}/surveys", json=body | fields).json()["survey_id"]
    job_id = server.submit(jpeg(700, 500, seed=4), "reef.jpg")
    server.completed(job_id)
    photo = {"job_id": job_id, "name": "reef.jpg", "latitude": -16.73, "longitude": 146.28}
    server.client.post(f"{V1}/surveys/{survey_id}/photos", json=photo).raise_for_status()
    return f"{V1}/surveys/{survey_id}", job_id


def keys_of(body: Any) -> set[str]:
    """All keys in a JSON body."""
    if isinstance(body, list):
        return {key for one in body for key in keys_of(one)}
    if isinstance(body, dict):
        return set(body) | {key for one in body.values() for key in keys_of(one)}
    return set()


def test_a_link_shows_the_figures_without_what_allows_to_change_or_find_the_place(
    server: RunningServer,
) -> None:
    path, job_id = begun(server)
    survey = server.client.get(path).json()

    first, again = (server.client.post(f"{path}/share").json() for _ in range(2))
    answer = server.client.get(f"{V1}/shared-surveys/{first['share_id']}")
    page = server.client.get(first["url"])

    shared = answer.json()
    assert first == again
    assert first["url"] == f"/shared-surveys/{first['share_id']}"
    assert page.status_code == 200
    for name in ("name", "site", "date", "photo_count", "coral_cover", "bleached_cover_interval", "severity"):
        assert shared[name] == survey[name]
    assert shared["photos"][0]["summary"] == survey["photos"][0]["summary"]
    secret = {"survey_id", "photo_id", "job_id", "contact", "latitude", "longitude", "share_id"}
    assert keys_of(shared) & secret == set()
    assert str(job_id) not in answer.text
    assert str(survey["survey_id"]) not in answer.text
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_link_ends_when_it_is_taken_back_and_with_its_survey(server: RunningServer) -> None:
    path, _ = begun(server)
    first = server.client.post(f"{path}/share").json()["share_id"]

    server.client.delete(f"{path}/share").raise_for_status()
    ended = server.client.get(f"{V1}/shared-surveys/{first}")
    second = server.client.post(f"{path}/share").json()["share_id"]
    server.client.delete(path).raise_for_status()
    gone = server.client.get(f"{V1}/shared-surveys/{second}")
    never = server.client.post(f"{path}/share")

    assert first != second
    assert [(one.status_code, one.json()["title"]) for one in (ended, gone)] == [
        (404, "UnknownSurveyShare")
    ] * 2
    assert never.status_code == 404
