"""Classify images and wait for the answer.

Decoding and inference are a worker's tasks, as in every job; the request waits for the job's notification.
"""

from collections.abc import Sequence
from contextlib import suppress

from coralchunk.errors import UnknownJob
from coralchunk.errors.access import JobFailed
from coralchunk.errors.training import NotClassifiedInTime
from coralchunk.pipeline.images.image_job import ClassifiedPicture, ImageRequest, submit_image_job
from coralchunk.pipeline.queries.lookup import wait_for_change
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores

ANSWER_WITHIN_S = 60.0  # a fetch may take 30


def classify_now(
    stores: Stores,
    request: ImageRequest,
    uploads: Sequence[bytes | None],
    owner: str,
    now: float,
    timeout_s: float = ANSWER_WITHIN_S,
) -> tuple[ClassifiedPicture, ...]:
    """Return the predictions of models for images, in the order of the images; nothing is stored.

    An image that cannot be used has an `error` instead of answers; the others are classified.

    uploads  the file of each image that has no URL, in the order of `request.urls`
    owner    of the request
    now      Unix seconds

    Raises NotClassifiedInTime, JobFailed, Stopping, QueueFull, QueueDown or StorageFull.
    """
    job_id = submit_image_job(stores, request, uploads, owner, now)
    try:
        job = wait_for_change(stores, job_id, _is_final, timeout_s, kind=JobKind.IMAGES)
        if not job.state.is_final:
            raise NotClassifiedInTime(timeout_s)
        with reachable():
            results = stores.records.raw_results(job)
    finally:
        with suppress(UnknownJob), reachable():
            stores.records.delete(job_id)
        stores.blobs.delete(job_id)
    if job.error is not None:
        raise JobFailed(job.error)
    return tuple(ClassifiedPicture.model_validate_json(result) for result in results)


def _is_final(job: Job) -> bool:
    return job.state.is_final
