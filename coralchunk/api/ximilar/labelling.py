"""Serve what training images show: their labels and values, one by one or many at once."""

import time

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.errors import RECOGNITION
from coralchunk.api.ximilar.image_bodies import image_answer
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, TOKEN
from coralchunk.api.ximilar.requests import ImagesChange, LabelOfImage, read
from coralchunk.api.ximilar.responses import ChangedImages, ImageBody
from coralchunk.datasets.bulk import Marks
from coralchunk.errors.datasets import MissingValue
from coralchunk.identity import Scope

labelling = Blueprint("ximilar_labelling", __name__, url_prefix="/recognition/v2/training-image")

_CHANGES = Operation(
    answers={200: ImageBody},
    problems={**BODY, 404: NOT_YOURS, **TOKEN},
    body=LabelOfImage,
    language=RECOGNITION,
    needs_token=True,
)


@labelling.post("/<image_id>/add-label/", strict_slashes=False)
@operation(_CHANGES)
def add_label(image_id: str) -> ResponseReturnValue:
    """Give an image a label, and a value if the label is of type `value`."""
    user_id, datasets = authenticate(Scope.TRAIN).user_id, services().datasets
    image, sent = datasets.images.get(user_id, image_id), read(LabelOfImage)
    datasets.labelling.add([image], datasets.labels.get(user_id, sent.label_id), sent.value, time.time())
    return image_answer(image)


@labelling.post("/<image_id>/remove-label/", strict_slashes=False)
@operation(_CHANGES)
def remove_label(image_id: str) -> ResponseReturnValue:
    """Take a label off an image."""
    user_id, datasets = authenticate(Scope.TRAIN).user_id, services().datasets
    image, sent = datasets.images.get(user_id, image_id), read(LabelOfImage)
    datasets.labelling.remove([image], datasets.labels.get(user_id, sent.label_id))
    return image_answer(image)


@labelling.post("/<image_id>/update-value/", strict_slashes=False)
@labelling.post("/<image_id>/update-label/", strict_slashes=False, endpoint="update_label")
@operation(_CHANGES)
def update_value(image_id: str) -> ResponseReturnValue:
    """Change the value of a label that an image has."""
    user_id, datasets = authenticate(Scope.TRAIN).user_id, services().datasets
    image, sent = datasets.images.get(user_id, image_id), read(LabelOfImage)
    datasets.labelling.set_value(image, datasets.labels.get(user_id, sent.label_id), sent.value)
    return image_answer(image)


@labelling.post("/update/", strict_slashes=False)
@operation(
    Operation(
        answers={200: ChangedImages},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=ImagesChange,
        language=RECOGNITION,
        needs_token=True,
    )
)
def update() -> ResponseReturnValue:
    """Change many images: those that are named, or all of a workspace that have some labels."""
    user_id, sent, datasets = authenticate(Scope.TRAIN).user_id, read(ImagesChange), services().datasets
    if not sent.images and not sent.labels:
        raise MissingValue("images", "name images, or labels that choose them")
    workspace = datasets.workspaces.named(user_id, sent.workspace, time.time())
    chosen = datasets.bulk.choose(user_id, workspace, sent.images, sent.labels)
    marks = Marks(_marked(sent.mark_test, sent.unmark_test), _marked(sent.mark_real, sent.unmark_real))
    added = datasets.labels.find(user_id, sent.labels_add)
    removed = datasets.labels.find(user_id, sent.labels_remove)
    datasets.bulk.change(chosen, marks, added, removed, time.time())
    return jsonify(count=len(chosen))


def _marked(mark: bool, unmark: bool) -> bool | None:  # noqa: FBT001 - two fields of one request
    return mark if mark != unmark else None
