"""Serve the images of collections, and try classifiers on new ones: /V1/api/collections/{id}/images."""

import time
from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, Parameter, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.collection_answers import (
    image_body,
    images_body,
    own_collection,
    own_version,
    tried_body,
)
from coralchunk.api.v1.collection_bodies import (
    LabelledImage,
    LabelledImageForm,
    LabelledImages,
    Relabelling,
    TriedImages,
    TriedResponse,
)
from coralchunk.api.v1.refusals import BODY, NO_COLLECTION, NO_DATABASE, OWN_TOKEN
from coralchunk.datasets.collection_export import zipped
from coralchunk.errors.datasets import BadValue, MissingValue, UnknownThing
from coralchunk.identity import Scope
from coralchunk.training.task_answers import Record

collection_images = Blueprint("collection_images", __name__, url_prefix="/V1/api/collections/<collection_id>")

_MOST: Final = 200
_DEFAULT: Final = 60
_ONE: Final = {404: NO_COLLECTION, 503: NO_DATABASE, **OWN_TOKEN}


@collection_images.get("/images")
@operation(
    Operation(
        answers={200: LabelledImages},
        problems=_ONE,
        query={
            "label": "Id of a label, which is required",
            "after": "`after` of the page before",
            "limit": Parameter(
                "At most so many images",
                {"type": "integer", "minimum": 1, "maximum": _MOST, "default": _DEFAULT},
            ),
        },
        needs_token=True,
    )
)
def listed(collection_id: str) -> ResponseReturnValue:
    """List the images of one label, oldest first."""
    found, images = (
        own_collection(authenticate(Scope.READ).user_id, collection_id),
        services().datasets.collection_images,
    )
    label = images.label(found, request.args.get("label", ""))
    page = images.page(found, label, request.args.get("after"), _requested_limit())
    return private(jsonify(images_body(page.images, page.after)))


@collection_images.post("/images")
@operation(
    Operation(
        answers={201: LabelledImage},
        problems=_ONE
        | {
            400: "The image or the label is missing, the image is too large, or there are too many",
            413: "Too many bytes or pixels",
            415: "The image has a format that is not accepted",
            422: "Not an image, or a damaged one",
            507: "No space to store the image",
        },
        form=LabelledImageForm,
        needs_token=True,
    )
)
def add(collection_id: str) -> ResponseReturnValue:
    """Add an image under a label. The copy that is kept has no metadata of a camera."""
    found = own_collection(authenticate(Scope.TRAIN).user_id, collection_id)
    datasets, file = services().datasets, request.files.get("image")
    if file is None:
        raise MissingValue("image", "send the file as `image` of a form")
    label = datasets.collection_images.label(found, request.form.get("label_id", ""))
    image = datasets.collection_images.add(found, label, file.read(), time.time())
    return jsonify(image_body(image)), 201


@collection_images.patch("/images/<image_id>")
@operation(Operation(answers={200: LabelledImage}, problems=_ONE | BODY, body=Relabelling, needs_token=True))
def move(collection_id: str, image_id: str) -> ResponseReturnValue:
    """Give an image another label of the collection."""
    found, datasets = (
        own_collection(authenticate(Scope.TRAIN).user_id, collection_id),
        services().datasets,
    )
    sent, kept = read_json_body(Relabelling), datasets.collection_images
    image = datasets.images.get(found.user_id, image_id)
    old = None if sent.from_label_id is None else kept.label(found, sent.from_label_id)
    kept.move(found, image, old, kept.label(found, sent.label_id), time.time())
    return jsonify(image_body(image))


@collection_images.delete("/images/<image_id>")
@operation(Operation(answers={200: Success}, problems=_ONE, needs_token=True))
def remove(collection_id: str, image_id: str) -> ResponseReturnValue:
    """Take an image out of a collection; it is deleted if no other collection has it."""
    found, datasets = (
        own_collection(authenticate(Scope.TRAIN).user_id, collection_id),
        services().datasets,
    )
    datasets.collection_images.remove(found, datasets.images.get(found.user_id, image_id))
    return jsonify(status="success")


@collection_images.post("/classify")
@operation(
    Operation(
        answers={200: TriedResponse},
        problems=_ONE
        | {
            400: "No image, too many, or a version that does not answer",
            413: "Too many bytes",
            429: "Too many requests, or too much work is waiting; try again after Retry-After seconds",
            500: "The images could not be classified",
            503: "Not in time, or the queue does not answer; try again after Retry-After seconds",
            507: "No space to store the request",
        },
        form=TriedImages,
        needs_token=True,
    )
)
def classify(collection_id: str) -> ResponseReturnValue:
    """Say what images show, each as a whole; an image that cannot be used has an error of its own."""
    found = own_collection(authenticate(Scope.CLASSIFY).user_id, collection_id)
    files, most = request.files.getlist("image"), services().settings.ximilar_max_records
    if not 1 <= len(files) <= most:
        raise BadValue("image", len(files), f"send 1 to {most} files in the field `image` of a form")
    version = services().datasets.versions.answering(found, _requested_version())
    records = [Record(content=file.read()) for file in files]
    answers = services().task_answers.classify(found, version, records, time.time())
    return jsonify(version=version.number, images=tried_body(answers))


@collection_images.get("/export.zip")
@operation(Operation(answers={200: "application/zip"}, problems=_ONE, needs_token=True))
def export(collection_id: str) -> ResponseReturnValue:
    """Download the images by label, with `tiles.csv`, as `make train` and `coralchunk evaluate` read them."""
    found = own_collection(authenticate(Scope.READ).user_id, collection_id)
    examples = services().datasets.labelling.examples(found.id)
    pieces = zipped(found, examples, services().datasets.images.content_of)
    return private(Response(pieces, content_type="application/zip"))


@collection_images.get("/versions/<int:number>.onnx")
@operation(Operation(answers={200: "application/octet-stream"}, problems=_ONE, needs_token=True))
def onnx(collection_id: str, number: int) -> ResponseReturnValue:
    """Download a version as an ONNX file; its input is `windows`, its output `probabilities`."""
    found = own_collection(authenticate(Scope.READ).user_id, collection_id)
    version, models = own_version(found, number), services().models
    if version.model is None:
        raise UnknownThing("version", number)
    content = models.onnx(models.find(version.model))
    return private(Response(content, content_type="application/octet-stream"))


def _requested_limit() -> int:
    asked = request.args.get("limit", str(_DEFAULT))
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 4 and 1 <= int(asked) <= _MOST):
        raise BadValue("limit", asked, f"use 1 to {_MOST}")
    return int(asked)


def _requested_version() -> int | None:
    asked = request.form.get("version")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 9):
        raise BadValue("version", asked, "use the number of a version")
    return int(asked)
