"""Test a server whose photos, results and correction pictures are in an S3 bucket."""

import subprocess
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from coralchunk.config import Settings
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.stores import open_stores
from tests.object_store import ObjectStoreServer
from tests.reef import jpeg
from tests.server import COMMAND, RunningServer, environment, serving
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow
PREFIX = "field/season-1"
V1 = "/V1/api"


@pytest.fixture(scope="module")
def bucket(object_store_server: ObjectStoreServer) -> str:
    return object_store_server.new_bucket()


@pytest.fixture(scope="module")
def in_bucket(
    tmp_path_factory: pytest.TempPathFactory, object_store_server: ObjectStoreServer, bucket: str
) -> Iterator[RunningServer]:
    """A server that the tests of this module share, whose store is the bucket."""
    data_dir = tmp_path_factory.mktemp("bucket") / "data"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in object_store_server.environment.items():
            patch.setenv(name, value)
        with serving(data_dir, STORAGE_URL=f"s3://{bucket}/{PREFIX}") as running:
            yield running


def job_parts(s3: ObjectStoreServer, bucket: str, job_id: int) -> set[str]:
    folder = f"{PREFIX}/jobs/{job_id}/"
    return {key.removeprefix(folder) for key in s3.keys(bucket) if key.startswith(folder)}


def result(server: RunningServer, photo: bytes) -> tuple[int, dict[str, Any]]:
    """Classify a photo. Returns the job's id and what the photo alone decides of its answer."""
    job_id = server.submit(photo)
    answer = server.completed(job_id)
    kept = ("summary", "chunks", "image_width", "image_height", "progress", "result_image")
    return job_id, {name: answer[name] for name in kept}


def test_a_photo_gets_the_same_answer_from_a_bucket_as_from_a_folder(
    in_bucket: RunningServer, server: RunningServer, s3: ObjectStoreServer, bucket: str
) -> None:
    photo = jpeg(1600, 1200, seed=5)

    job_id, answer = result(in_bucket, photo)

    assert answer == result(server, photo)[1]
    parts = {"photo", "picture.png", "preview.jpg", "summary.json", "chunks.json"}
    assert job_parts(s3, bucket, job_id) == parts
    assert not (in_bucket.data_dir / "jobs").exists()


def test_corrections_shares_surveys_and_deletion_work_on_a_bucket(
    in_bucket: RunningServer, s3: ObjectStoreServer, bucket: str, tmp_path: Path
) -> None:
    job_id = in_bucket.submit(jpeg(900, 600))
    in_bucket.completed(job_id)
    correction = {"label": "Healthy Coral", "by": "Ana"}

    corrected = in_bucket.client.put(f"{V1}/classify/{job_id}/chunks/0/correction", json=correction)
    shared = in_bucket.client.post(f"{V1}/classify/{job_id}/share")
    survey = in_bucket.client.post(f"{V1}/surveys", json={"name": "Reef", "date": "2026-11-20"}).json()
    added = in_bucket.client.post(f"{V1}/surveys/{survey['survey_id']}/photos", json={"job_id": job_id})
    in_bucket.command("corrections", "export", str(tmp_path / "export"))
    deleted = in_bucket.client.delete(f"{V1}/classify/{job_id}")

    assert (corrected.status_code, shared.status_code, added.status_code) == (200, 200, 201), added.text
    assert len(list((tmp_path / "export").rglob("*.png"))) == 2
    assert deleted.status_code == 200
    assert job_parts(s3, bucket, job_id) == set()
    assert {key.split("/")[2] for key in s3.keys(bucket)} == {"corrections", "jobs"}  # the id of the storage
    assert not (in_bucket.data_dir / "corrections").exists()


def test_an_accepted_photo_survives_the_loss_of_redis(s3: ObjectStoreServer, redis_url: str) -> None:
    settings = Settings(storage_url=f"s3://{s3.new_bucket()}/{PREFIX}", redis_url=redis_url)
    stores = open_stores(settings, redis_timeout_s=5)
    now = time.time()
    job_id = submit(stores, BytesIO(jpeg(2000, 1500)), now, request_id="", owner="ana")
    stores.redis.flushall()

    reconcile_storage(stores, now + 60)

    job = get_job(stores, job_id, requester="ana")
    assert (job.state, job.total_chunks) == (JobState.QUEUED, 63)
    stores.redis.close()


def test_photos_outlast_a_store_that_is_down_for_a_while(
    in_bucket: RunningServer, s3: ObjectStoreServer
) -> None:
    done = in_bucket.submit(jpeg(300, 200))
    in_bucket.completed(done)
    running = in_bucket.submit(jpeg(4000, 3000))
    in_bucket.begun(running)

    s3.stop()
    try:
        refused = in_bucket.client.post(f"{V1}/classify", files={"image": ("reef.jpg", jpeg(300, 200))})
        unread = in_bucket.client.get(f"{V1}/status/{done}")
        not_ready = in_bucket.client.get(f"{V1}/ready")
    finally:
        s3.start()

    assert (refused.status_code, refused.json()["title"]) == (503, "StorageDown")
    assert int(refused.headers["Retry-After"]) > 0
    assert (unread.status_code, unread.json()["title"]) == (503, "StorageDown")
    assert (not_ready.status_code, not_ready.json()["storage"]["ok"]) == (503, False)
    assert in_bucket.completed(running)["progress"] == "221/221"
    assert in_bucket.completed(done)["status"] == "completed"
    assert in_bucket.completed(in_bucket.submit(jpeg(300, 200)))["total_chunks"] == 2


@pytest.fixture
def worker_elsewhere(in_bucket: RunningServer, tmp_path: Path) -> Iterator[None]:
    """A worker with its own data folder, on the server's Redis and bucket."""
    redis = wait_for(lambda: server_redis(in_bucket), "the address of Redis")
    settings = in_bucket.settings | {"DATA_DIR": str(tmp_path / "elsewhere"), "REDIS_URL": redis}
    worker = subprocess.Popen([COMMAND, "worker", "elsewhere"], env=environment(**settings))
    yield
    worker.terminate()
    worker.wait(PATIENCE_S)


def server_redis(server: RunningServer) -> str:
    """Read the address that the supervisor handed to its workers."""
    variables = Path(f"/proc/{server.workers()[0].pid}/environ").read_bytes().split(b"\0")
    (found,) = [value for value in variables if value.startswith(b"REDIS_URL=")]
    return found.decode().partition("=")[2]


def test_a_worker_with_another_data_folder_classifies_photos_from_the_bucket(
    in_bucket: RunningServer, worker_elsewhere: None
) -> None:
    with in_bucket.workers_halted():
        job_id = in_bucket.submit(jpeg(1000, 800))

        assert in_bucket.completed(job_id)["progress"] == "20/20"
