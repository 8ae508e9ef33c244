"""Take over and serve the data folder of version 0.3.0, whose server was killed while it worked.

write_data_folder.py has recorded the folder and its answers. These tests do not depend on how data is stored:
they compare HTTP answers, and use the operator's commands for what HTTP does not show.
"""

import csv
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.server import RunningServer
from tests.takeover.answers import answers_now
from tests.takeover.host import ADDRESS, PORT, serving
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "data-0.3.0.json").read_text())
ANSWERS, OPEN, FINISHED, OWNED = (RECORDED[name] for name in ("answers", "open", "finished", "owned"))
OPEN_PHOTOS = [name for name, job in OPEN.items() if "total_chunks" in job]
V1 = "/V1/api"
LONG_S = 100 * 365 * 86_400

TakeOver = Callable[..., RunningServer]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The recorded photos, served at the addresses that recorded deploy jobs name."""
    place = unpacked(tmp_path_factory.mktemp("photos")) / "photos"
    with serving(place):
        yield place


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Iterator[RunningServer]:
    """A server on the recorded data folder; its client sends a token of ana's."""
    yield from started(unpacked(tmp_path_factory.mktemp("takeover")) / "data")


@pytest.fixture
def take_over(tmp_path: Path, photos: Path) -> Iterator[TakeOver]:
    """Starts a server on the folder for one test; takes what to remove from it, and settings."""
    running: list[Iterator[RunningServer]] = []

    def take(*lost: str, **settings: str) -> RunningServer:
        data = unpacked(tmp_path) / "data"
        for name in lost:
            shutil.rmtree(data / name)
        running.append(started(data, **settings))
        return next(running[-1])

    yield take
    for one in running:
        next(one, None)


def unpacked(folder: Path) -> Path:
    with tarfile.open(HERE / "data-0.3.0.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def started(data: Path, **settings: str) -> Iterator[RunningServer]:
    running = RunningServer(data, FETCH_URLS="1", FETCH_ALLOW=f"{ADDRESS}:{PORT}", **settings)
    running.client.headers["X-API-KEY"] = RECORDED["tokens"]["ana"]
    try:
        running.start()
        yield running
    finally:
        running.destroy()


def deploy_result(server: RunningServer, job_id: int) -> list[dict[str, Any]]:
    """Wait for the result of a deploy job. Returns its images."""
    result = wait_for(
        lambda: (
            (answer := server.client.get(f"/api/deploy_job/{job_id}/result/")).status_code != 409 and answer
        ),
        "the end of the deploy job",
    )
    assert result.status_code == 200, result.text
    images: list[dict[str, Any]] = result.json()["data"]["images"]
    return images


def assert_classified(image: dict[str, Any]) -> None:
    assert [(point["row"], point["column"]) for point in image["points"]] == [(120, 130), (400, 333)]
    for point in image["points"]:
        assert point["classifications"]
        for one in point["classifications"]:
            assert {"label_id", "score", "label_code", "label_name"} <= one.keys()


def assert_whole(server: RunningServer, job: dict[str, Any]) -> None:
    """Wait for an open photo and check its answer, but no label: a later model may give others."""
    finished = next(one["json"] for one in ANSWERS if "chunks" in one.get("json", {}))
    before = job["before"]

    answer = server.completed(job["job_id"])

    total = job["total_chunks"]
    assert (answer["completed_chunks"], answer["total_chunks"], answer["remaining_chunks"]) == (
        total,
        total,
        0,
    )
    assert len(answer["chunks"]) == answer["summary"]["total_chunks"] == total
    assert {name: answer[name] for name in ("image_width", "image_height")} == {
        name: before[name] for name in ("image_width", "image_height")
    }
    assert sum(chunk["width"] * chunk["height"] for chunk in answer["chunks"]) == (
        before["image_width"] * before["image_height"]
    )
    assert finished.keys() <= answer.keys()
    assert finished["summary"].keys() <= answer["summary"].keys()
    for chunk in answer["chunks"]:
        assert finished["chunks"][0].keys() <= chunk.keys()
    picture = server.client.get(f"{V1}/result/{job['job_id']}.png")
    assert picture.content.startswith(b"\x89PNG")


def without_additions(now: Any, before: Any) -> Any:
    """Return an answer without the members and columns that it did not have before."""
    if isinstance(now, dict) and isinstance(before, dict):
        if "text/csv" in before.values():
            now = now | {"text": without_columns(now["text"], before["text"].partition("\r\n")[0].split(","))}
        return {name: without_additions(value, before[name]) for name, value in now.items() if name in before}
    if isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        return [without_additions(one, other) for one, other in zip(now, before, strict=True)]
    return now


def without_columns(text: str, kept: list[str]) -> str:
    """Return a CSV with some of its columns."""
    out = StringIO()
    rows = csv.DictWriter(out, kept, extrasaction="ignore")
    rows.writeheader()
    rows.writerows(csv.DictReader(StringIO(text)))
    return out.getvalue()


def send(server: RunningServer, photo: Path, key: str) -> tuple[int, int | None]:
    """Send a photo with an Idempotency-Key. Returns the status and the job's id."""
    answer = server.client.post(
        f"{V1}/classify",
        files={"image": (photo.name, photo.read_bytes())},
        headers={"Idempotency-Key": key},
    )
    return answer.status_code, answer.json().get("job_id")


@pytest.mark.parametrize("before", ANSWERS, ids=[one["path"] for one in ANSWERS])
def test_what_was_finished_is_answered_as_before(server: RunningServer, before: dict[str, Any]) -> None:
    assert without_additions(answers_now(server.client, before["path"]), before) == recomputed(before)


def recomputed(before: dict[str, Any]) -> dict[str, Any]:
    """Give a survey the cover that follows from its stored photos now that each photo counts alike."""
    survey = before.get("json")
    if survey is None or "photos" not in survey:
        return before
    cover = sum(photo["summary"]["coral_cover"] for photo in survey["photos"]) / len(survey["photos"])
    return before | {"json": survey | {"coral_cover": pytest.approx(cover, abs=1e-4)}}


def test_the_picture_in_a_status_is_that_of_its_own_address(server: RunningServer) -> None:
    answer = server.status(FINISHED["keyed"], "image")

    assert answer["result_image"].startswith("data:image/png;base64,")
    assert (answer["status"], answer["result_width"], answer["result_height"]) == ("completed", 320, 320)


@pytest.mark.parametrize("name", OPEN_PHOTOS)
def test_an_open_photo_is_completed_with_all_its_chunks(server: RunningServer, name: str) -> None:
    assert_whole(server, OPEN[name])


def test_a_deploy_job_in_work_is_completed_and_keeps_what_was_judged(server: RunningServer) -> None:
    (before,) = [one["json"]["data"]["images"] for one in ANSWERS if one["path"].endswith("/result/")]

    images = deploy_result(server, OPEN["deploy"]["job_id"])

    assert [image["url"] for image in images] == OPEN["deploy"]["images"]
    assert images[:2] == before
    assert all(("points" in image) != ("errors" in image) for image in images)


@pytest.mark.parametrize(("name", "classified_before"), [("deploy", 2), ("queued_deploy", 0)])
def test_photos_of_a_deploy_job_that_were_open_are_judged(
    server: RunningServer, name: str, classified_before: int
) -> None:
    images = deploy_result(server, OPEN[name]["job_id"])

    assert [image["url"] for image in images] == OPEN[name]["images"]
    for image in images[classified_before:]:
        assert_classified(image)


@pytest.mark.parametrize(
    ("photo", "key", "job_id"),
    [
        pytest.param("keyed.jpg", "dive-2", FINISHED["keyed"], id="finished"),
        pytest.param("waiting.jpg", "dive-3", OPEN["keyed"]["job_id"], id="open"),
    ],
)
def test_a_key_still_names_its_job(
    server: RunningServer, photos: Path, photo: str, key: str, job_id: int
) -> None:
    assert send(server, photos / photo, key) == (200, job_id)
    assert send(server, photos / "other.jpg", key) == (422, None)


def test_a_link_to_a_photo_that_was_open_shows_its_result(server: RunningServer) -> None:
    job = OPEN["shared"]
    path = f"{V1}/shared/{job['share_id']}"

    whole = server.completed(job["job_id"])
    shared = server.client.get(path).json()
    again = server.client.post(f"{V1}/classify/{job['job_id']}/share").json()

    assert shared == {name: value for name, value in whole.items() if name != "result_image"}
    assert server.client.get(f"{path}.png").content.startswith(b"\x89PNG")
    assert again["share_id"] == job["share_id"]


def test_a_finished_job_can_be_deleted_and_a_deleted_one_stays_away(server: RunningServer) -> None:
    path = f"{V1}/classify/{FINISHED['unwanted']}"

    deleted = [server.client.delete(path).status_code for _ in range(2)]

    assert deleted == [200, 404]
    for name in ("unwanted", "deleted"):
        assert server.client.get(f"{V1}/status/{FINISHED[name]}").status_code == 404


def test_a_survey_takes_more_photos_and_can_be_changed(server: RunningServer) -> None:
    path = f"{V1}/surveys/{RECORDED['survey_to_change']}"
    job_id = OPEN["queued"]["job_id"]
    server.completed(job_id)
    before = server.client.get(path).json()

    added = server.client.post(f"{path}/photos", json={"job_id": job_id, "name": "new.jpg"})
    known = server.client.post(f"{path}/photos", json={"job_id": RECORDED["correction_to_take_back"]})
    changed = server.client.patch(path, json={"site": "Elsewhere"}).json()

    assert (added.status_code, known.status_code) == (201, 200)
    assert known.json() == before["photos"][0] == changed["photos"][0]
    assert (changed["photo_count"], changed["site"]) == (before["photo_count"] + 1, "Elsewhere")
    assert (changed["name"], changed["date"]) == (before["name"], before["date"])


@pytest.mark.parametrize("path", ["{id}/dwca.zip", "plot.svg?id={id}"])
def test_a_survey_is_served_as_a_file(server: RunningServer, path: str) -> None:
    answer = server.client.get(f"{V1}/surveys/{path.format(id=RECORDED['survey_id'])}")

    assert (answer.status_code, bool(answer.content)) == (200, True)


def test_a_correction_can_be_taken_back(server: RunningServer) -> None:
    path = f"{V1}/classify/{RECORDED['correction_to_take_back']}"

    taken = [server.client.delete(f"{path}/chunks/0/correction").status_code for _ in range(2)]

    assert taken == [200, 404]
    assert server.client.get(f"{path}/corrections").json()["corrections"] == []


def test_a_finished_photo_can_be_corrected(server: RunningServer) -> None:
    # Its first chunk was to be cut out when the server was killed.
    job_id = FINISHED["shared"]
    chunks = server.status(job_id, "chunks")["chunks"]

    for index in (0, 1):
        answer = server.client.put(
            f"{V1}/classify/{job_id}/chunks/{index}/correction", json={"label": "Not Coral"}
        )

        assert answer.status_code == 200, answer.text
        assert answer.json()["said"] == chunks[index]["predicted_label"]


def test_corrections_are_exported_with_their_pictures(server: RunningServer, tmp_path: Path) -> None:
    server.command("corrections", "export", str(tmp_path / "export"))

    windows = list((tmp_path / "export").rglob("*.png"))
    rows = (tmp_path / "export" / "tiles.csv").read_text().splitlines()[1:]
    assert sum("Ana" in row for row in rows) == 2
    assert sum("Ben" in row for row in rows) == 1
    assert len(windows) > len(rows)  # and the photo of each


def test_the_operator_lists_finished_and_open_jobs(server: RunningServer) -> None:
    job_ids = [FINISHED["keyed"], RECORDED["deploy_job"], *(job["job_id"] for job in OPEN.values())]

    listed = server.command("jobs", "list")

    assert [job_id for job_id in job_ids if str(job_id) not in listed] == []


def test_users_log_in_and_tokens_are_good_for_what_they_were(server: RunningServer) -> None:
    tokens = RECORDED["tokens"]
    name = {"username": "ana", "password": RECORDED["password"]}

    token = server.client.post("/api/token_auth/", json=name).json()["token"]
    wrong = server.client.post("/api/token_auth/", json=name | {"password": "wrasse"})
    reads = {
        name: server.client.get("/api/classifiers/", headers={"X-API-KEY": sent}).status_code
        for name, sent in {**tokens, "new": token}.items()
    }
    deploys = server.client.post(
        "/api/classifier/1/deploy/", json={}, headers={"X-API-KEY": tokens["reading"]}
    )

    assert wrong.status_code == 400
    assert reads == {"ana": 200, "ben": 200, "reading": 200, "revoked": 401, "new": 200}
    assert deploys.status_code == 403


def test_a_deploy_job_is_its_users_alone(server: RunningServer) -> None:
    path = f"/api/deploy_job/{RECORDED['deploy_job']}/result/"

    by_ben = server.client.get(path, headers={"X-API-KEY": RECORDED["tokens"]["ben"]})

    assert (by_ben.status_code, server.client.get(path).status_code) == (404, 200)


def test_a_server_that_requires_tokens_shows_jobs_to_their_owners_only(
    take_over: TakeOver, photos: Path
) -> None:
    server = take_over(V1_REQUIRE_TOKEN="1")  # noqa: S106 - no password
    paths, tokens = OWNED["paths"], RECORDED["tokens"]

    seen = {
        name: {server.client.get(path, headers={"X-API-KEY": tokens[name]}).status_code for path in paths}
        for name in ("ana", "ben", "revoked")
    }
    surveys = server.client.get(f"{V1}/surveys").json()["surveys"]
    shared = server.client.get(f"{V1}/shared/{OWNED['share_id']}", headers={"X-API-KEY": ""})

    assert seen == {"ana": {200}, "ben": {404}, "revoked": {401}}
    assert [survey["survey_id"] for survey in surveys] == [OWNED["survey_id"]]
    assert shared.json()["status"] == "completed"
    assert send(server, photos / "owned.jpg", "dive-1") == (200, OWNED["job_id"])


def test_without_the_queue_all_accepted_jobs_are_done_again_from_their_files(take_over: TakeOver) -> None:
    # docs/operations.md advises this for a damaged queue. With the default lifetime they would have expired.
    server = take_over("redis", RESULT_TTL=str(LONG_S))
    photos = [
        FINISHED["keyed"],
        FINISHED["shared"],
        OWNED["job_id"],
        *(OPEN[name]["job_id"] for name in OPEN_PHOTOS),
    ]
    deploys = [RECORDED["deploy_job"], *(OPEN[name]["job_id"] for name in ("deploy", "queued_deploy"))]
    paths = [f"{V1}/status/{job_id}" for job_id in photos]
    paths += [f"/api/deploy_job/{job_id}/status/" for job_id in deploys]
    wait_for(
        lambda: all(server.client.get(path).status_code != 404 for path in paths), "the return of the jobs"
    )

    for name in OPEN_PHOTOS:
        assert_whole(server, OPEN[name])
    for job_id in (FINISHED["keyed"], FINISHED["shared"], OWNED["job_id"]):
        server.completed(job_id)
    for name in ("deploy", "queued_deploy"):
        images = deploy_result(server, OPEN[name]["job_id"])
        assert [image["url"] for image in images] == OPEN[name]["images"]
    for share_id in (RECORDED["share_id"], OWNED["share_id"], OPEN["shared"]["share_id"]):
        assert server.client.get(f"{V1}/shared/{share_id}").json()["status"] == "completed"
    theirs = server.client.get(
        f"/api/deploy_job/{RECORDED['deploy_job']}/status/", headers={"X-API-KEY": RECORDED["tokens"]["ben"]}
    )
    assert theirs.status_code == 404
