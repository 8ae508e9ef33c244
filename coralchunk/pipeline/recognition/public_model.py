"""Answer an inference by a model of this server: one answer for the picture, or a box for each chunk."""

from typing import Any

import numpy as np

from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.raster import ArrayRaster
from coralchunk.networks.inputs import Region, find_region
from coralchunk.networks.predictions import Box, Hypothesis, predictions
from coralchunk.pipeline.recognition.task_request import PublicModel, Reading
from coralchunk.pipeline.worker.classifier_cache import classify_chunks
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.terms import Chunk, Size


def answer_of_model(
    context: WorkerContext, model: PublicModel, reading: Reading, picture: tuple[Photo, Region]
) -> dict[str, Any]:
    """Return what a model sees in a part of a photo; a score for each of its labels.

    Of the whole picture that is the mean over its chunks, weighted by their areas.
    """
    photo, region = picture
    part = find_region(photo, region)
    seen = photo if part == _all_of(photo) else Photo(ArrayRaster(photo.cut(part)), 1)
    chunks = grid(seen.size)
    rows = classify_chunks(context.classifiers.get(model.model), seen, chunks)
    if model.is_by_chunk:
        found = [
            Hypothesis(row, float(score), number, _box(chunk, part, photo.size))
            for number, (chunk, scores) in enumerate(zip(chunks, rows, strict=True), start=1)
            for row, score in enumerate(scores)
        ]
    else:
        areas = np.array([chunk.width * chunk.height for chunk in chunks], dtype=np.float64)
        mean = np.average(rows.astype(np.float64), axis=0, weights=areas)
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
