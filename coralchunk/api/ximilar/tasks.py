"""Serve tasks: /recognition/v2/task/."""

import time
from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.bodies import task_body
from coralchunk.api.ximilar.errors import RECOGNITION
from coralchunk.api.ximilar.paging import page_body, requested_page
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, PAGE, TOKEN
from coralchunk.api.ximilar.requests import LabelOfTask, NewTask, TaskChange, read
from coralchunk.api.ximilar.responses import TaskBody, TaskPage
from coralchunk.identity import Scope
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection

tasks = Blueprint("ximilar_tasks", __name__, url_prefix="/recognition/v2/task")

_TASK: Final = ClassifierKind.TASK


@tasks.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskPage},
        problems={400: "A number cannot be read", 404: "No such workspace or page", **TOKEN},
        query=PAGE,
        language=RECOGNITION,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List the tasks of a workspace."""
    user_id, page = authenticate(Scope.READ).user_id, requested_page()
    workspace = services().datasets.workspaces.named(user_id, request.args.get("workspace"), time.time())
    count, found = services().datasets.collections.page(
        workspace, _TASK, page.after_id, page.offset, page.limit
    )
    return jsonify(page_body(page, count, found, lambda rows: [task_body(row) for row in rows]))


@tasks.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: TaskBody},
        problems={**BODY, 404: "No such workspace", **TOKEN},
        body=NewTask,
        language=RECOGNITION,
        needs_token=True,
    )
)
def create() -> ResponseReturnValue:
    """Create a task. A task of tags (`multi_label`) gets its own negative label."""
    user_id, sent, now = authenticate(Scope.TRAIN).user_id, read(NewTask), time.time()
    workspace = services().datasets.workspaces.named(user_id, sent.workspace, now)
    made = services().datasets.collections.create(
        workspace, _TASK, sent.type, sent.name, sent.description, now
    )
    return jsonify(task_body(made)), 201


@tasks.get("/<task_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskBody}, problems={404: NOT_YOURS, **TOKEN}, language=RECOGNITION, needs_token=True
    )
)
def one(task_id: str) -> ResponseReturnValue:
    """Return a task, and how its last training ended."""
    task = own_task(authenticate(Scope.READ).user_id, task_id)
    return jsonify(task_body(services().trainings.settled(task, time.time())))


@tasks.route("/<task_id>/", methods=["PUT", "PATCH"], strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=TaskChange,
        language=RECOGNITION,
        needs_token=True,
    )
)
def change(task_id: str) -> ResponseReturnValue:
    """Give a task another name or description, or have another of its versions answer."""
    user_id = authenticate(Scope.TRAIN).user_id
    task, sent, collections = own_task(user_id, task_id), read(TaskChange), services().datasets.collections
    if sent.production_version is not None:
        services().datasets.versions.use(task, sent.production_version)
    name, description = sent.name, sent.description
    collections.change(
        task,
        task.name if name is None else name,
        task.description if description is None else description,
        time.time(),
    )
    return jsonify(task_body(own_task(user_id, task_id)))


@tasks.delete("/<task_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "It is deleted"},
        problems={404: NOT_YOURS, **TOKEN},
        language=RECOGNITION,
        needs_token=True,
    )
)
def delete(task_id: str) -> ResponseReturnValue:
    """Delete a task with its models and its negative label; other labels and all images stay."""
    services().trainings.delete(own_task(authenticate(Scope.TRAIN).user_id, task_id))
    return Response(status=204)


@tasks.post("/<task_id>/add-label/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=LabelOfTask,
        language=RECOGNITION,
        needs_token=True,
    )
)
def add_label(task_id: str) -> ResponseReturnValue:
    """Add a label; its type must be that of the task."""
    user_id = authenticate(Scope.TRAIN).user_id
    task = own_task(user_id, task_id)
    label = services().datasets.labels.get(user_id, read(LabelOfTask).label_id)
    services().datasets.collections.add_label(task, label)
    return jsonify(task_body(task))


@tasks.post("/<task_id>/remove-label/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=LabelOfTask,
        language=RECOGNITION,
        needs_token=True,
    )
)
def remove_label(task_id: str) -> ResponseReturnValue:
    """Take a label out of a task; the label itself stays."""
    user_id = authenticate(Scope.TRAIN).user_id
    task = own_task(user_id, task_id)
    label = services().datasets.labels.get(user_id, read(LabelOfTask).label_id)
    services().datasets.collections.remove_label(task, label)
    return jsonify(task_body(task))


def own_task(user_id: int, task_id: str) -> Collection:
    """Return a task of a user. Raises UnknownThing, also for what other languages made."""
    return services().datasets.collections.get(user_id, task_id, _TASK)
