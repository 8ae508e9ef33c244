"""Write the labels of a survey's chunks as CoralNet's annotation CSV and as COCO JSON."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

from coralchunk import __version__
from coralchunk.storage.rows.surveys import Survey
from coralchunk.surveys.review.population import Population, ReviewChunk, ReviewPhoto
from coralchunk.surveys.tables import without_formula
from coralchunk.terms import LABELS, State

#: Codes of labels, as long as CoralNet takes them: 10 letters.
CODES: Final = {
    State.BLEACHED: "bleached",
    State.PARTLY: "partly",
    State.HEALTHY: "healthy",
    State.NOT_CORAL: "not_coral",
    State.UNSURE: "unsure",
}
_CATEGORIES: Final = {state: number for number, state in enumerate(CODES, start=1)}


def coralnet_rows(found: Population) -> Iterable[Sequence[Any]]:
    """Return the rows of CoralNet's annotation upload: a point in the middle of each chunk, with its label.

    The columns are those that CoralNet names for uploads: Name, Column, Row, Label code. Unsure chunks are
    left out; CoralNet annotates points without a row anew.
    """
    yield "Name", "Column", "Row", "Label code"
    for chunk in found.chunks:
        label = _label(chunk)
        if label is not State.UNSURE:
            x, y = chunk.box.x + chunk.box.width // 2, chunk.box.y + chunk.box.height // 2
            yield without_formula(_name(chunk.photo)), x, y, CODES[label]


def coco(found: Population, survey: Survey) -> dict[str, Any]:
    """Return the labels in the format of COCO's object detection: a box for each chunk with data.

    `attributes` tells the label of the model, its probabilities, and whether a person gave the label.
    """
    numbers = {photo.job_id: number for number, photo in enumerate(found.photos, start=1)}
    return {
        "info": {
            "description": f"{survey.name}: chunks labelled by coralchunk and by people",
            "version": __version__,
            "year": survey.date.year,
            "contributor": survey.creator or "",
            "date_created": dt.datetime.fromtimestamp(survey.created_at, dt.UTC).date().isoformat(),
        },
        "licenses": [{"id": 1, "name": survey.licence or "not stated", "url": ""}],
        "images": [_image(photo, numbers[photo.job_id]) for photo in found.photos],
        "categories": [
            {"id": number, "name": CODES[state], "supercategory": "chunk", "label": LABELS[state]}
            for state, number in _CATEGORIES.items()
        ],
        "annotations": [
            _annotation(chunk, number, numbers[chunk.photo.job_id])
            for number, chunk in enumerate(found.chunks, start=1)
        ],
    }


def _image(photo: ReviewPhoto, number: int) -> dict[str, Any]:
    size = photo.size
    return {
        "id": number,
        "file_name": _name(photo),
        "width": size.width,
        "height": size.height,
        "license": 1,
    }


def _annotation(chunk: ReviewChunk, number: int, image: int) -> dict[str, Any]:
    box = chunk.box
    right, bottom = box.x + box.width, box.y + box.height
    return {
        "id": number,
        "image_id": image,
        "category_id": _CATEGORIES[_label(chunk)],
        "bbox": [box.x, box.y, box.width, box.height],
        "segmentation": [[box.x, box.y, right, box.y, right, bottom, box.x, bottom]],
        "area": box.width * box.height,
        "iscrowd": 0,
        "attributes": {
            "by_person": chunk.label is not None,
            "model_label": CODES[chunk.said],
            "probabilities": list(chunk.probabilities),
        },
    }


def _label(chunk: ReviewChunk) -> State:
    return chunk.label or chunk.said


def _name(photo: ReviewPhoto) -> str:
    return photo.name or f"{photo.photo_id}"
