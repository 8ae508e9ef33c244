"""Test what depends on the operator's settings, in this process with a real Redis."""

import resource
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from coralchunk.config import Settings
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from coralchunk.storage.files.blobs import PICTURE
from jobs.worker import ChunkWorker
from tests.conftest import ORIGIN
from tests.reef import jpeg

ClientOf = Callable[[Settings], FlaskClient]


def photo() -> dict[str, object]:
    return {"image": (BytesIO(jpeg(300, 300)), "reef.jpg")}


def test_no_origin_may_call_from_a_browser_unless_it_is_listed(client: FlaskClient) -> None:
    answer = client.get("/V1/api/health", headers={"Origin": ORIGIN})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.fixture
def without_redis(tmp_path: Path, client_of: ClientOf) -> FlaskClient:
    return client_of(
        Settings(data_dir=tmp_path / "data", redis_url="redis://127.0.0.1:1/0", rate_limit="off")
    )


@pytest.mark.slow
def test_without_redis_a_photo_is_not_accepted_and_nothing_of_it_is_kept(
    without_redis: FlaskClient, tmp_path: Path
) -> None:
    refused = without_redis.post("/V1/api/classify", data=photo())

    assert (refused.status_code, refused.content_type) == (503, "application/problem+json")
    assert int(refused.headers["Retry-After"]) > 0
    assert list((tmp_path / "data").rglob("photo")) == []


@pytest.mark.slow
def test_without_redis_the_server_lives_and_says_what_is_missing(without_redis: FlaskClient) -> None:
    health, ready = (without_redis.get(f"/V1/api/{name}") for name in ("health", "ready"))

    body = ready.get_json()
    assert health.status_code == 200
    assert (ready.status_code, body["status"]) == (503, "not ready")
    assert (body["redis"]["ok"], body["workers"]["ok"], body["model"]["ok"]) == (False, False, True)


@pytest.mark.parametrize(
    ("asks_for_tokens", "status"),
    [pytest.param(False, 200, id="open to all"), pytest.param(True, 503, id="asking for tokens")],
)
def test_without_its_database_a_server_is_ready_only_if_it_asks_for_no_tokens(
    client_of: ClientOf, services: Services, context: WorkerContext, asks_for_tokens: bool, status: int
) -> None:
    away = {"database_url": "postgresql://127.0.0.1:1/reef", "v1_require_token": asks_for_tokens}
    client = client_of(services.settings.model_copy(update=away))
    worker = ChunkWorker("tests.waiting", context)
    worker.register_birth()

    ready = client.get("/V1/api/ready")
    worker.register_death()

    assert ready.status_code == status
    assert ready.get_json()["database"]["ok"] is False
    assert "does not answer" in ready.get_json()["database"]["detail"]


def test_without_workers_the_server_is_not_ready(client: FlaskClient) -> None:
    ready = client.get("/V1/api/ready")

    assert ready.status_code == 503
    assert ready.get_json()["workers"] == {"ok": False, "detail": "0 of 2 at work"}


def test_workers_of_other_machines_are_counted_without_this_ones_plan(
    client_of: ClientOf, services: Services, context: WorkerContext
) -> None:
    client = client_of(services.settings.model_copy(update={"workers": 1}))
    workers = [ChunkWorker(f"tests.{number}", context) for number in range(2)]
    for worker in workers:
        worker.register_birth()

    ready = client.get("/V1/api/ready")
    for worker in workers:
        worker.register_death()

    assert ready.get_json()["workers"] == {"ok": True, "detail": "2 at work"}


def test_a_store_that_cannot_be_written_makes_the_server_not_ready(
    client_of: ClientOf, services: Services, tmp_path: Path
) -> None:
    (tmp_path / "jobs").write_text("a file where the folder should be")
    settings = services.settings.model_copy(update={"storage_url": str(tmp_path / "jobs")})

    ready = client_of(settings).get("/V1/api/ready")

    assert ready.status_code == 503
    assert not ready.get_json()["storage"]["ok"]


def test_a_photo_for_which_there_is_no_room_is_a_507_and_nothing_of_it_is_kept(
    client: FlaskClient, services: Services
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        large = BytesIO(jpeg(300, 300) + b"\0" * 300_000)
        refused = client.post("/V1/api/classify", data={"image": (large, "reef.jpg")})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert (refused.status_code, refused.content_type) == (507, "application/problem+json")
    assert list(services.stores.blobs.folders()) == []


@pytest.mark.parametrize("limited", [True, False], ids=["limited", "off"])
def test_a_client_that_uploads_too_often_is_told_when_to_come_back(
    client_of: ClientOf, services: Services, limited: bool
) -> None:
    settings = services.settings.model_copy(update={"rate_limit": "2/hour" if limited else "off"})
    client = client_of(settings)

    statuses = [client.post("/V1/api/classify", data=photo()).status_code for _ in range(3)]
    last = client.post("/V1/api/classify", data=photo())

    assert statuses == ([200, 200, 429] if limited else [200, 200, 200])
    if limited:
        assert 0 < int(last.headers["Retry-After"]) <= 3601
        assert last.content_type == "application/problem+json"
    assert client.get("/V1/api/health").status_code == 200


def test_reads_that_are_too_many_are_refused_but_probes_never(
    client_of: ClientOf, services: Services
) -> None:
    client = client_of(services.settings.model_copy(update={"rate_limit_reads": "1/hour"}))

    reads, probes = (
        [client.get(f"/V1/api/{path}").status_code for _ in range(3)] for path in ("status/1", "health")
    )

    assert (reads, probes) == ([404, 429, 429], [200, 200, 200])


def test_a_photo_that_finds_the_queue_full_is_told_when_to_come_back(
    client_of: ClientOf, services: Services
) -> None:
    client = client_of(services.settings.model_copy(update={"max_queued_chunks": 4}))

    first, second = (client.post("/V1/api/classify", data=photo()) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second.headers["Retry-After"]) > 0
    assert len(list(services.stores.blobs.folders())) == 1


def test_the_same_photo_with_the_same_key_is_the_same_job(client: FlaskClient, services: Services) -> None:
    key = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}

    first, again = (client.post("/V1/api/classify", data=photo(), headers=key) for _ in range(2))
    another = client.post(
        "/V1/api/classify", data={"image": (BytesIO(jpeg(301, 300)), "reef.jpg")}, headers=key
    )

    assert first.get_json() == again.get_json()
    assert (first.status_code, again.status_code, another.status_code) == (200, 200, 422)
    assert len(list(services.stores.blobs.folders())) == 1


def test_a_key_that_is_too_long_is_refused(client: FlaskClient) -> None:
    refused = client.post("/V1/api/classify", data=photo(), headers={"Idempotency-Key": "x" * 256})

    assert refused.status_code == 400


@pytest.mark.parametrize("path", ["status/{0}", "result/{0}.png"])
def test_a_job_that_is_deleted_while_it_is_read_is_a_404(
    client: FlaskClient, context: WorkerContext, services: Services, path: str
) -> None:
    job_id = client.post("/V1/api/classify", data=photo()).get_json()["job_id"]
    ChunkWorker("tests.reader", context).work(burst=True, logging_level="CRITICAL")
    services.stores.blobs.delete(job_id)

    gone = client.get(f"/V1/api/{path.format(job_id)}")

    assert gone.status_code == 404
    cancel(services.stores, job_id)


def test_a_job_is_deleted_before_it_begins_and_after_it_is_done(
    client: FlaskClient, context: WorkerContext, services: Services
) -> None:
    before, after = (client.post("/V1/api/classify", data=photo()).get_json()["job_id"] for _ in range(2))
    deleted = [client.delete(f"/V1/api/classify/{before}")]
    ChunkWorker("tests.deleter", context).work(burst=True, logging_level="CRITICAL")
    assert client.get(f"/V1/api/result/{after}.png").status_code == 200

    deleted.append(client.delete(f"/V1/api/classify/{after}"))

    assert [(answer.status_code, answer.get_json()) for answer in deleted] == [
        (200, {"status": "success"})
    ] * 2
    for job_id in (before, after):
        assert client.delete(f"/V1/api/classify/{job_id}").status_code == 404
        assert client.get(f"/V1/api/status/{job_id}").status_code == 404
        assert client.get(f"/V1/api/result/{job_id}.png").status_code == 404
    assert list(services.settings.data_dir.rglob(PICTURE)) == []
