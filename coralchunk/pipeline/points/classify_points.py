"""Classify the points of one photo of a point job, and store the answer when all photos are done."""

import math
from io import BytesIO
from typing import IO, Final

from coralchunk.arrays import Probabilities
from coralchunk.errors import CoralchunkError
from coralchunk.errors.access import PointsOutside
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.points import around
from coralchunk.metrics import JOBS
from coralchunk.pipeline.points.fetch import FETCH_FAILED, FETCHED, fetched_name, start_fetch
from coralchunk.pipeline.points.point_job import (
    Classification,
    ClassifiedImage,
    ClassifiedPoint,
    PointRequest,
    RequestedImage,
    RequestedLabel,
    stored_request,
)
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.worker.classifier_cache import classify_windows
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.files.blobs import RESULT
from coralchunk.terms import Chunk, Point

_BEST: Final = 5  # classifications returned for a point
_MILLION: Final = 1_000_000
_DONE, _FAILED = b"+", b"-"  # first byte of a result, see scripts.OUTCOMES


def classify_image(context: WorkerContext, job: Job, task: Task) -> bytes | None:
    """Classify the points of one photo. Returns its result, or None while the photo is being fetched.

    A photo that fails is a result too.
    """
    stores = context.stores
    request = stored_request(stores, job.id)
    image = request.images[task.batch]
    try:
        fetched = stores.blobs.read(job.id, fetched_name(task.batch))
    except FileNotFoundError:
        start_fetch(stores, task, image.url, fetched_name(task.batch))
        return None
    if fetched.startswith(FETCH_FAILED):
        return failed_image(image.url, fetched.removeprefix(FETCH_FAILED).decode())
    try:
        points = _classified(context, request, image, BytesIO(memoryview(fetched)[len(FETCHED) :]))
    except CoralchunkError as failure:
        return failed_image(image.url, str(failure))
    return _DONE + _to_json(ClassifiedImage(url=image.url, points=points))


def failed_image(url: str, reason: str) -> bytes:
    """Return the result of a photo that cannot be classified."""
    return _FAILED + _to_json(ClassifiedImage(url=url, errors=(reason,)))


def abandon_image(context: WorkerContext, job: Job, index: int, reason: str) -> bytes:
    """Return the result of a photo that has tripped the server again and again."""
    return failed_image(stored_request(context.stores, job.id).images[index].url, reason)


def finish_point_job(context: WorkerContext, job: Job) -> None:
    """Store the answer; the job is completed once it is on disk."""
    stores = context.stores
    results = stores.records.raw_results(job)
    answer = b'{"images":[' + b",".join(result[1:] for result in results) + b"]}"
    stores.blobs.write(job.id, RESULT, BytesIO(answer))
    if stores.records.complete(job.id, None):
        JOBS.labels("completed").inc()
    elif not stores.records.exists(job.id):
        # The job was deleted meanwhile: the file just written must not remain.
        stores.blobs.delete(job.id)


def _classified(
    context: WorkerContext, request: PointRequest, image: RequestedImage, content: IO[bytes]
) -> tuple[ClassifiedPoint, ...]:
    # CoralNet's rows and columns are those of the stored pixels; its tools never turn a photo.
    photo = open_photo(content, context.stores.settings.max_pixels, context.conversions).as_stored()
    outside = [p for p in image.points if p.row >= photo.size.height or p.column >= photo.size.width]
    if outside:
        raise PointsOutside(outside[0].row, outside[0].column, photo.size.width, photo.size.height)
    seen = [p for p in image.points if photo.seen_px(Chunk(p.column, p.row, 1, 1))]
    squares = around([Point(point.row, point.column) for point in seen], photo.size)
    probabilities = classify_windows(context.classifiers.get(request.model), photo, squares)
    rows = dict(zip(((p.row, p.column) for p in seen), probabilities, strict=True))
    # A point where the photo is empty has no classification.
    return tuple(
        ClassifiedPoint(
            row=point.row,
            column=point.column,
            classifications=_best(request.labels, rows[point.row, point.column])
            if (point.row, point.column) in rows
            else (),
        )
        for point in image.points
    )


def _best(labels: tuple[RequestedLabel, ...], row: Probabilities) -> tuple[Classification, ...]:
    scored = sorted(zip(row.tolist(), labels, strict=True), key=lambda pair: -pair[0])
    return tuple(
        Classification(label_id=label.id, score=_score(score), label_code=label.code, label_name=label.name)
        for score, label in scored[:_BEST]
    )


def _score(probability: float) -> float:
    # Never rounded up, so that the scores of a point add up to at most 1.
    return max(0, math.floor(probability * _MILLION) - 1) / _MILLION


def _to_json(image: ClassifiedImage) -> bytes:
    return image.model_dump_json(exclude_none=True).encode()
