"""Test the contract of the V1 API, field by field, on a running server."""

import base64
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.reef import jpeg
from tests.server import RunningServer

WIDTH, HEIGHT = 700, 500  # 3 x 3 chunks, smaller ones at the right and bottom edge
LABELS = {"Bleached Coral", "Healthy Coral", "Not Coral", "Unsure"}


@pytest.fixture(scope="module")
def job_id(server: RunningServer) -> int:
    return server.submit(jpeg(WIDTH, HEIGHT))


@pytest.fixture(scope="module")
def answer(server: RunningServer, job_id: int) -> dict[str, Any]:
    return server.completed(job_id)


def test_health_is_a_plain_success(server: RunningServer) -> None:
    health = server.client.get("/V1/api/health")

    assert (health.status_code, health.json()) == (200, {"status": "success"})


def test_ready_tells_of_each_dependency(server: RunningServer) -> None:
    ready = server.client.get("/V1/api/ready")

    body = ready.json()
    assert (ready.status_code, body["status"]) == (200, "ready")
    assert {name: body[name]["ok"] for name in ("redis", "storage", "model", "workers", "database")} == {
        "redis": True,
        "storage": True,
        "model": True,
        "workers": True,
        "database": True,
    }
    assert "oldest_queued_s" in body


def test_ready_tells_the_age_of_the_oldest_job_that_waits(server: RunningServer) -> None:
    with server.workers_halted():
        waiting = server.submit(jpeg(300, 300))

        age = server.client.get("/V1/api/ready").json()["oldest_queued_s"]

    assert 0 <= age < 60
    server.completed(waiting)


def test_a_photo_is_answered_at_once_with_an_id_that_every_language_holds_exactly(
    server: RunningServer,
) -> None:
    with server.workers_halted():
        accepted = server.client.post("/V1/api/classify", files={"image": ("reef.jpg", jpeg(300, 300))})

    job_id = accepted.json()["job_id"]
    assert (accepted.status_code, accepted.headers["Content-Type"]) == (200, "application/json")
    assert type(job_id) is int
    assert 0 < job_id < 2**53
    assert accepted.headers["Location"] == f"/V1/api/status/{job_id}"
    assert accepted.headers["Retry-After"] == "1"
    server.completed(job_id)


def test_ids_cannot_be_guessed_from_one_another(server: RunningServer) -> None:
    photo = jpeg(40, 40)

    ids = [server.submit(photo) for _ in range(8)]

    gaps = {abs(a - b) for a in ids for b in ids if a != b}
    assert len(set(ids)) == 8
    assert min(gaps) > 2**20


def test_before_the_first_chunk_a_job_is_queued_with_its_total_known(server: RunningServer) -> None:
    with server.workers_halted():
        waiting = server.submit(jpeg(WIDTH, HEIGHT))

        status = server.status(waiting)

    assert status == {
        "status": "queued",
        "completed_chunks": 0,
        "total_chunks": 9,
        "remaining_chunks": 9,
        "progress": "0/9",
        "image_width": WIDTH,
        "image_height": HEIGHT,
    }
    server.completed(waiting)


def test_during_the_work_the_counters_add_up_and_no_part_of_the_result_is_shown(
    server: RunningServer,
) -> None:
    working = server.submit(jpeg(6000, 4000))
    server.begun(working)

    with server.workers_halted():
        status = server.status(working)

    assert status["status"] == "processing"
    assert status["total_chunks"] == 25 * 17
    assert 0 < status["completed_chunks"] < status["total_chunks"]
    assert status["remaining_chunks"] == status["total_chunks"] - status["completed_chunks"]
    assert status["progress"] == f"{status['completed_chunks']}/{status['total_chunks']}"
    assert not {"summary", "chunks", "result_image"} & set(status)
    server.client.delete(f"/V1/api/classify/{working}")


def test_a_completed_job_has_all_its_chunks_counted(answer: dict[str, Any]) -> None:
    counters = {
        name: answer[name] for name in ("completed_chunks", "total_chunks", "remaining_chunks", "progress")
    }

    assert answer["status"] == "completed"
    assert counters == {
        "completed_chunks": 9,
        "total_chunks": 9,
        "remaining_chunks": 0,
        "progress": "9/9",
    }


def test_chunks_are_a_row_major_partition_of_the_photo(answer: dict[str, Any]) -> None:
    places = [(c["x"], c["y"], c["width"], c["height"]) for c in answer["chunks"]]

    assert places == [
        (0, 0, 244, 244),
        (244, 0, 244, 244),
        (488, 0, 212, 244),
        (0, 244, 244, 244),
        (244, 244, 244, 244),
        (488, 244, 212, 244),
        (0, 488, 244, 12),
        (244, 488, 244, 12),
        (488, 488, 212, 12),
    ]


def test_each_chunk_has_calibrated_probabilities_that_add_up_and_a_label(answer: dict[str, Any]) -> None:
    for chunk in answer["chunks"]:
        probabilities = chunk["probabilities"]
        assert set(probabilities) == {"bleached", "healthy", "not_coral"}
        assert sum(probabilities.values()) == pytest.approx(1, abs=2e-4)
        assert chunk["probability"] == probabilities["bleached"]
        assert chunk["predicted_label"] in LABELS


def test_a_label_that_is_sure_is_that_of_the_largest_probability(answer: dict[str, Any]) -> None:
    names = {"bleached": "Bleached Coral", "healthy": "Healthy Coral", "not_coral": "Not Coral"}

    for chunk in answer["chunks"]:
        max_probable = max(chunk["probabilities"], key=chunk["probabilities"].__getitem__)
        assert chunk["predicted_label"] in {names[max_probable], "Unsure"}


def test_the_summary_counts_the_labels_and_adds_up(answer: dict[str, Any]) -> None:
    labels = [chunk["predicted_label"] for chunk in answer["chunks"]]
    summary = answer["summary"]

    assert summary["bleached_chunks"] == labels.count("Bleached Coral")
    assert summary["healthy_chunks"] == labels.count("Healthy Coral")
    assert summary["not_coral_chunks"] == labels.count("Not Coral")
    assert summary["unsure_chunks"] == labels.count("Unsure")
    assert summary["total_chunks"] == len(labels) == 9


def test_the_summary_names_the_model_that_judged(server: RunningServer, answer: dict[str, Any]) -> None:
    model = answer["summary"]["model"]

    detail = server.client.get("/V1/api/ready").json()["model"]["detail"]
    assert detail.startswith(f"{model['name']}-{model['version']},")
    assert len(model["sha256"]) == 64


def test_the_picture_is_a_png_of_the_size_that_the_answer_says(answer: dict[str, Any]) -> None:
    prefix, _, content = answer["result_image"].partition(",")

    with Image.open(BytesIO(base64.b64decode(content, validate=True))) as picture:
        assert (prefix, picture.format) == ("data:image/png;base64", "PNG")
        assert picture.size == (answer["result_width"], answer["result_height"])
    assert (answer["image_width"], answer["image_height"]) == (WIDTH, HEIGHT)


def test_the_picture_is_served_as_png_too(server: RunningServer, job_id: int, answer: dict[str, Any]) -> None:
    picture = server.client.get(f"/V1/api/result/{job_id}.png")

    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert base64.b64encode(picture.content).decode() == answer["result_image"].partition(",")[2]


def test_a_large_photo_comes_back_in_a_bounded_picture_with_chunks_of_the_photo(
    server: RunningServer,
) -> None:
    answer = server.completed(server.submit(jpeg(1000, 4096)))

    assert (answer["image_width"], answer["image_height"]) == (1000, 4096)
    assert (answer["result_width"], answer["result_height"]) == (500, 2048)
    last = answer["chunks"][-1]
    assert (last["x"] + last["width"], last["y"] + last["height"]) == (1000, 4096)


@pytest.mark.parametrize(
    ("include", "parts"),
    [
        pytest.param("summary", {"summary"}, id="only the summary"),
        pytest.param("chunks", {"chunks"}, id="only the chunks"),
        pytest.param("image", {"result_image"}, id="only the picture"),
        pytest.param("image,summary", {"summary", "result_image"}, id="two parts in any order"),
        pytest.param(" chunks , summary,", {"summary", "chunks"}, id="a list with blanks"),
        pytest.param("", set(), id="none of them"),
    ],
)
def test_include_leaves_the_other_parts_out(
    server: RunningServer, job_id: int, answer: dict[str, Any], include: str, parts: set[str]
) -> None:
    status = server.status(job_id, include)

    assert status == {
        name: value
        for name, value in answer.items()
        if name not in {"summary", "chunks", "result_image"} - parts
    }


def test_an_unknown_part_is_refused_with_the_parts_there_are(server: RunningServer, job_id: int) -> None:
    refused = server.client.get(f"/V1/api/status/{job_id}?include=summary,reef")

    assert refused.status_code == 400
    assert "summary, chunks, image" in refused.json()["error"]


@pytest.mark.parametrize(
    "path", ["status/{job_id}", "status/{job_id}?include=summary", "result/{job_id}.png"]
)
def test_a_poll_that_learns_nothing_new_is_a_304_without_a_body(
    server: RunningServer, job_id: int, answer: dict[str, Any], path: str
) -> None:
    path = f"/V1/api/{path.format(job_id=job_id)}"
    first = server.client.get(path)

    again = server.client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_etag_of_one_selection_is_not_that_of_another(
    server: RunningServer, job_id: int, answer: dict[str, Any]
) -> None:
    whole, summary = (
        server.client.get(f"/V1/api/status/{job_id}{query}").headers["ETag"]
        for query in ("", "?include=summary")
    )

    assert whole != summary


def test_an_etag_changes_with_the_progress(server: RunningServer) -> None:
    with server.workers_halted():
        waiting = server.submit(jpeg(300, 300))
        queued = server.client.get(f"/V1/api/status/{waiting}")
    server.completed(waiting)

    later = server.client.get(f"/V1/api/status/{waiting}", headers={"If-None-Match": queued.headers["ETag"]})

    assert (queued.json()["status"], later.status_code) == ("queued", 200)


def test_a_picture_asked_for_too_early_is_a_409(server: RunningServer) -> None:
    with server.workers_halted():
        waiting = server.submit(jpeg(300, 300))

        early = server.client.get(f"/V1/api/result/{waiting}.png")

    assert early.status_code == 409
    assert "'queued'" in early.json()["error"]
    server.completed(waiting)


def test_answers_may_be_kept_but_must_be_asked_for_again(
    server: RunningServer, job_id: int, answer: dict[str, Any]
) -> None:
    kept: list[httpx.Response] = [
        server.client.get(f"/V1/api/{path}") for path in (f"status/{job_id}", f"result/{job_id}.png")
    ]

    assert {response.headers["Cache-Control"] for response in kept} == {"private, no-cache"}
