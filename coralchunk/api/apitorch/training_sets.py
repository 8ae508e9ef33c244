"""Serve training sets and their images: /api/training-sets, /api/training-set, /api/training-image."""

import time
from typing import Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.apitorch.errors import APITORCH
from coralchunk.api.apitorch.requests import ImageAddress, SetDetails, sent_fields, text_field
from coralchunk.api.apitorch.responses import (
    ChangedImage,
    ImagesByLabel,
    TrainingSetBody,
    TrainingSets,
    images_by_label,
    training_set_body,
)
from coralchunk.api.authentication import authenticate
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.datasets.training_sets import TrainingSet
from coralchunk.errors.datasets import BadValue, MissingValue, UnknownThing
from coralchunk.identity import Scope

training_sets = Blueprint("apitorch_sets", __name__, url_prefix="/api")
pages = Blueprint("apitorch_pages", __name__)

TOKEN: Final = {
    401: "No token, or a wrong one",
    403: "The token was not given out for this",
    503: "The database or the queue does not answer; try again after Retry-After seconds",
}
NOT_YOURS: Final = "It does not exist, or is another user's"
BAD: Final = {400: "A value is missing or cannot be used", 413: "Too many bytes or pixels"}
FILES: Final = {
    403: "The token was not given out for this, or the server fetches no photos",
    415: "A format that is not read here",
    422: "The file is not an image, or is damaged",
    507: "No room to store it",
}
_ONE_OF: Final = "send either a file `image` or an address `image_url`"
_PREFIX: Final = "ti_"


@training_sets.get("/training-sets", strict_slashes=False)
@operation(Operation(answers={200: TrainingSets}, problems=TOKEN, language=APITORCH, needs_token=True))
def listed() -> ResponseReturnValue:
    """List the training sets of the user."""
    found = services().training_sets.listed(authenticate(Scope.READ).user_id)
    return jsonify(object="list", data=[training_set_body(one) for one in found])


@training_sets.post("/training-sets", strict_slashes=False)
@operation(
    Operation(
        answers={200: TrainingSetBody},
        problems={**BAD, **TOKEN},
        body=SetDetails,
        language=APITORCH,
        needs_token=True,
    )
)
def create() -> ResponseReturnValue:
    """Make a training set."""
    user_id, fields = authenticate(Scope.TRAIN).user_id, sent_fields()
    name = text_field(fields, "name", "give the training set a name")
    description = text_field(fields, "description", "send a text", otherwise="")
    return jsonify(
        training_set_body(services().training_sets.create(user_id, name, description, time.time()))
    )


@training_sets.get("/training-set/<int:set_id>", strict_slashes=False)
@operation(
    Operation(
        answers={200: TrainingSetBody},
        problems={404: NOT_YOURS, **TOKEN},
        language=APITORCH,
        needs_token=True,
    )
)
def one(set_id: int) -> ResponseReturnValue:
    """Show a training set."""
    return jsonify(training_set_body(own_set(set_id, Scope.READ)))


@training_sets.patch("/training-set/<int:set_id>", strict_slashes=False)
@operation(
    Operation(
        answers={200: TrainingSetBody},
        problems={404: NOT_YOURS, **BAD, **TOKEN},
        body=SetDetails,
        language=APITORCH,
        needs_token=True,
    )
)
def change(set_id: int) -> ResponseReturnValue:
    """Give a training set another name or description; its slug stays."""
    collection, fields = own_set(set_id, Scope.TRAIN).collection, sent_fields()
    name = text_field(fields, "name", "send a text", otherwise=collection.name)
    description = text_field(fields, "description", "send a text", otherwise=collection.description)
    services().datasets.collections.change(collection, name, description, time.time())
    return jsonify(training_set_body(services().training_sets.get(collection.user_id, set_id)))


@training_sets.delete("/training-set/<int:set_id>", strict_slashes=False)
@operation(
    Operation(
        answers={200: TrainingSetBody},
        problems={404: NOT_YOURS, **TOKEN},
        language=APITORCH,
        needs_token=True,
    )
)
def delete(set_id: int) -> ResponseReturnValue:
    """Delete a training set, its images and its classifier; a training under way ends."""
    asked = own_set(set_id, Scope.TRAIN)
    body = training_set_body(asked)
    services().training_sets.delete_contents(asked)
    services().trainings.delete(asked.collection)
    return jsonify(body)


@training_sets.post("/training-set/<int:set_id>/<label>/image", strict_slashes=False)
@operation(
    Operation(
        answers={200: ChangedImage},
        problems={404: NOT_YOURS, **BAD, **TOKEN, **FILES},
        body=ImageAddress,
        language=APITORCH,
        needs_token=True,
    )
)
def upload(set_id: int, label: str) -> ResponseReturnValue:
    """Add an image to a label, which comes into being with its first image."""
    asked = own_set(set_id, Scope.TRAIN)
    link = services().training_sets.add_image(
        asked, label, _sent_image(asked.collection.user_id), time.time()
    )
    return jsonify(_changed(link.public_id, "Image added to training set."))


@training_sets.delete("/training-image/<image_id>", strict_slashes=False)
@operation(
    Operation(
        answers={200: ChangedImage}, problems={404: NOT_YOURS, **TOKEN}, language=APITORCH, needs_token=True
    )
)
def delete_image(image_id: str) -> ResponseReturnValue:
    """Delete an image by its id, with or without its prefix."""
    public_id = image_id.removeprefix(_PREFIX)
    services().training_sets.delete_image(authenticate(Scope.TRAIN).user_id, public_id)
    return jsonify(_changed(public_id, "Image deleted."))


@training_sets.get("/training-set/<int:set_id>/images", strict_slashes=False)
@operation(
    Operation(
        answers={200: ImagesByLabel}, problems={404: NOT_YOURS, **TOKEN}, language=APITORCH, needs_token=True
    )
)
def images(set_id: int) -> ResponseReturnValue:
    """List all images of a training set by label, with addresses that need no key for a day."""
    asked = own_set(set_id, Scope.READ)
    return jsonify(images_by_label(asked, services().training_sets.images(asked)))


@training_sets.get("/image/<name>")
@operation(
    Operation(
        answers={200: "image/jpeg"},
        problems={404: "It was deleted, or the address was changed or has expired", 503: TOKEN[503]},
        query={"expires": "Unix seconds", "signature": "As the address has it"},
        language=APITORCH,
    )
)
def image_file(name: str) -> ResponseReturnValue:
    """Serve an image to requests with a signed URL of it."""
    expires, signature = request.args.get("expires", ""), request.args.get("signature", "")
    services().datasets.addresses.check(request.path, expires, signature, time.time())
    stem, _, extension = name.rpartition(".")
    image = services().training_sets.linked_image(stem)
    if extension != image.extension:
        raise UnknownThing("image", name)
    content_type = "image/png" if extension == "png" else "image/jpeg"
    return private(Response(services().datasets.images.content(image), content_type=content_type))


@pages.get("/training-sets/<int:set_id>/<slug>")
def page(set_id: int, slug: str) -> ResponseReturnValue:  # noqa: ARG001 - the address has them
    """Redirect the URL of a training set to the documentation."""
    return redirect(url_for("pages.docs"))


def own_set(set_id: int, scope: Scope) -> TrainingSet:
    """Return a training set of the user who asks."""
    return services().training_sets.get(authenticate(scope).user_id, set_id)


def _sent_image(user_id: int) -> bytes:
    file, url = request.files.get("image"), sent_fields().get("image_url")
    if (file is None) == (url is None or url == ""):
        if file is None:
            raise MissingValue("image", _ONE_OF)
        raise BadValue("image_url", url, f"{_ONE_OF}, not both")
    if file is not None:
        return bytes(file.read())
    address = text_field({"image_url": url}, "image_url", _ONE_OF)
    return services().answers.fetch(user_id, address, time.time())


def _changed(public_id: str, message: str) -> dict[str, str]:
    return {"object": "training_image", "id": f"{_PREFIX}{public_id}", "message": message}
