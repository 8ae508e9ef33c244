"""Test that a small photo gets the same answer from several threads as from one."""

from dataclasses import replace

import numpy as np
import pytest
from prometheus_client import REGISTRY

from coralchunk.imaging.card.in_photo import card_in
from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.classifier_cache import classify_chunks
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.small_photo import classify_and_search
from coralchunk.storage.files.blobs import CHUNKS, PICTURE, SUMMARY
from tests.cards import with_card
from tests.pipeline.conftest import Submit, WorkOff
from tests.reef import reef

WIDTH, HEIGHT = 1200, 1000  # 25 chunks


def model_s() -> float:
    return REGISTRY.get_sample_value("coralchunk_model_seconds_total") or 0.0


@pytest.mark.parametrize("has_card", [False, True], ids=["without a card", "with a card"])
def test_threads_give_the_same_probabilities_and_find_the_card(
    context: WorkerContext, *, has_card: bool
) -> None:
    pixels = (
        with_card(reef(WIDTH, HEIGHT), 20, (WIDTH / 2, HEIGHT / 2))[0] if has_card else reef(WIDTH, HEIGHT)
    )
    photo, other = (Photo(ArrayRaster(np.ascontiguousarray(pixels)), 1) for _ in range(2))
    chunks = grid(photo.size)
    before = model_s()
    alone = classify_chunks(context.classifier, other, chunks)
    between = model_s()

    classified, searched = classify_and_search(context.classifier, photo, chunks, threads=2)

    assert classified.tobytes() == alone.tobytes()
    assert (searched.card is not None) == has_card
    if searched.card is not None:
        wanted = card_in(other)
        assert wanted is not None
        assert (searched.card.corners == wanted.corners).all()
    assert before < between < model_s()


def test_a_small_photo_is_answered_alike_on_an_idle_and_on_a_busy_server(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    first = send(WIDTH, HEIGHT)
    job = get_job(stores, first)
    work_off()
    for _ in range(stores.settings.workers):
        send(300, 300)
    second = send(WIDTH, HEIGHT)
    threads = job.threads, get_job(stores, second).threads
    work_off()

    assert threads == (min(2, stores.settings.workers), 1)
    for part in (PICTURE, SUMMARY, CHUNKS):
        assert stores.blobs.read(first, part) == stores.blobs.read(second, part)


def test_a_job_of_an_earlier_version_has_one_thread(stores: Stores, send: Submit, work_off: WorkOff) -> None:
    job_id = send(WIDTH, HEIGHT)
    stores.redis.hdel(f"coralchunk:job:{job_id}", "threads")

    job = get_job(stores, job_id)
    work_off()

    assert job == replace(job, threads=1)
    assert stores.blobs.read(job_id, PICTURE).startswith(b"\x89PNG")
