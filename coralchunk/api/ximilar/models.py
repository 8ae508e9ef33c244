"""Serve the versions of tasks' classifiers: /recognition/v2/model/."""

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.bodies import time_text
from coralchunk.api.ximilar.errors import RECOGNITION
from coralchunk.api.ximilar.paging import page_body, requested_page
from coralchunk.api.ximilar.refusals import NOT_YOURS, PAGE, TOKEN
from coralchunk.api.ximilar.responses import ModelBody, ModelPage
from coralchunk.api.ximilar.tasks import own_task
from coralchunk.identity import Scope
from coralchunk.storage.rows.classifier_versions import ClassifierVersion, VersionState
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection

models = Blueprint("ximilar_models", __name__, url_prefix="/recognition/v2/model")

_STATUS: Final = {
    VersionState.TRAINING.value: "IN_TRAINING",
    VersionState.READY.value: "TRAINED",
    VersionState.FAILED.value: "FAILED",
}


@models.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: ModelPage},
        problems={400: "A number cannot be read", 404: "No such task or page", **TOKEN},
        query={name: what for name, what in PAGE.items() if name != "workspace"}
        | {"task": "Id of a task: only its models"},
        language=RECOGNITION,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List the models of a task, or of all tasks."""
    user_id, page, versions = authenticate(Scope.READ).user_id, requested_page(), services().datasets.versions
    task_id = request.args.get("task")
    if task_id:
        task = own_task(user_id, task_id)
        found = [(version, task) for version in versions.of_collection(task)]
    else:
        found = versions.of_user(user_id, ClassifierKind.TASK)
    tasks = {version.id: task for version, task in found}
    rest = [version for version, _ in found if version.id > page.after_id][page.offset :]
    return jsonify(
        page_body(
            page, len(found), rest[: page.limit], lambda rows: [_body(one, tasks[one.id]) for one in rows]
        )
    )


@models.get("/<model_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: ModelBody}, problems={404: NOT_YOURS, **TOKEN}, language=RECOGNITION, needs_token=True
    )
)
def one(model_id: str) -> ResponseReturnValue:
    """Tell how far a model is, and how well it did on images that it was not trained of."""
    version, task = services().datasets.versions.get(authenticate(Scope.READ).user_id, model_id)
    return jsonify(_body(version, task))


@models.delete("/<model_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "It is deleted"},
        problems={400: "It is being trained", 404: NOT_YOURS, **TOKEN},
        language=RECOGNITION,
        needs_token=True,
    )
)
def delete(model_id: str) -> ResponseReturnValue:
    """Delete a model; if it answered, the newest that is left takes its place."""
    versions = services().datasets.versions
    version, _ = versions.get(authenticate(Scope.TRAIN).user_id, model_id)
    versions.delete(version)
    return Response(status=204)


def _body(version: ClassifierVersion, task: Collection) -> dict[str, Any]:
    return {
        "id": version.public_id,
        "task": task.public_id,
        "task_name": task.name,
        "version": version.number,
        "train_status": _STATUS[version.state],
        **{name: version.figures.get(name) for name in ("accuracy", "precision", "recall")},
        "figures": version.figures,
        "created": time_text(version.created_at),
    }
