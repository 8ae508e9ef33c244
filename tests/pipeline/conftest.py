"""Provide real RQ workers in this process, and jobs on a real Redis."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest

from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from jobs.worker import ChunkWorker
from tests.reef import jpeg

NOW = 1_900_000_000.0  # Unix seconds; in the future, so that Redis expires nothing on its own
Submit = Callable[..., int]
WorkOff = Callable[..., None]


@pytest.fixture
def send(stores: Stores) -> Submit:
    """Submits a made-up reef; the default size makes 40 chunks, two streams of one batch each."""

    def submit_reef(width: int = 1952, height: int = 1220, now: float = NOW, seed: int = 1) -> int:
        return submit(stores, BytesIO(jpeg(width, height, seed)), now, request_id="test")

    return submit_reef


@pytest.fixture
def work_off(context: WorkerContext) -> WorkOff:
    """Runs an RQ worker until the queue is empty, or for a number of tasks of one batch each."""

    def work(max_tasks: int | None = None, on: WorkerContext = context) -> None:
        if max_tasks is not None:
            on = replace(on, longest_turn_s=0)
        ChunkWorker(f"tests.{secrets.token_hex(4)}", on).work(
            burst=True, max_jobs=max_tasks, logging_level="CRITICAL"
        )

    return work


@pytest.fixture
def send_to() -> Callable[[Stores, bytes], int]:
    """Submits a photo to stores of a test's own."""
    return lambda stores, photo: submit(stores, BytesIO(photo), NOW, request_id="test")
