"""Photos on the web and points in them -> a job of one task a photo, and its stored answer.

To the records such a job is like any other: a photo is one batch of one chunk, and its result is what is
said of its points. So all that holds for the chunks of an uploaded photo holds here too: results are written
once, a task may run twice, a dead worker's task is put back, what stands still is begun again.
"""

import math
import secrets
from io import BytesIO
from typing import IO, Final

from pydantic import BaseModel, ConfigDict

from coralchunk.errors import CoralchunkError
from coralchunk.imaging.decode import open_photo
from coralchunk.imaging.points import around
from coralchunk.metrics import JOBS
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.bring import HERE, REFUSED, bring, part
from coralchunk.pipeline.job import Job, JobKind, JobState
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.tasks import Task, first_task
from coralchunk.refusals import PointsOutside, TooManyJobs
from coralchunk.storage.blobs import OWNER, REQUEST, RESULT
from coralchunk.terms import Point, Probabilities, Size

_LARGEST_ID: Final = 2**53 - 1  # see submit
_BEST: Final = 5  # classifications told of a point
_LANES: Final = 4  # photos of one job that are fetched or judged at once; so many may lie in the store
_MILLION: Final = 1_000_000
_DONE, _FAILED = b"+", b"-"  # first byte of a result, see scripts.OUTCOMES


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskedLabel(_Stored):
    """A label as it was numbered when the enquiry came."""

    id: int
    code: str
    name: str


class AskedPoint(_Stored):
    """A point that is asked about."""

    row: int
    column: int


class AskedImage(_Stored):
    """A photo on the web, and the points in it."""

    url: str
    points: tuple[AskedPoint, ...]


class Enquiry(_Stored):
    """All that was asked: kept as a file, so that a wiped Redis loses nothing."""

    model: str  # name and version
    labels: tuple[AskedLabel, ...]  # in the order of the model's columns
    images: tuple[AskedImage, ...]


class Classification(_Stored):
    """How likely a label is at a point."""

    label_id: int
    score: float
    label_code: str
    label_name: str


class JudgedPoint(_Stored):
    """A point, and the labels that are most likely there, best first."""

    row: int
    column: int
    classifications: tuple[Classification, ...]


class JudgedImage(_Stored):
    """A photo with its points judged, or why that could not be done."""

    url: str
    points: tuple[JudgedPoint, ...] | None = None
    errors: tuple[str, ...] | None = None


class JudgedImages(_Stored):
    """The photos, in the order in which they were asked for."""

    images: tuple[JudgedImage, ...]


def submit_enquiry(stores: Stores, enquiry: Enquiry, owner: str, now: float) -> int:
    """Accept photos and points; when this returns they are on disk and queued. Returns the job's id.

    owner  who alone may see the job
    now    Unix seconds

    Raises TooManyJobs, Stopping, QueueFull, QueueDown or StorageFull; then nothing is kept.
    """
    settings = stores.settings
    with reachable():
        stores.admission.admit(len(enquiry.images), settings.max_queued_chunks, now)
    job_id = secrets.randbelow(_LARGEST_ID) + 1
    try:
        stores.blobs.keep(job_id, OWNER, BytesIO(owner.encode()))
        stores.blobs.keep(job_id, REQUEST, BytesIO(enquiry.model_dump_json().encode()))
        with reachable():
            created = enqueue_enquiry(
                stores, job_id, len(enquiry.images), owner, now, settings.coralnet_max_jobs
            )
        if created < 0:
            raise TooManyJobs(-created, settings.coralnet_max_jobs)
    except CoralchunkError:
        stores.blobs.delete(job_id)
        raise
    return job_id


def enqueue_enquiry(
    stores: Stores, job_id: int, images: int, owner: str, at: float, most_open: int = 0
) -> int:
    """Create the record of a stored enquiry and queue its first tasks. Returns what records.create answers.

    at         Unix seconds
    most_open  enquiries that its owner may have open; 0 for any number
    """
    job = Job(
        id=job_id,
        state=JobState.QUEUED,
        size=Size(0, 0),
        total_chunks=images,
        completed_chunks=0,
        batch_chunks=1,
        lanes=_LANES,
        express=False,
        created_at=at,
        expires_at=at + stores.settings.result_ttl,
        picture=None,
        request_id="",
        error=None,
        owner=owner,
        kind=JobKind.ENQUIRY,
    )
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline, most_open=most_open)
        # Tasks of a job that was not created find it gone and do nothing.
        for batch in range(min(job.lanes, job.batches)):
            stores.tasks.put(first_task(job, batch), pipeline)
        created: int = pipeline.execute()[0]
    return created


def readmit_enquiry(stores: Stores, job_id: int, owner: str, stored_at: float) -> None:
    """Queue a stored enquiry that Redis has forgotten. `stored_at` in Unix seconds."""
    enqueue_enquiry(stores, job_id, len(_enquiry(stores, job_id).images), owner, stored_at)


def judge_image(bench: Bench, job: Job, task: Task) -> bytes | None:
    """Judge the points of one photo. Returns its result, or None while the photo is being fetched.

    A photo that fails is a result too.
    """
    stores = bench.stores
    enquiry = _enquiry(stores, job.id)
    image = enquiry.images[task.batch]
    try:
        fetched = stores.blobs.read(job.id, part(task.batch))
    except FileNotFoundError:
        bring(stores, task, image.url)
        return None
    if fetched.startswith(REFUSED):
        return failed_image(image.url, fetched.removeprefix(REFUSED).decode())
    try:
        points = _judged(bench, enquiry, image, BytesIO(memoryview(fetched)[len(HERE) :]))
    except CoralchunkError as failure:
        return failed_image(image.url, str(failure))
    return _DONE + _dumped(JudgedImage(url=image.url, points=points))


def failed_image(url: str, reason: str) -> bytes:
    """Return the result of a photo that cannot be judged."""
    return _FAILED + _dumped(JudgedImage(url=url, errors=(reason,)))


def give_up_image(bench: Bench, job: Job, index: int, reason: str) -> bytes:
    """Return the result of a photo that has tripped the server again and again."""
    return failed_image(_enquiry(bench.stores, job.id).images[index].url, reason)


def finish_enquiry(bench: Bench, job: Job) -> None:
    """Store the answer; the job is completed once it is on disk."""
    stores = bench.stores
    results = stores.records.raw_results(job)
    answer = b'{"images":[' + b",".join(result[1:] for result in results) + b"]}"
    stores.blobs.keep(job.id, RESULT, BytesIO(answer))
    if stores.records.complete(job.id, None):
        JOBS.labels("completed").inc()
    elif not stores.records.exists(job.id):
        # Deleted meanwhile: what was just written must not outlive it.
        stores.blobs.delete(job.id)


def answer_of_enquiry(stores: Stores, job: Job) -> JudgedImages:
    """Return what is said of the points of a completed job."""
    return JudgedImages.model_validate_json(stores.blobs.read(job.id, RESULT))


def _judged(bench: Bench, enquiry: Enquiry, image: AskedImage, content: IO[bytes]) -> tuple[JudgedPoint, ...]:
    photo = open_photo(content, bench.stores.settings.max_pixels)
    outside = [p for p in image.points if p.row >= photo.size.height or p.column >= photo.size.width]
    if outside:
        raise PointsOutside(outside[0].row, outside[0].column, photo.size.width, photo.size.height)
    squares = around([Point(point.row, point.column) for point in image.points], photo.size)
    probabilities = bench.classifiers.get(enquiry.model).probabilities(photo.windows(squares), photo.scene)
    return tuple(
        JudgedPoint(row=point.row, column=point.column, classifications=_best(enquiry.labels, row))
        for point, row in zip(image.points, probabilities, strict=True)
    )


def _best(labels: tuple[AskedLabel, ...], row: Probabilities) -> tuple[Classification, ...]:
    scored = sorted(zip(row.tolist(), labels, strict=True), key=lambda pair: -pair[0])
    return tuple(
        Classification(label_id=label.id, score=_score(score), label_code=label.code, label_name=label.name)
        for score, label in scored[:_BEST]
    )


def _score(probability: float) -> float:
    # Never rounded up, so that the scores of a point add up to at most 1.
    return max(0, math.floor(probability * _MILLION) - 1) / _MILLION


def _enquiry(stores: Stores, job_id: int) -> Enquiry:
    return Enquiry.model_validate_json(stores.blobs.read(job_id, REQUEST))


def _dumped(image: JudgedImage) -> bytes:
    return image.model_dump_json(exclude_none=True).encode()
