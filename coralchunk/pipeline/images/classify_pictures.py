"""Classify one image of an image job by each of its models."""

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.errors import CoralchunkError
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.whole import fitted, whole
from coralchunk.inference.classifier import Classifier
from coralchunk.metrics import JOBS
from coralchunk.pipeline.images.image_job import (
    ClassifiedPicture,
    ImageRequest,
    ModelAnswer,
    stored_image_request,
)
from coralchunk.pipeline.points.fetch import FETCH_FAILED, FETCHED, fetched_name, start_fetch
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.worker.classifier_cache import classify_by_area, classify_picture
from coralchunk.pipeline.worker.context import WorkerContext

_DIGITS: Final = 7  # of a number in an answer; float32 has no more


def classify_one_picture(context: WorkerContext, job: Job, task: Task) -> bytes | None:
    """Classify one image. Returns its result, or None while it is being fetched.

    An image that cannot be used is a result too.
    """
    stores = context.stores
    request = stored_image_request(stores, job.id)
    try:
        content = stores.blobs.read(job.id, fetched_name(task.batch))
    except FileNotFoundError:
        url = request.urls[task.batch]
        if url is None:
            raise  # its file is gone; the attempts run out
        start_fetch(stores, task, url, fetched_name(task.batch))
        return None
    if content.startswith(FETCH_FAILED):
        return unclassified_picture(content.removeprefix(FETCH_FAILED).decode())
    try:
        return _to_json(_classified(context, request, content.removeprefix(FETCHED)))
    except CoralchunkError as failure:
        return unclassified_picture(str(failure))


def unclassified_picture(reason: str) -> bytes:
    """Return the result of an image that cannot be classified."""
    return _to_json(ClassifiedPicture(error=reason))


def abandon_picture(_context: WorkerContext, _job: Job, _index: int, reason: str) -> bytes:
    """Return the result of an image that has tripped the server again and again."""
    return unclassified_picture(reason)


def finish_image_job(context: WorkerContext, job: Job) -> None:
    """Mark the job completed; its results are in its record."""
    if context.stores.records.complete(job.id, None):
        JOBS.labels("completed").inc()


def _classified(context: WorkerContext, request: ImageRequest, content: bytes) -> ClassifiedPicture:
    photo = open_photo(BytesIO(content), context.stores.settings.max_pixels, context.conversions)
    answers = []
    for wanted in request.models:
        classifier = context.classifiers.get(wanted.model)
        manifest = classifier.manifest
        numbers = (_of_whole if manifest.sees == "picture" else classify_by_area)(classifier, photo)
        rounded = tuple(round(number, _DIGITS) for number in numbers.tolist())
        answers.append(ModelAnswer(labels=manifest.labels, output=manifest.output, numbers=rounded))
    return ClassifiedPicture(width=photo.size.width, height=photo.size.height, answers=tuple(answers))


def _of_whole(classifier: Classifier, photo: Photo) -> NDArray[np.float64]:
    side_px = classifier.manifest.preprocessing.input_px
    return classify_picture(classifier, fitted(whole(photo, side_px), side_px)).astype(np.float64)


def _to_json(picture: ClassifiedPicture) -> bytes:
    return picture.model_dump_json(exclude_none=True).encode()
