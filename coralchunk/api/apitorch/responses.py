"""Shape the answers of API Torch, field by field, as its page describes them."""

import time
from typing import Any, Final, Literal

from flask import request, url_for
from pydantic import Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.context import services
from coralchunk.api.signed_url import own_url
from coralchunk.datasets.training_sets import TrainingSet
from coralchunk.storage.rows.image_labels import TrainingExample
from coralchunk.training.answers import Answer
from coralchunk.training.classifiers import AnsweringClassifier

#: Smallest confidence of each word; the docs list them.
CONFIDENCE: Final = ((0.95, "very high"), (0.8, "high"), (0.5, "possible"), (0.3, "low"), (0.0, "very low"))


class Pong(BodyModel):
    """The server answers, and the key is right."""

    object: Literal["ping"]
    message: Literal["ok"]


class TrainingSetBody(BodyModel):
    """A training set."""

    object: Literal["training_set"]
    id: int
    name: str
    description: str
    labels: list[str]
    url: str


class TrainingSets(BodyModel):
    """The training sets of a user."""

    object: Literal["list"]
    data: list[TrainingSetBody]


class ChangedImage(BodyModel):
    """What was done with an image."""

    object: Literal["training_image"]
    id: str = Field(pattern=r"^ti_[0-9a-f]{40}$")
    message: str


class ListedImage(BodyModel):
    """An image of a label."""

    filename: str
    url: str = Field(description="Signed; needs no key until the end of the next day (UTC)")


class TrainingLabel(BodyModel):
    """A label and its images."""

    object: Literal["training_label"]
    id: str
    label: str
    images: list[ListedImage]


class ImagesByLabel(BodyModel):
    """All images of a training set."""

    object: Literal["list"]
    training_set_id: int
    training_set_slug: str
    training_set_url: str
    data: list[TrainingLabel]


class TrainingBody(BodyModel):
    """How the last training of a set is going."""

    object: Literal["training"]
    training_set_id: int
    state: Literal["none", "training", "trained", "failed"]
    progress: float = Field(description="Share of the work that is done, 0 to 1")
    error: str | None = Field(description="Why the last training failed")
    version: int | None = Field(description="Number of the version that answers")
    status_url: str


class ClassificationBody(BodyModel):
    """What a classifier says."""

    object: Literal["classification"]
    id: str = Field(pattern=r"^cls_[0-9a-f]{40}$")
    classifier: str
    label: str
    sentence: str
    confidence: Literal["very high", "high", "possible", "low", "very low", "unknown"]
    confidence_value: str | None = Field(default=None, description="With the option show_confidence_value")


class Classifications(BodyModel):
    """What classifiers say, in the order in which they were asked."""

    object: Literal["list"]
    id: str = Field(pattern=r"^api_[0-9a-f]{40}$")
    data: list[ClassificationBody]


class Thanks(BodyModel):
    """Feedback was taken."""

    object: Literal["feedback"]
    message: str


def training_set_body(asked: TrainingSet) -> dict[str, Any]:
    """Return a training set."""
    collection = asked.collection
    return {
        "object": "training_set",
        "id": collection.id,
        "name": collection.name,
        "description": collection.description,
        "labels": [label.name for label in asked.labels],
        "url": _page(asked),
    }


def images_by_label(asked: TrainingSet, images: dict[int, list[TrainingExample]]) -> dict[str, Any]:
    """Return all images of a training set; `images` by the ids of the labels' rows."""
    return {
        "object": "list",
        "training_set_id": asked.collection.id,
        "training_set_slug": asked.collection.slug,
        "training_set_url": _page(asked),
        "data": [
            {
                "object": "training_label",
                "id": label.public_id,
                "label": label.name,
                "images": [_image(one) for one in images.get(label.id, ())],
            }
            for label in asked.labels
        ],
    }


def classifier_body(classifier: AnsweringClassifier) -> dict[str, Any]:
    """Return a classifier."""
    return {
        "object": "classifier",
        "id": str(classifier.id),
        "name": classifier.name,
        "slug": classifier.slug,
        "description": classifier.description,
        "return_values": [[label, f"Image is {in_words(label)}"] for label in classifier.labels],
    }


def classification_body(answer: Answer, *, with_value: bool) -> dict[str, Any]:
    """Return what a classifier says."""
    words = in_words(answer.label)
    body = {
        "object": "classification",
        "id": f"cls_{answer.public_id}",
        "classifier": answer.classifier.slug,
        "label": words,
        "sentence": f"Image is {words}.",
        "confidence": next(word for least, word in CONFIDENCE if answer.confidence >= least),
    }
    return body | ({"confidence_value": f"{answer.confidence:.4f}"} if with_value else {})


def in_words(label: str) -> str:
    """Return a label as sentences have it."""
    return label.replace("_", " ")


def _page(asked: TrainingSet) -> str:
    return own_url(url_for("apitorch_pages.page", set_id=asked.collection.id, slug=asked.collection.slug))


def _image(example: TrainingExample) -> dict[str, str]:
    name = f"{example.link}.{example.extension}"
    path = f"/api/image/{name}"
    signed = services().datasets.addresses.sign(path, time.time())
    return {"filename": name, "url": f"{request.root_url.rstrip('/')}{path}?{signed}"}
