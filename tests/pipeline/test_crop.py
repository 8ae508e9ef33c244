"""Test that a worker crops a chunk while a request waits for it."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import CropUnavailable
from coralchunk.imaging.decoding.decode import decode
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.steps.crop import crop_chunk
from coralchunk.pipeline.steps.request_crop import request_crop
from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from jobs.worker import ChunkWorker
from tests.reef import encoded, reef

PHOTO = reef(600, 300, seed=5)


def all_done(context: WorkerContext, name: str) -> None:
    ChunkWorker(f"tests.{name}", context).work(burst=True, logging_level="CRITICAL")


@pytest.fixture
def job_id(stores: Stores, context: WorkerContext) -> int:
    job_id = submit(stores, BytesIO(encoded(PHOTO, "PNG")), 1.9e9, "")
    all_done(context, "classify")
    return job_id


def test_a_chunk_at_the_edge_is_cut_as_the_model_saw_it(
    stores: Stores, context: WorkerContext, job_id: int
) -> None:
    crop_chunk(context, job_id, 5)

    found = request_crop(stores, get_job(stores, job_id), 5)

    assert np.array_equal(decode(BytesIO(found.window), 10**6), PHOTO[-244:, -244:])
    assert decode(BytesIO(found.context), 10**6).shape == (128, 256, 3)


def test_who_waits_in_vain_is_told_so_and_finds_it_later(
    stores: Stores, context: WorkerContext, job_id: int
) -> None:
    job = get_job(stores, job_id)

    with pytest.raises(CropUnavailable, match="No worker was free"):
        request_crop(stores, job, 0, timeout_s=0.1)
    all_done(context, "cut")

    assert request_crop(stores, job, 0, timeout_s=0.1).window


def test_a_job_deleted_meanwhile_leaves_nothing(stores: Stores, context: WorkerContext, job_id: int) -> None:
    job = get_job(stores, job_id)
    cancel(stores, job_id)

    with pytest.raises(UnknownJob):
        request_crop(stores, job, 0)
    all_done(context, "late")

    assert list(stores.blobs.folders()) == []


def test_crops_of_one_photo_at_once_all_arrive(stores: Stores, context: WorkerContext, job_id: int) -> None:
    job = get_job(stores, job_id)
    for chunk in (0, 1, 2, 0, 1, 2):
        stores.tasks.put_crop(job_id, chunk)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda chunk: crop_chunk(context, job_id, chunk), (3, 4, 5, 3, 4, 5)))
    all_done(context, "crops")

    assert all(request_crop(stores, job, chunk, timeout_s=0.1).view for chunk in range(6))
    assert stores.tasks.recover_popped(1.9e9) == 0
