"""Serve collections of labelled images and the training of their classifiers: /V1/api/collections."""

import time
from typing import Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.collection_answers import overview, own_collection, own_version, whole
from coralchunk.api.v1.collection_bodies import (
    ChosenVersion,
    CollectedCorrections,
    CollectionList,
    CollectionResponse,
    NetworkModel,
    NewCollection,
    NewLabelName,
)
from coralchunk.api.v1.refusals import BODY, NO_COLLECTION, NO_DATABASE, OWN_TOKEN
from coralchunk.datasets.collections import LABELS_OF
from coralchunk.datasets.training_sets import snake_case
from coralchunk.identity import Scope
from coralchunk.recognition.chunk_mapping import mapped_network
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import CollectionType
from coralchunk.terms import CLASSES

collections = Blueprint("collections", __name__, url_prefix="/V1/api/collections")

_STATES: Final = {state.value.replace(" ", "_"): state for state in CLASSES}
_KINDS: Final = frozenset({ClassifierKind.TASK, ClassifierKind.TRAINING_SET})
_ONE: Final = {404: NO_COLLECTION, 503: NO_DATABASE, **OWN_TOKEN}
_QUEUE: Final = {
    400: "There is too little to learn from",
    409: "It is being trained already",
    429: "Too many requests, or too much work is waiting; try again after Retry-After seconds",
    503: "The database or the job queue does not answer; try again after Retry-After seconds",
    507: "No space to store the request",
}


@collections.get("")
@operation(
    Operation(answers={200: CollectionList}, problems={503: NO_DATABASE, **OWN_TOKEN}, needs_token=True)
)
def listed() -> ResponseReturnValue:
    """List your collections, oldest first; also those made through the other APIs of this server."""
    found = services().datasets.collections.listed(authenticate(Scope.READ).user_id, _KINDS)
    return jsonify(collections=[overview(one) for one in found])


@collections.post("")
@operation(
    Operation(
        answers={201: CollectionResponse},
        problems={**BODY, 503: NO_DATABASE, **OWN_TOKEN},
        body=NewCollection,
        needs_token=True,
    )
)
def create() -> ResponseReturnValue:
    """Make a collection. One of several labels an image gets its own label for images without any."""
    user_id, sent, now = authenticate(Scope.TRAIN).user_id, read_json_body(NewCollection), time.time()
    datasets = services().datasets
    made = datasets.collections.create(
        datasets.workspaces.default(user_id, now),
        ClassifierKind.TASK,
        sent.type,
        sent.name,
        sent.description,
        now,
    )
    return jsonify(whole(made)), 201


@collections.post("/corrections")
@operation(
    Operation(
        answers={200: CollectedCorrections},
        problems={
            400: "A limit of the operator is reached",
            503: NO_DATABASE,
            507: "No space to store an image",
            **OWN_TOKEN,
        },
        needs_token=True,
    )
)
def collect() -> ResponseReturnValue:
    """Bring the collection of your corrections up to date: one image for each chunk that you corrected.

    Corrections that were taken back leave it. A server that requires no tokens for photos also adds the
    corrections that were made without one.
    """
    user_id, with_unowned = authenticate(Scope.TRAIN).user_id, not services().settings.v1_require_token
    collection, count = services().collected.collect(user_id, time.time(), with_unowned=with_unowned)
    return jsonify(whole(collection) | {"corrections": count})


@collections.get("/<collection_id>")
@operation(Operation(answers={200: CollectionResponse}, problems=_ONE, needs_token=True))
def one(collection_id: str) -> ResponseReturnValue:
    """Return a collection with its labels, its training, and the versions of its classifier."""
    return jsonify(whole(own_collection(authenticate(Scope.READ).user_id, collection_id)))


@collections.delete("/<collection_id>")
@operation(Operation(answers={200: Success}, problems=_ONE, needs_token=True))
def delete(collection_id: str) -> ResponseReturnValue:
    """Delete a collection and its classifier. Its images stay if other collections can have their labels."""
    found = own_collection(authenticate(Scope.TRAIN).user_id, collection_id)
    if found.kind == ClassifierKind.TRAINING_SET:  # whose labels belong to it alone
        sets = services().training_sets
        sets.delete_contents(sets.get(found.user_id, found.id))
    services().trainings.delete(found)
    return jsonify(status="success")


@collections.post("/<collection_id>/labels")
@operation(
    Operation(answers={200: CollectionResponse}, problems=_ONE | BODY, body=NewLabelName, needs_token=True)
)
def add_label(collection_id: str) -> ResponseReturnValue:
    """Add a label; nothing happens if there is one of this name."""
    found = own_collection(authenticate(Scope.TRAIN).user_id, collection_id)
    name = read_json_body(NewLabelName).name
    is_set = found.kind == ClassifierKind.TRAINING_SET
    kind = LABELS_OF[CollectionType(found.type)].value
    name = snake_case(name) if is_set else name
    services().datasets.collection_images.add_label(found, kind, name, time.time())
    return jsonify(whole(found))


@collections.delete("/<collection_id>/labels/<label_id>")
@operation(Operation(answers={200: CollectionResponse}, problems=_ONE, needs_token=True))
def delete_label(collection_id: str, label_id: str) -> ResponseReturnValue:
    """Delete a label, and take it off its images, which stay in other collections."""
    found = own_collection(authenticate(Scope.TRAIN).user_id, collection_id)
    label = services().datasets.collection_images.label(found, label_id)
    services().datasets.labels.delete(found.user_id, label.public_id)
    return jsonify(whole(found))


@collections.post("/<collection_id>/train")
@operation(Operation(answers={202: CollectionResponse}, problems=_ONE | _QUEUE, needs_token=True))
def train(collection_id: str) -> ResponseReturnValue:
    """Train the next version of the classifier, which answers when it is done.

    Labels with fewer than `min_images` images are left out.
    """
    identity, trainings = authenticate(Scope.TRAIN), services().trainings
    found = own_collection(identity.user_id, collection_id)
    least = services().settings.training_min_images
    return jsonify(whole(trainings.begin(found, least, identity.user, time.time()))), 202


@collections.post("/<collection_id>/site-model")
@operation(Operation(answers={202: CollectionResponse}, problems=_ONE | _QUEUE, needs_token=True))
def train_site(collection_id: str) -> ResponseReturnValue:
    """Train a model for the chunks of your photos on the corrections in a collection: the next version.

    It is compared by cross-validation over photos with the server's model on the same chunks. If it is better
    with 95 % certainty, `model` of the version names it, and uploads may name it too.
    """
    identity = authenticate(Scope.TRAIN)
    found = own_collection(identity.user_id, collection_id)
    return jsonify(whole(services().trainings.begin_for_site(found, identity.user, time.time()))), 202


@collections.post("/<collection_id>/network-model")
@operation(
    Operation(
        answers={202: CollectionResponse}, problems=_ONE | _QUEUE | BODY, body=NetworkModel, needs_token=True
    )
)
def map_network(collection_id: str) -> ResponseReturnValue:
    """Make the next version of a network of your own that classifies pictures: it then sees chunks.

    Its labels are mapped to bleached, healthy and not coral. It is compared with the server's model on the
    corrections in the collection, and offered as `model` of uploads only if it is better with 95 % certainty.
    """
    identity = authenticate(Scope.TRAIN)
    found, sent = own_collection(identity.user_id, collection_id), read_json_body(NetworkModel)
    version = services().recognition.versions.find(found.user_id, sent.version_id)
    network = mapped_network(version, [_STATES[name] for name in sent.states])
    trained = services().trainings.begin_for_site(found, identity.user, time.time(), network)
    return jsonify(whole(trained)), 202


@collections.put("/<collection_id>/version")
@operation(
    Operation(answers={200: CollectionResponse}, problems=_ONE | BODY, body=ChosenVersion, needs_token=True)
)
def use_version(collection_id: str) -> ResponseReturnValue:
    """Have another version answer."""
    found = own_collection(authenticate(Scope.TRAIN).user_id, collection_id)
    services().datasets.versions.use(found, read_json_body(ChosenVersion).number)
    return jsonify(whole(own_collection(found.user_id, collection_id)))


@collections.delete("/<collection_id>/versions/<int:number>")
@operation(
    Operation(
        answers={200: CollectionResponse}, problems=_ONE | {400: "It is being trained"}, needs_token=True
    )
)
def delete_version(collection_id: str, number: int) -> ResponseReturnValue:
    """Delete a version; if it answered, the newest that is left takes its place."""
    found = own_collection(authenticate(Scope.TRAIN).user_id, collection_id)
    services().datasets.versions.delete(own_version(found, number))
    return jsonify(whole(own_collection(found.user_id, collection_id)))
