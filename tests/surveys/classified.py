"""Classify photos of users in this process."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coralchunk.pipeline.worker.context import WorkerContext
from jobs.worker import ChunkWorker
from tests.reef import jpeg


def classified(client: FlaskClient, context: WorkerContext, headers: dict[str, str], seed: int = 1) -> int:
    """Send a photo and have it classified. Returns the job."""
    form = {"image": (BytesIO(jpeg(500, 300, seed)), "reef.jpg")}
    job_id = client.post("/V1/api/classify", data=form, headers=headers).get_json()["job_id"]
    ChunkWorker(f"tests.{job_id}", context).work(burst=True, logging_level="CRITICAL")
    return int(job_id)


def while_a_worker_runs(
    client: FlaskClient, context: WorkerContext, method: str, path: str, **options: Any
) -> TestResponse:
    """Send a request that waits for what a worker does, while a worker does it."""
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.open, path, method=method, **options)
        while not answer.done():  # at most the 20 s that the request itself waits
            ChunkWorker("tests.crops", context).work(burst=True, logging_level="CRITICAL")
        return answer.result()
