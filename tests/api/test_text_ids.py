"""Ids as strings: taken everywhere, and written where a client asks for it."""

import gzip
import json
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from jobs.worker import ChunkWorker
from tests.databases import provide_database
from tests.reef import jpeg

CLASSIFY = "/V1/api/classify"
SURVEYS = "/V1/api/surveys"
FLYNN = {"name": "Flynn", "date": "2024-03-09"}


@pytest.fixture
def job_id(client: FlaskClient, services: Services, context: WorkerContext) -> str:
    provide_database(services.settings.data_dir)
    photo = {"image": (BytesIO(jpeg(300, 300)), "reef.jpg")}
    given = client.post(f"{CLASSIFY}?ids=text", data=photo).get_json()
    ChunkWorker("tests.text-ids", context).work(burst=True, logging_level="CRITICAL")
    assert set(given) == {"job_id"}
    return given["job_id"]


def test_ids_of_every_answer_are_strings_of_digits(client: FlaskClient, job_id: str) -> None:
    survey = client.post(f"{SURVEYS}?ids=text", json=FLYNN).get_json()
    path = f"{SURVEYS}/{survey['survey_id']}"
    photo = client.post(f"{path}/photos?ids=text", json={"job_id": job_id}).get_json()
    whole = client.get(f"{path}?ids=text").get_json()
    listed = client.get(f"{SURVEYS}?id={survey['survey_id']}&ids=text").get_json()
    again = client.get(f"{path}/photos/{photo['photo_id']}?ids=text").get_json()

    for one in (job_id, survey["survey_id"], photo["photo_id"]):
        assert isinstance(one, str)
        assert one.isdigit()
    assert whole["photos"][0]["photo_id"] == again["photo_id"] == photo["photo_id"]
    assert whole["survey_id"] == listed["surveys"][0]["survey_id"] == survey["survey_id"]
    assert isinstance(client.get(path).get_json()["survey_id"], int)
    assert client.get(f"/V1/api/status/{job_id}?ids=text").status_code == 200


def test_ids_are_written_as_text_before_an_answer_is_compressed(client: FlaskClient, job_id: str) -> None:
    survey = client.post(SURVEYS, json=FLYNN).get_json()
    path = f"{SURVEYS}/{survey['survey_id']}"
    client.post(f"{path}/photos", json={"job_id": job_id})

    answer = client.get(f"{path}?ids=text", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["survey_id"] == str(survey["survey_id"])


def test_ids_of_several_photos_are_strings_too(client: FlaskClient) -> None:
    photos = [(BytesIO(jpeg(300, 300, seed)), "reef.jpg") for seed in (1, 2)]

    given = client.post(f"{CLASSIFY}?ids=text", data={"image": photos}).get_json()

    assert given["job_id"] == given["job_ids"][0]
    assert all(isinstance(one, str) for one in given["job_ids"])


@pytest.mark.parametrize(
    "written", [int, str, lambda digits: f"000{digits}"[-16:]], ids=["number", "text", "zeros"]
)
def test_a_job_is_named_by_number_or_by_text(client: FlaskClient, job_id: str, written: type) -> None:
    survey = client.post(SURVEYS, json=FLYNN).get_json()

    added = client.post(f"{SURVEYS}/{survey['survey_id']}/photos", json={"job_id": written(job_id)})

    assert added.status_code == 201, added.text


@pytest.mark.parametrize(
    "wrong",
    [
        "4.5035996273705e+15",
        "4503599627370497.0",
        " 7",
        "-7",
        "",
        "\u0667",
        "0",
        "9" * 16,
        4.5e15,
        True,
        None,
        ["7"],
    ],
    ids=str,
)
def test_what_is_no_whole_number_is_no_id(client: FlaskClient, job_id: str, wrong: object) -> None:
    survey = client.post(SURVEYS, json=FLYNN).get_json()

    refused = client.post(f"{SURVEYS}/{survey['survey_id']}/photos", json={"job_id": wrong})

    assert (refused.status_code, refused.get_json()["title"]) == (400, "BadBody")
    assert "job_id" in refused.get_json()["detail"]


def test_another_way_to_write_ids_is_refused_with_those_there_are(client: FlaskClient) -> None:
    refused = client.get("/V1/api/health?ids=hex")

    assert refused.status_code == 400
    assert "use number or text" in refused.get_json()["detail"]
