"""The photos of an enquiry, one by one -> what is said of their points, and the stored answer; by workers."""

import math
from io import BytesIO
from typing import IO, Final

from coralchunk.errors import CoralchunkError
from coralchunk.errors.access import PointsOutside
from coralchunk.imaging.decode import open_photo
from coralchunk.imaging.points import around
from coralchunk.metrics import JOBS
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.bring import HERE, REFUSED, bring, part
from coralchunk.pipeline.classifiers import judged_by
from coralchunk.pipeline.enquiry import (
    AskedImage,
    AskedLabel,
    Classification,
    Enquiry,
    JudgedImage,
    JudgedPoint,
    stored_enquiry,
)
from coralchunk.pipeline.job import Job
from coralchunk.pipeline.tasks import Task
from coralchunk.storage.blobs import RESULT
from coralchunk.terms import Point, Probabilities

_BEST: Final = 5  # classifications told of a point
_MILLION: Final = 1_000_000
_DONE, _FAILED = b"+", b"-"  # first byte of a result, see scripts.OUTCOMES


def judge_image(bench: Bench, job: Job, task: Task) -> bytes | None:
    """Judge the points of one photo. Returns its result, or None while the photo is being fetched.

    A photo that fails is a result too.
    """
    stores = bench.stores
    enquiry = stored_enquiry(stores, job.id)
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
    return failed_image(stored_enquiry(bench.stores, job.id).images[index].url, reason)


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


def _judged(bench: Bench, enquiry: Enquiry, image: AskedImage, content: IO[bytes]) -> tuple[JudgedPoint, ...]:
    photo = open_photo(content, bench.stores.settings.max_pixels)
    outside = [p for p in image.points if p.row >= photo.size.height or p.column >= photo.size.width]
    if outside:
        raise PointsOutside(outside[0].row, outside[0].column, photo.size.width, photo.size.height)
    squares = around([Point(point.row, point.column) for point in image.points], photo.size)
    probabilities = judged_by(bench.classifiers.get(enquiry.model), photo, squares)
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


def _dumped(image: JudgedImage) -> bytes:
    return image.model_dump_json(exclude_none=True).encode()
