"""A chunk is cut out by a worker, while somebody waits for it."""

from io import BytesIO

import numpy as np
import pytest

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import NotCut
from coralchunk.imaging.decode import decode
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.cancel import cancel
from coralchunk.pipeline.cut import cut_window
from coralchunk.pipeline.cutting import cutting
from coralchunk.pipeline.lookup import find
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.submit import submit
from jobs.worker import ChunkWorker
from tests.reef import encoded, reef

PHOTO = reef(600, 300, seed=5)


def all_done(bench: Bench, name: str) -> None:
    ChunkWorker(f"tests.{name}", bench).work(burst=True, logging_level="CRITICAL")


@pytest.fixture
def job_id(stores: Stores, bench: Bench) -> int:
    job_id = submit(stores, BytesIO(encoded(PHOTO, "PNG")), 1.9e9, "")
    all_done(bench, "judge")
    return job_id


def test_a_chunk_at_the_edge_is_cut_as_the_model_saw_it(stores: Stores, bench: Bench, job_id: int) -> None:
    cut_window(bench, job_id, 5)

    found = cutting(stores, find(stores, job_id), 5)

    assert np.array_equal(decode(BytesIO(found.window), 10**6), PHOTO[-244:, -244:])
    assert decode(BytesIO(found.context), 10**6).shape == (128, 256, 3)


def test_who_waits_in_vain_is_told_so_and_finds_it_later(stores: Stores, bench: Bench, job_id: int) -> None:
    job = find(stores, job_id)

    with pytest.raises(NotCut, match="No worker was free"):
        cutting(stores, job, 0, patience_s=0.1)
    all_done(bench, "cut")

    assert cutting(stores, job, 0, patience_s=0.1).window


def test_a_job_deleted_meanwhile_leaves_nothing(stores: Stores, bench: Bench, job_id: int) -> None:
    job = find(stores, job_id)
    cancel(stores, job_id)

    with pytest.raises(UnknownJob):
        cutting(stores, job, 0)
    all_done(bench, "late")

    assert list(stores.blobs.folders()) == []
