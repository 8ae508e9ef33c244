"""Test surveys through the API of a real server."""

from typing import Any

import pytest

from tests.reef import jpeg
from tests.server import RunningServer

SURVEYS = "/V1/api/surveys"
FIELDS = {"name": "Flynn Reef", "site": "Gordon's", "date": "2024-03-09", "depth_m": 7.5, "transect": "T1"}


@pytest.fixture(scope="module")
def jobs(server: RunningServer) -> list[int]:
    jobs = [server.submit(jpeg(900, 700, seed)) for seed in (1, 2, 3)]
    for job_id in jobs:
        server.completed(job_id)
    return jobs


@pytest.fixture
def survey(server: RunningServer) -> dict[str, Any]:
    made = server.client.post(SURVEYS, json=FIELDS)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{SURVEYS}/{made.json()['survey_id']}"
    return made.json()


def put(server: RunningServer, survey: dict[str, Any], job_id: int, **more: object) -> dict[str, Any]:
    answer = server.client.post(f"{SURVEYS}/{survey['survey_id']}/photos", json={"job_id": job_id, **more})
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def told(server: RunningServer, survey: dict[str, Any]) -> dict[str, Any]:
    return server.client.get(f"{SURVEYS}/{survey['survey_id']}").json()


def coral_cover(chunks: list[dict[str, Any]]) -> float | None:
    """Return the share of coral of the chunks that are not unsure."""
    area = {
        label: sum(c["width"] * c["height"] for c in chunks if c["predicted_label"] == label)
        for label in ("Bleached Coral", "Healthy Coral", "Not Coral")
    }
    whole = sum(area.values())
    return (area["Bleached Coral"] + area["Healthy Coral"]) / whole if whole else None


def test_a_new_survey_is_told_as_it_was_given(server: RunningServer, survey: dict[str, Any]) -> None:
    again = told(server, survey)

    assert again == survey
    assert {name: again[name] for name in FIELDS} == FIELDS
    assert 1 <= again["survey_id"] < 2**53
    assert (again["photos"], again["photo_count"]) == ([], 0)
    assert "too few photos" in again["bleached_cover_reason"]


def test_three_photos_make_a_figure(server: RunningServer, survey: dict[str, Any], jobs: list[int]) -> None:
    place = {"latitude": -16.7, "longitude": 146.3, "taken_at": "2024-03-09T10:15:00", "name": "a.jpg"}
    put(server, survey, jobs[0], **place)
    for job_id in jobs[1:]:
        put(server, survey, job_id)

    found = told(server, survey)

    first, *_ = found["photos"]
    assert found["photo_count"] == len(found["photos"]) == 3
    assert {name: first[name] for name in place} == place
    assert first["summary"] == server.status(jobs[0], "summary")["summary"]
    covers = [coral_cover(server.status(job_id, "chunks")["chunks"]) for job_id in jobs]
    seen = [cover for cover in covers if cover is not None]
    assert found["coral_cover"] == pytest.approx(sum(seen) / len(seen), abs=1e-4)
    low, high = found["coral_cover_interval"]
    assert 0 <= low <= found["coral_cover"] <= high <= 1
    assert str(jobs[0]) not in str(found)


def test_a_photo_outlives_its_job_and_is_there_once(server: RunningServer, survey: dict[str, Any]) -> None:
    job_id = server.submit(jpeg(500, 500, seed=9))
    chunks = server.completed(job_id)["chunks"]
    first, again = put(server, survey, job_id, name="x"), put(server, survey, job_id, name="y")

    server.client.delete(f"/V1/api/classify/{job_id}")

    whole = server.client.get(f"{SURVEYS}/{survey['survey_id']}/photos/{first['photo_id']}").json()
    assert first == again == put(server, survey, job_id)
    assert whole.pop("chunks") == chunks
    assert whole == first
    assert told(server, survey)["photos"] == [first]


def test_the_same_photo_is_added_twice_only_if_that_is_asked_for(
    server: RunningServer, survey: dict[str, Any], jobs: list[int]
) -> None:
    again = server.submit(jpeg(900, 700, 1))  # as jobs[0]
    server.completed(again)
    path = f"{SURVEYS}/{survey['survey_id']}/photos"
    first = put(server, survey, jobs[0], name="a.jpg")

    refused = server.client.post(path, json={"job_id": again, "name": "b.jpg"})
    other = server.client.post(path, json={"job_id": jobs[1], "name": "a.jpg"})
    asked = server.client.post(path, json={"job_id": again, "name": "b.jpg", "duplicate": True})

    problem = refused.json()
    assert (refused.status_code, problem["title"]) == (409, "DuplicatePhoto")
    assert f"photo {first['photo_id']} ('a.jpg')" in problem["detail"]
    assert '"duplicate": true' in problem["detail"]
    assert (other.status_code, asked.status_code) == (201, 201)
    assert asked.json()["sha256"] == first["sha256"] != other.json()["sha256"]
    assert told(server, survey)["photo_count"] == 3


def test_the_same_photo_may_be_in_two_surveys(
    server: RunningServer, survey: dict[str, Any], jobs: list[int]
) -> None:
    other = server.client.post(SURVEYS, json=FIELDS).json()

    assert put(server, survey, jobs[0])["sha256"] == put(server, other, jobs[0])["sha256"]


def test_a_photo_that_was_taken_out_can_be_added_again(
    server: RunningServer, survey: dict[str, Any], jobs: list[int]
) -> None:
    first = put(server, survey, jobs[0])
    server.client.delete(f"{SURVEYS}/{survey['survey_id']}/photos/{first['photo_id']}")

    assert put(server, survey, jobs[0])["sha256"] == first["sha256"]
    assert told(server, survey)["photo_count"] == 1


def test_photos_and_surveys_can_be_deleted_whole(
    server: RunningServer, survey: dict[str, Any], jobs: list[int]
) -> None:
    kept, gone = (put(server, survey, job_id) for job_id in jobs[:2])
    path = f"{SURVEYS}/{survey['survey_id']}"

    deleted = [server.client.delete(f"{path}/photos/{gone['photo_id']}").status_code for _ in range(2)]
    left = told(server, survey)["photos"]
    server.client.delete(path)

    assert deleted == [200, 404]
    assert left == [kept]
    for place in (path, f"{path}/photos/{kept['photo_id']}"):
        assert server.client.get(place).status_code == 404
    assert server.client.delete(path).status_code == 404


def test_only_what_is_sent_is_changed(server: RunningServer, survey: dict[str, Any]) -> None:
    path = f"{SURVEYS}/{survey['survey_id']}"

    changed = server.client.patch(path, json={"name": "Flynn", "depth_m": None}).json()
    unchanged = server.client.patch(path, json={}).json()

    assert changed == survey | {"name": "Flynn", "depth_m": None} == unchanged


def test_surveys_are_listed_only_for_who_knows_their_ids(server: RunningServer) -> None:
    ids = [
        server.client.post(SURVEYS, json={"name": "s", "date": date}).json()["survey_id"]
        for date in ("2024-05-01", "2023-05-01")
    ]

    listed = server.client.get(SURVEYS, params={"id": [*ids, 1, 2**60]}).json()["surveys"]
    nothing = server.client.get(SURVEYS).json()

    assert [one["survey_id"] for one in listed] == ids[::-1]
    assert "photos" not in listed[0]
    assert nothing == {"surveys": []}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        pytest.param(b"", "JSON", id="nothing"),
        pytest.param(b"{", "JSON", id="half a body"),
        pytest.param(b"[]", "object", id="a list"),
        pytest.param(b'{"date": "2024-03-09"}', "name", id="no name"),
        pytest.param(b'{"name": "", "date": "2024-03-09"}', "name", id="empty name"),
        pytest.param(b'{"name": "%s", "date": "2024-03-09"}' % (b"a" * 201), "200", id="long name"),
        pytest.param(b'{"name": "a\\u0000b", "date": "2024-03-09"}', "name", id="a NUL"),
        pytest.param(b'{"name": "a", "date": "yesterday"}', "date", id="no date"),
        pytest.param(b'{"name": "a", "date": 5}', "date", id="a number for a date"),
        pytest.param(b'{"name": "a", "date": "2024-03-09", "depth_m": -3}', "depth_m", id="above water"),
        pytest.param(b'{"name": "a", "date": "2024-03-09", "depth": 3}', "depth", id="a field too many"),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_by_field(
    server: RunningServer, body: bytes, names: str
) -> None:
    refused = server.client.post(SURVEYS, content=body)

    assert (refused.status_code, refused.json()["title"]) == (400, "BadBody")
    assert names in refused.json()["detail"]


def test_a_body_without_end_is_not_read(server: RunningServer) -> None:
    refused = server.client.post(SURVEYS, content=b"[" * 100_000)

    assert (refused.status_code, refused.json()["title"]) == (413, "BodyTooLong")


def test_half_a_position_is_refused(server: RunningServer, survey: dict[str, Any], jobs: list[int]) -> None:
    refused = server.client.post(
        f"{SURVEYS}/{survey['survey_id']}/photos", json={"job_id": jobs[0], "latitude": 1}
    )

    assert refused.status_code == 400
    assert "longitude" in refused.json()["detail"]


def test_only_completed_jobs_that_exist_can_be_put_in(server: RunningServer, survey: dict[str, Any]) -> None:
    path = f"{SURVEYS}/{survey['survey_id']}/photos"
    with server.workers_halted():
        waiting = server.submit(jpeg(300, 300))
        early = server.client.post(path, json={"job_id": waiting})

    assert early.status_code == 409
    assert server.client.post(path, json={"job_id": 1}).status_code == 404
    assert server.client.post(f"{SURVEYS}/1/photos", json={"job_id": waiting}).status_code == 404


@pytest.mark.parametrize("asked", ["?id=x", "?id=-1", "?" + "&".join(["id=1"] * 101)])
def test_ids_that_are_none_are_refused(server: RunningServer, asked: str) -> None:
    assert server.client.get(SURVEYS + asked).status_code == 400


def test_the_change_between_two_surveys_is_told_with_its_interval(
    server: RunningServer, survey: dict[str, Any], jobs: list[int]
) -> None:
    later = server.client.post(SURVEYS, json=FIELDS | {"date": "2025-03-09"}).json()
    for one in (survey, later):
        for job_id in jobs:
            put(server, one, job_id)

    path = f"{SURVEYS}/{later['survey_id']}/since/{survey['survey_id']}"
    change = server.client.get(path).json()
    as_text = server.client.get(path, params={"ids": "text"}).json()

    assert (change["survey_id"], change["earlier_id"]) == (later["survey_id"], survey["survey_id"])
    assert (change["coral_cover_change"], change["coral_cover_change_reason"]) == (0, None)
    low, high = change["coral_cover_change_interval"]
    assert low < 0 < high
    assert as_text["earlier_id"] == str(survey["survey_id"])
    assert server.client.get(f"{SURVEYS}/{later['survey_id']}/since/7").status_code == 404


def test_without_photos_there_is_a_reason_in_place_of_a_change(
    server: RunningServer, survey: dict[str, Any]
) -> None:
    change = server.client.get(f"{SURVEYS}/{survey['survey_id']}/since/{survey['survey_id']}").json()

    for name in ("coral_cover_change", "bleached_cover_change"):
        assert change[name] is change[f"{name}_interval"] is None
        assert "too few photos" in change[f"{name}_reason"]
