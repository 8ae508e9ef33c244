"""Serve training, classification and feedback: /api/training-set/.../train, /api/classify, /api/feedback."""

import time
from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.apitorch.errors import APITORCH
from coralchunk.api.apitorch.requests import (
    Correction,
    Message,
    Question,
    requested_classifiers,
    sent_fields,
    text_field,
    wants_confidence_value,
)
from coralchunk.api.apitorch.responses import Classifications, Pong, Thanks, TrainingBody, classification_body
from coralchunk.api.apitorch.training_sets import BAD, FILES, NOT_YOURS, TOKEN, own_set
from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.identity import Scope
from coralchunk.storage.rows.collections import Collection, TrainingState

classification = Blueprint("apitorch", __name__, url_prefix="/api")

_MIN_IMAGES: Final = 3  # of a label to be learned; fewer are left out
_PREFIX: Final = "cls_"
_STATES: Final = {
    TrainingState.NONE.value: "none",
    TrainingState.TRAINING.value: "training",
    TrainingState.TRAINED.value: "trained",
    TrainingState.FAILED.value: "failed",
}
_BUSY: Final = {429: "Too many requests or waiting photos; try again after Retry-After seconds"}


@classification.get("/ping", strict_slashes=False)
@operation(Operation(answers={200: Pong}, problems=TOKEN, language=APITORCH, needs_token=True))
def ping() -> ResponseReturnValue:
    """Say that the key is right."""
    authenticate(Scope.READ)
    return jsonify(object="ping", message="ok")


@classification.post("/training-set/<int:set_id>/train", strict_slashes=False)
@operation(
    Operation(
        answers={202: TrainingBody},
        problems={
            404: NOT_YOURS,
            409: "It is being trained",
            507: "No room to store the request",
            **BAD,
            **TOKEN,
            **_BUSY,
        },
        language=APITORCH,
        needs_token=True,
    )
)
def train(set_id: int) -> ResponseReturnValue:
    """Train a set into a new version of its classifier; labels with fewer than three images are left out."""
    identity, now = authenticate(Scope.TRAIN), time.time()
    begun = services().trainings.begin(
        own_set(set_id, Scope.TRAIN).collection, _MIN_IMAGES, identity.user, now
    )
    body = _training(begun)
    return jsonify(body), 202, {"Location": body["status_url"]}


@classification.get("/training-set/<int:set_id>/train", strict_slashes=False)
@operation(
    Operation(
        answers={200: TrainingBody}, problems={404: NOT_YOURS, **TOKEN}, language=APITORCH, needs_token=True
    )
)
def training(set_id: int) -> ResponseReturnValue:
    """Tell how the last training of a set is going."""
    collection = own_set(set_id, Scope.READ).collection
    return jsonify(_training(services().trainings.settled(collection, time.time())))


@classification.post("/classify", strict_slashes=False)
@operation(
    Operation(
        answers={200: Classifications},
        problems={404: "A classifier does not answer", **BAD, **TOKEN, **FILES, **_BUSY},
        body=Question,
        language=APITORCH,
        needs_token=True,
    )
)
def classify() -> ResponseReturnValue:
    """Ask one to ten classifiers what the image at an address shows."""
    user_id, fields = authenticate(Scope.CLASSIFY).user_id, sent_fields()
    slugs = requested_classifiers(fields)
    with_value = wants_confidence_value(fields)
    url = text_field(fields, "image_url", "give the address of an image")
    said = services().answers.classify(user_id, slugs, url, time.time())
    data = [classification_body(one, with_value=with_value) for one in said.answers]
    return jsonify(object="list", id=f"api_{said.request_id}", data=data)


@classification.post("/feedback/classification", strict_slashes=False)
@operation(
    Operation(
        answers={200: Thanks},
        problems={404: NOT_YOURS, **BAD, **TOKEN, **FILES},
        body=Correction,
        language=APITORCH,
        needs_token=True,
    )
)
def correct() -> ResponseReturnValue:
    """Put the image of a classification under the label that it should have had."""
    user_id, fields = authenticate(Scope.TRAIN).user_id, sent_fields()
    public_id = text_field(fields, "classification_id", "give the id of a classification")
    label = text_field(fields, "correct_label_id", "give the id or the name of a label")
    asked, _ = services().answers.correct(user_id, public_id.removeprefix(_PREFIX), label, time.time())
    return jsonify(object="feedback", message=f"Image added to the training set {asked.collection.name!r}.")


@classification.post("/feedback/freeform", strict_slashes=False)
@operation(
    Operation(
        answers={200: Thanks}, problems={**BAD, **TOKEN}, body=Message, language=APITORCH, needs_token=True
    )
)
def freeform() -> ResponseReturnValue:
    """Keep what a user has to say for the operator."""
    user_id = authenticate(Scope.CLASSIFY).user_id
    message = text_field(sent_fields(), "message", "send base64 of UTF-8 text")
    services().answers.tell(user_id, message, time.time())
    return jsonify(object="feedback", message="Thank you. The operator of this server can read it.")


def _training(collection: Collection) -> dict[str, Any]:
    return {
        "object": "training",
        "training_set_id": collection.id,
        "state": _STATES[collection.training_state],
        "progress": round(services().trainings.progress(collection), 3),
        "error": collection.training_error,
        "version": collection.current_number,
        "status_url": f"{request.root_url.rstrip('/')}/api/training-set/{collection.id}/train",
    }
