"""Answer an inference by a model of this server: one answer for the picture, or a box for each chunk."""

from typing import Any

from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.networks.inputs import Region, find_region
from coralchunk.networks.predictions import Box, Hypothesis, predictions
from coralchunk.pipeline.recognition.task_request import PublicModel, Reading
from coralchunk.pipeline.worker.classifier_cache import classify_by_area, classify_windows
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.terms import Chunk, Size


def answer_of_model(
    context: WorkerContext, model: PublicModel, reading: Reading, picture: tuple[Photo, Region]
) -> dict[str, Any]:
    """Return the scores of a model for a part of a photo, one for each of its labels.

    For the whole picture this is the mean over its chunks, weighted by their visible area.
    """
    photo, region = picture
    part = find_region(photo, region)
    seen = photo if part == _all_of(photo) else photo.part(part)
    classifier = context.classifiers.get(model.model)
    if model.is_by_chunk:
        chunks = [chunk for chunk in grid(seen.size) if seen.has_data(chunk)]
        rows = classify_windows(classifier, seen, chunks)
        found = [
            Hypothesis(row, float(score), number, _box(chunk, part, photo.size))
            for number, (chunk, scores) in enumerate(zip(chunks, rows, strict=True), start=1)
            for row, score in enumerate(scores)
        ]
    else:
        mean = classify_by_area(classifier, seen)
        found = [Hypothesis(row, score) for row, score in enumerate(mean.tolist())]
    (output,), (how,) = reading.outputs, reading.post_processings
    return {"outputs": [{"labels": predictions(found, output.labels, how, reading.answer)}]}


def _all_of(photo: Photo) -> Chunk:
    return Chunk(0, 0, photo.size.width, photo.size.height)


def _box(chunk: Chunk, part: Chunk, photo: Size) -> Box:
    left, top = part.x + chunk.x, part.y + chunk.y
    return Box(
        left / photo.width,
        top / photo.height,
        (left + chunk.width) / photo.width,
        (top + chunk.height) / photo.height,
    )
