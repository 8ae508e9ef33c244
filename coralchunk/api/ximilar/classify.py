"""Serve training and classification: /recognition/v2/task/{id}/train/ and /recognition/v2/classify/."""

import time
from typing import Any, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.bodies import task_body
from coralchunk.api.ximilar.errors import RECOGNITION
from coralchunk.api.ximilar.records import ClassifyRequest, read_classify, sent_record
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, TOKEN
from coralchunk.api.ximilar.responses import Classified, TaskBody
from coralchunk.api.ximilar.tasks import own_task
from coralchunk.identity import Scope
from coralchunk.storage.rows.collections import CollectionType, TrainingState
from coralchunk.training.task_answers import LabelAnswer, RecordAnswer

classify_routes = Blueprint("ximilar_classify", __name__, url_prefix="/recognition/v2")

_DIGITS: Final = 5
_BUSY: Final = {
    429: "Too many requests, or too much work is waiting; try again after Retry-After seconds",
    507: "No room to store the request",
}


@classify_routes.post("/task/<task_id>/train/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskBody},
        problems={**BODY, 400: "There is too little to learn from", 404: NOT_YOURS, **TOKEN, **_BUSY},
        language=RECOGNITION,
        needs_token=True,
    )
)
def train(task_id: str) -> ResponseReturnValue:
    """Train a task into its next version, which answers when it is done. Nothing new while it is trained.

    `last_train_status` and `production_version` of the task say when that is.
    """
    identity, now, trainings = authenticate(Scope.TRAIN), time.time(), services().trainings
    task = trainings.settled(own_task(identity.user_id, task_id), now)
    if task.training_state != TrainingState.TRAINING:
        least = services().settings.ximilar_min_images
        task = trainings.begin(task, least, identity.user, now, needs_all=True)
    return jsonify(task_body(task))


@classify_routes.post("/classify/", strict_slashes=False)
@operation(
    Operation(
        answers={200: Classified},
        problems={
            **BODY,
            404: "No such task or version",
            **TOKEN,
            **_BUSY,
            503: "Not in time, or the queue does not answer; try again after Retry-After seconds",
        },
        body=ClassifyRequest,
        language=RECOGNITION,
        needs_token=True,
    )
)
def classify() -> ResponseReturnValue:
    """Classify images. A record that cannot be used has an error in its own `_status`."""
    began, identity = time.perf_counter(), authenticate(Scope.CLASSIFY)
    sent, datasets = read_classify(), services().datasets
    if sent.store_images:
        identity.need(Scope.TRAIN)
    task = own_task(identity.user_id, sent.task_id or sent.task or "")
    version = datasets.versions.answering(task, sent.version)
    answers = services().task_answers.classify(
        task,
        version,
        [sent_record(record) for record in sent.records],
        time.time(),
        keep=bool(sent.store_images),
    )
    return jsonify(
        task_id=task.public_id,
        status={"code": 200, "text": "OK"},
        statistics={"processing time": time.perf_counter() - began},
        version=version.number,
        records=[
            _record(record, answer, CollectionType(task.type))
            for record, answer in zip(sent.records, answers, strict=True)
        ],
    )


def _record(sent: dict[str, Any], answer: RecordAnswer, kind: CollectionType) -> dict[str, Any]:
    kept = {name: value for name, value in sent.items() if name != "_base64"}
    if answer.error is not None:
        return kept | {"_status": {"code": 400, "text": answer.error}}
    labels = [_label(label, kind) for label in answer.labels]
    stored = {} if answer.stored_image_id is None else {"_stored_image_id": answer.stored_image_id}
    return {
        **kept,
        "_status": {"code": 200, "text": "OK"},
        "_width": answer.width,
        "_height": answer.height,
        "best_label": labels[0],
        "labels": labels,
        **stored,
    }


def _label(label: LabelAnswer, kind: CollectionType) -> dict[str, Any]:
    name = "value" if kind is CollectionType.REGRESSION else "prob"
    return {"id": label.id, "name": label.name, name: round(label.number, _DIGITS)}
