"""Submit point jobs: photos on the web and points in them.

In Redis such a job is like any other: a photo is one batch of one chunk, and its result is the classification
of its points. So everything that holds for the chunks of an uploaded photo holds here too: results are
written once, a task may run twice, a dead worker's task is put back, a stalled job is restarted.
"""

import secrets
from io import BytesIO
from typing import Final

from pydantic import BaseModel, ConfigDict

from coralchunk.errors import CoralchunkError
from coralchunk.errors.access import TooManyJobs
from coralchunk.pipeline.queue.task import first_task
from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import OWNER, REQUEST, RESULT
from coralchunk.terms import Size

_LARGEST_ID: Final = 2**53 - 1  # see submit
_STREAMS: Final = (
    4  # photos of one job that are fetched or classified at once, so at most this many are stored
)


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestedLabel(_Stored):
    """A label as it was numbered when the enquiry came."""

    id: int
    code: str
    name: str


class RequestedPoint(_Stored):
    """A point to classify."""

    row: int
    column: int


class RequestedImage(_Stored):
    """A photo on the web, and the points in it."""

    url: str
    points: tuple[RequestedPoint, ...]


class PointRequest(_Stored):
    """The whole request, stored as a file so that it survives a wiped Redis."""

    model: str  # name and version
    labels: tuple[RequestedLabel, ...]  # in the order of the model's columns
    images: tuple[RequestedImage, ...]


class Classification(_Stored):
    """How likely a label is at a point."""

    label_id: int
    score: float
    label_code: str
    label_name: str


class ClassifiedPoint(_Stored):
    """A point, and the labels that are most likely there, best first."""

    row: int
    column: int
    classifications: tuple[Classification, ...]


class ClassifiedImage(_Stored):
    """A photo with its points classified, or why that could not be done."""

    url: str
    points: tuple[ClassifiedPoint, ...] | None = None
    errors: tuple[str, ...] | None = None


class ClassifiedImages(_Stored):
    """The photos, in the order of the request."""

    images: tuple[ClassifiedImage, ...]


def submit_point_job(stores: Stores, request: PointRequest, owner: str, now: float) -> int:
    """Accept photos and points; when this returns they are on disk and queued. Returns the job's id.

    owner  who alone may see the job
    now    Unix seconds

    Raises TooManyJobs, Stopping, QueueFull, QueueDown or StorageFull; then nothing is kept.
    """
    settings = stores.settings
    with reachable():
        stores.admission.admit(len(request.images), settings.max_queued_chunks, now)
    job_id = secrets.randbelow(_LARGEST_ID) + 1
    try:
        stores.blobs.write(job_id, OWNER, BytesIO(owner.encode()))
        stores.blobs.write(job_id, REQUEST, BytesIO(request.model_dump_json().encode()))
        with reachable():
            created = enqueue_point_job(
                stores, job_id, len(request.images), owner, now, settings.coralnet_max_jobs
            )
        if created < 0:
            raise TooManyJobs(-created, settings.coralnet_max_jobs)
    except CoralchunkError:
        stores.blobs.delete(job_id)
        raise
    return job_id


def enqueue_point_job(
    stores: Stores, job_id: int, images: int, owner: str, at: float, max_open: int = 0
) -> int:
    """Create the record of a stored enquiry and queue its first tasks. Returns what records.create answers.

    at         Unix seconds
    max_open  enquiries that its owner may have open; 0 for any number
    """
    job = Job(
        id=job_id,
        state=JobState.QUEUED,
        size=Size(0, 0),
        total_chunks=images,
        completed_chunks=0,
        batch_chunks=1,
        streams=_STREAMS,
        is_high_priority=False,
        created_at=at,
        expires_at=at + stores.settings.result_ttl,
        picture=None,
        request_id="",
        error=None,
        owner=owner,
        kind=JobKind.POINTS,
    )
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline, max_open=max_open)
        # Tasks of a job that was not created find it gone and do nothing.
        for batch in range(min(job.streams, job.batches)):
            stores.tasks.put(first_task(job, batch), pipeline)
        created: int = pipeline.execute()[0]
    return created


def requeue_point_job(stores: Stores, job_id: int, owner: str, stored_at: float) -> None:
    """Queue a stored enquiry that Redis has forgotten. `stored_at` in Unix seconds."""
    enqueue_point_job(stores, job_id, len(stored_request(stores, job_id).images), owner, stored_at)


def point_job_result(stores: Stores, job: Job) -> ClassifiedImages:
    """Return the classifications of the points of a completed job."""
    return ClassifiedImages.model_validate_json(stores.blobs.read(job.id, RESULT))


def stored_request(stores: Stores, job_id: int) -> PointRequest:
    """Return the request."""
    return PointRequest.model_validate_json(stores.blobs.read(job_id, REQUEST))
