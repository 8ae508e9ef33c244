"""Test that many corrections are sent at once, logged, and safe to send again."""

import pytest

from tests.reef import encoded, reef
from tests.server import RunningServer

PHOTO = reef(900, 600, seed=78)


@pytest.fixture(scope="module")
def job(server: RunningServer) -> int:
    job_id = server.submit(encoded(PHOTO, "PNG"), "reef.png")
    server.completed(job_id)
    return job_id


def send(server: RunningServer, *changes: tuple[int, int, str | None], by: str | None = "Ana") -> dict:
    body = {"by": by, "changes": [{"job_id": a, "chunk": b, "label": c} for a, b, c in changes]}
    answer = server.client.post("/V1/api/corrections", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def log_of(server: RunningServer, job_id: int) -> list[dict]:
    return server.client.get(f"/V1/api/classify/{job_id}/corrections/log").json()["events"]


def test_many_chunks_are_labelled_at_once_and_what_cannot_be_is_told(server: RunningServer, job: int) -> None:
    changes = [
        (job, 0, "Partly Bleached Coral"),
        (job, 1, "Not Coral"),
        (job, 99, "Unsure"),
        (7, 0, "Unsure"),
    ]

    first, again = send(server, *changes), send(server, *changes)
    taken = send(server, (job, 1, None), (job, 1, None), by="Ben")

    assert first == again
    assert first["stored"] == 2
    assert [(one["job_id"], one["chunk"]) for one in first["refused"]] == [(job, 99), (7, 0)]
    assert "numbered from 0" in first["refused"][0]["detail"]
    assert taken == {"stored": 2, "refused": []}
    assert [(one["chunk"], one["by"], one["from_label"], one["to_label"]) for one in log_of(server, job)] == [
        (0, "Ana", None, "Partly Bleached Coral"),
        (1, "Ana", None, "Not Coral"),
        (1, "Ben", "Not Coral", None),
    ]
    (kept,) = server.client.get(f"/V1/api/classify/{job}/corrections").json()["corrections"]
    assert (kept["chunk"], kept["label"], kept["by"]) == (0, "Partly Bleached Coral", "Ana")


def test_half_of_a_partly_bleached_chunk_counts_as_bleached(server: RunningServer, job: int) -> None:
    chunks = server.status(job, "chunks")["chunks"]
    labels = ["Partly Bleached Coral", *["Healthy Coral"] * (len(chunks) - 1)]

    send(server, *((job, number, label) for number, label in enumerate(labels)))

    figures = server.client.get(f"/V1/api/classify/{job}/corrections").json()["figures"]
    whole = sum(chunk["seen_px"] for chunk in chunks)
    assert figures["partly_bleached_chunks"] == 1
    assert figures["bleached_cover"] == pytest.approx(chunks[0]["seen_px"] / 2 / whole, abs=1e-4)
    assert figures["coral_cover"] == 1


def test_the_log_says_who_took_a_correction_back(server: RunningServer, job: int) -> None:
    send(server, (job, 3, "Not Coral"))

    server.client.delete(f"/V1/api/classify/{job}/chunks/3/correction", params={"by": "Cho"})

    last = log_of(server, job)[-1]
    assert (last["by"], last["from_label"], last["to_label"]) == ("Cho", "Not Coral", None)
    assert server.client.get("/V1/api/classify/9/corrections/log").status_code == 404


def test_changes_of_the_wrong_form_are_refused(server: RunningServer, job: int) -> None:
    change = {"job_id": job, "chunk": 0, "label": "Unsure"}

    answers = [
        server.client.post("/V1/api/corrections", json={"changes": changes}).status_code
        for changes in ([], [change] * 51, [change | {"label": "Pretty"}])
    ]

    assert answers == [400, 400, 400]
