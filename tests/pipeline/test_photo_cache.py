from dataclasses import replace
from io import BytesIO

import pytest

from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.photo_cache import DecodedPhotoCache
from coralchunk.storage.files.blobs import PHOTO
from coralchunk.terms import Size
from tests.pipeline.conftest import Submit
from tests.reef import jpeg

PHOTO_BYTES = 300 * 200 * 4


@pytest.fixture
def jobs(stores: Stores, send: Submit) -> list[Job]:
    return [get_job(stores, send(300, 200, seed=seed)) for seed in (1, 2, 3)]


def test_a_photo_is_decoded_once_while_there_is_room(stores: Stores, jobs: list[Job]) -> None:
    cache = DecodedPhotoCache(stores.blobs, max_pixels=10**6, max_bytes=3 * PHOTO_BYTES)
    first = [cache.get(job) for job in jobs]
    for job in jobs:
        stores.blobs.delete(job.id)

    again = [cache.get(job) for job in jobs]

    assert all(one is other for one, other in zip(first, again, strict=True))


def test_the_photo_used_longest_ago_makes_room_for_a_new_one(stores: Stores, jobs: list[Job]) -> None:
    cache = DecodedPhotoCache(stores.blobs, max_pixels=10**6, max_bytes=2 * PHOTO_BYTES)
    for job in (jobs[0], jobs[1], jobs[0], jobs[2]):
        cache.get(job)
    for job in jobs:
        stores.blobs.delete(job.id)

    assert cache.get(jobs[0]).pixels().shape == cache.get(jobs[2]).pixels().shape == (200, 300, 3)
    with pytest.raises(FileNotFoundError):
        cache.get(jobs[1])


def test_the_last_photo_is_kept_however_large(stores: Stores, jobs: list[Job]) -> None:
    cache = DecodedPhotoCache(stores.blobs, max_pixels=10**6, max_bytes=1)
    photo = cache.get(jobs[0])
    stores.blobs.delete(jobs[0].id)

    assert cache.get(jobs[0]) is photo


def test_a_dropped_photo_is_read_again(stores: Stores, jobs: list[Job]) -> None:
    cache = DecodedPhotoCache(stores.blobs, max_pixels=10**6, max_bytes=10**9)
    cache.get(jobs[0])
    stores.blobs.write(jobs[0].id, PHOTO, BytesIO(jpeg(301, 200)))

    cache.drop(jobs[0].id)
    cache.drop(jobs[0].id)

    assert cache.get(replace(jobs[0], size=Size(301, 200))).pixels().shape == (200, 301, 3)


def test_a_photo_is_kept_at_half_its_size_only_for_a_network_that_sees_no_more(
    stores: Stores, send: Submit
) -> None:
    small_input, large_input, cropped = (get_job(stores, send(976, 732, seed=seed)) for seed in (1, 2, 3))
    cache = DecodedPhotoCache(stores.blobs, max_pixels=10**6, max_bytes=10**9, max_side=488)

    assert cache.get(small_input, 122).nbytes == 488 * 366 * 3
    assert cache.get(large_input, 224).nbytes == 976 * 732 * 3
    assert cache.get(cropped, 122).size == cache.whole(cropped).size == Size(976, 732)
    assert cache.whole(cropped).pixels().shape == (732, 976, 3)
