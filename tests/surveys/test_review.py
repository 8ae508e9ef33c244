"""Test that people check the chunks of a survey, in the order that matters or at random."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from PIL import Image

from tests.reef import encoded, reef
from tests.server import RunningServer

LABELS = ("Bleached Coral", "Healthy Coral", "Not Coral")


@pytest.fixture(scope="module")
def survey(server: RunningServer) -> str:
    """The path of a survey with three photos, which it keeps; the job of the first has been deleted."""
    made = server.client.post(
        "/V1/api/surveys", json={"name": "R", "date": "2024-03-09", "keeps_photos": True}
    )
    path = f"/V1/api/surveys/{made.json()['survey_id']}"
    jobs = [server.submit(encoded(reef(1220, 976, seed=number), "JPEG")) for number in (1, 2, 7787)]
    for job_id in jobs:
        server.completed(job_id)
        added = server.client.post(f"{path}/photos", json={"job_id": job_id, "name": f"{job_id}.jpg"})
        assert added.status_code == 201, added.text
    server.client.delete(f"/V1/api/classify/{jobs[0]}")
    return path


def review(server: RunningServer, path: str, **query: Any) -> dict[str, Any]:
    answer = server.client.get(f"{path}/review", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def label(server: RunningServer, path: str, chunks: list[dict[str, Any]], label: str | None, by: str) -> None:
    for start in range(0, len(chunks), 50):
        changes = [
            {"job_id": one["job_id"], "chunk": one["chunk"], "label": label}
            for one in chunks[start : start + 50]
        ]
        answer = server.client.post(f"{path}/corrections", json={"by": by, "changes": changes})
        assert answer.json() == {"stored": len(changes), "refused": []}, answer.text


def place(chunk: dict[str, Any]) -> tuple[int, int]:
    return chunk["job_id"], chunk["chunk"]


def test_chunks_come_by_their_effect_with_what_lies_round_them(server: RunningServer, survey: str) -> None:
    found = review(server, survey, limit=200)

    assert (found["order"], found["photos"], found["photos_away"]) == ("uncertain", 3, 0)
    assert found["total"] == 60 == len(found["chunks"]) + found["checked"]
    assert len({one["job_id"] for one in found["chunks"]}) == 3
    first, last = (max(found["chunks"][n]["probabilities"].values()) for n in (0, -1))
    assert first < last
    chunk = found["chunks"][0]
    box, view = chunk["box"], chunk["view"]
    assert view["x"] <= box["x"]
    assert view["width"] in {488, 732}
    picture = server.client.get(f"{survey}/photos/{chunk['photo_id']}/chunks/{chunk['chunk']}/view.webp")
    assert picture.headers["Content-Type"] == "image/webp"
    with Image.open(BytesIO(picture.content)) as image:
        assert image.size == (view["width"], view["height"])
    low, high = found["now"]["bleached_cover_interval"]
    later_low, later_high = found["ahead"]["bleached_cover_interval"]
    assert found["ahead"]["checks"] == 40
    assert later_high - later_low < high - low


def test_a_kept_photo_is_seen_and_corrected_after_its_job_is_gone(server: RunningServer, survey: str) -> None:
    photos = server.client.get(survey).json()["photos"]
    gone = photos[0]
    chunks = [
        one for one in review(server, survey, limit=200)["chunks"] if one["photo_id"] == gone["photo_id"]
    ]

    view = server.client.get(f"{survey}/photos/{gone['photo_id']}/chunks/{chunks[0]['chunk']}/view.webp")
    label(server, survey, chunks[:1], "Partly Bleached Coral", "Ana")

    assert view.status_code == 200
    assert server.client.get(survey).json()["photos"][0]["corrections"] == 1
    (event,) = server.client.get(f"{survey}/corrections/log").json()["events"]
    assert (event["job_id"], event["by"], event["to_label"]) == (
        *place(chunks[0])[:1],
        "Ana",
        "Partly Bleached Coral",
    )
    assert place(chunks[0]) not in {place(one) for one in review(server, survey, limit=200)["chunks"]}
    label(server, survey, chunks[:1], None, "Ana")
    assert place(chunks[0]) in {place(one) for one in review(server, survey, limit=200)["chunks"]}


def test_two_people_label_the_same_random_sample_and_the_survey_tells_cover_and_agreement(
    server: RunningServer, survey: str
) -> None:
    query = {"order": "random", "sample": 20, "limit": 200}
    sample = review(server, survey, **query, by="Ben")["chunks"]
    before = server.client.get(f"{survey}/audit").json()
    assert before["audit"]["coral_cover"] is None
    assert "too few labelled chunks" in before["audit"]["coral_cover_reason"]

    for number, chunk in enumerate(sample):
        label(server, survey, [chunk], LABELS[number % 3], "Ben")
    others = review(server, survey, **query, by="Cho")
    assert [place(one) for one in others["chunks"]] == [place(one) for one in sample]
    label(server, survey, others["chunks"][:4], "Not Coral", "Cho")

    assert review(server, survey, **query, by="Ben")["chunks"] == []
    assert len(review(server, survey, **query, by="Cho")["chunks"]) == 16
    told = server.client.get(f"{survey}/audit").json()
    audit = told["audit"]
    assert (audit["sample"], audit["chunks"], told["photos"]) == (20, 60, 3)
    low, high = audit["coral_cover_interval"]
    assert 0 < low < audit["coral_cover"] < high < 1
    assert told["model"]["coral_cover"] == server.client.get(survey).json()["coral_cover"]
    assert told["corrected"] is not None
    (pair,) = [one for one in told["agreement"] if one["first"] == "Ben"]
    assert (pair["second"], pair["chunks"], pair["agreed"], pair["kappa"]) == ("Cho", 4, 1, 0)
    rows = list(csv.DictReader(StringIO(server.client.get(f"{survey}/audit.csv").text)))
    assert [row["method"] for row in rows] == ["model", "corrected", "audit", "agreement"]
    assert float(rows[2]["coral_cover"]) == audit["coral_cover"]
    assert (rows[3]["first"], rows[3]["chunks_checked"], rows[3]["agreed"]) == ("Ben", "4", "1")


def test_labels_that_people_chose_beyond_the_sample_do_not_count(server: RunningServer, survey: str) -> None:
    used = server.client.get(f"{survey}/audit").json()["audit"]
    (next_one,) = review(server, survey, order="random", sample=21, limit=1)["chunks"]
    rest = review(server, survey, order="random", sample=60, limit=200)["chunks"]
    label(server, survey, rest[-3:], "Bleached Coral", "Ana")

    assert server.client.get(f"{survey}/audit").json()["audit"] == used
    label(server, survey, [next_one], "Healthy Coral", "Ana")
    assert server.client.get(f"{survey}/audit").json()["audit"]["sample"] == used["sample"] + 1


def test_one_photo_can_be_checked_by_itself(server: RunningServer) -> None:
    job_id = server.submit(encoded(reef(600, 300, seed=64), "PNG"))
    server.completed(job_id)
    path = f"/V1/api/classify/{job_id}"

    found = review(server, path, limit=2)

    chunk = found["chunks"][0]
    assert (found["total"], len(found["chunks"]), chunk["photo_id"]) == (6, 2, None)
    view = server.client.get(f"{path}/chunks/{chunk['chunk']}/view.webp")
    assert view.status_code == 200
    assert server.client.get(f"{path}/chunks/99/view.webp").status_code == 404


def test_photos_that_are_gone_are_counted_and_left_out(server: RunningServer) -> None:
    made = server.client.post("/V1/api/surveys", json={"name": "G", "date": "2024-03-09"}).json()
    path = f"/V1/api/surveys/{made['survey_id']}"
    job_id = server.submit(encoded(reef(500, 300, seed=65), "PNG"))
    server.completed(job_id)
    photo = server.client.post(f"{path}/photos", json={"job_id": job_id}).json()
    server.client.delete(f"/V1/api/classify/{job_id}")

    found = review(server, path)
    view = server.client.get(f"{path}/photos/{photo['photo_id']}/chunks/0/view.webp")
    change = {"job_id": job_id, "chunk": 0, "label": "Unsure"}
    refused = server.client.post(f"{path}/corrections", json={"changes": [change]}).json()

    assert (found["photos"], found["photos_away"], found["total"]) == (0, 1, 0)
    assert (view.status_code, refused["stored"]) == (404, 0)
    assert "keeps the figures of photo" in view.json()["detail"]


@pytest.mark.parametrize("query", ["order=best", "limit=0", "limit=x", "sample=9", "sample=100000000000"])
def test_what_cannot_be_asked_for_is_refused(server: RunningServer, survey: str, query: str) -> None:
    assert server.client.get(f"{survey}/review?{query}").status_code == 400
