"""Serve labels: /recognition/v2/label/."""

import time

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.bodies import label_body
from coralchunk.api.ximilar.errors import RECOGNITION
from coralchunk.api.ximilar.paging import page_body, requested_page
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, PAGE, TOKEN
from coralchunk.api.ximilar.requests import LabelChange, NewLabel, TaskOfLabel, read
from coralchunk.api.ximilar.responses import LabelBody, LabelPage
from coralchunk.api.ximilar.tasks import own_task
from coralchunk.datasets.labels import LabelDetails, checked_kind
from coralchunk.datasets.names import checked_text
from coralchunk.identity import Scope
from coralchunk.storage.rows.labels import Label, LabelFilter

labels = Blueprint("ximilar_labels", __name__, url_prefix="/recognition/v2/label")

_FILTERS = PAGE | {
    "task": "Id of a task: only its labels",
    "search": "Part of the name, in any case",
    "type": "`category`, `tag` or `value`",
}


@labels.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: LabelPage},
        problems={400: "A filter cannot be read", 404: "No such workspace, task or page", **TOKEN},
        query=_FILTERS,
        language=RECOGNITION,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List the labels of a workspace, of a task, or those with a text in their names."""
    page, wanted = requested_page(), _requested_filter(authenticate(Scope.READ).user_id)
    count, found = services().datasets.labels.page(wanted, page.after_id, page.offset, page.limit)
    return jsonify(page_body(page, count, found, lambda rows: [label_body(row) for row in rows]))


@labels.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: LabelBody},
        problems={**BODY, 404: "No such workspace", **TOKEN},
        body=NewLabel,
        language=RECOGNITION,
        needs_token=True,
    )
)
def create() -> ResponseReturnValue:
    """Make a label."""
    user_id, sent, now = authenticate(Scope.TRAIN).user_id, read(NewLabel), time.time()
    workspace = services().datasets.workspaces.named(user_id, sent.workspace, now)
    details = LabelDetails(sent.name, sent.description, sent.output_name)
    return jsonify(label_body(services().datasets.labels.create(workspace, sent.type, details, now))), 201


@labels.get("/<label_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: LabelBody}, problems={404: NOT_YOURS, **TOKEN}, language=RECOGNITION, needs_token=True
    )
)
def one(label_id: str) -> ResponseReturnValue:
    """Return a label and the tasks it belongs to."""
    return _whole(services().datasets.labels.get(authenticate(Scope.READ).user_id, label_id))


@labels.route("/<label_id>/", methods=["PUT", "PATCH"], strict_slashes=False)
@operation(
    Operation(
        answers={200: LabelBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=LabelChange,
        language=RECOGNITION,
        needs_token=True,
    )
)
def change(label_id: str) -> ResponseReturnValue:
    """Give a label another name, description or output name."""
    user_id = authenticate(Scope.TRAIN).user_id
    label, sent = services().datasets.labels.get(user_id, label_id), read(LabelChange)
    details = LabelDetails(
        label.name if sent.name is None else sent.name,
        label.description if sent.description is None else sent.description,
        label.output_name if sent.output_name is None else sent.output_name,
    )
    return _whole(services().datasets.labels.change(user_id, label_id, details))


@labels.delete("/<label_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "It is deleted"},
        problems={404: NOT_YOURS, **TOKEN},
        language=RECOGNITION,
        needs_token=True,
    )
)
def delete(label_id: str) -> ResponseReturnValue:
    """Delete a label, off all tasks and images, which stay."""
    services().datasets.labels.delete(authenticate(Scope.TRAIN).user_id, label_id)
    return Response(status=204)


@labels.delete("/<label_id>/wipe/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "They are deleted"},
        problems={404: NOT_YOURS, **TOKEN},
        language=RECOGNITION,
        needs_token=True,
    )
)
def wipe(label_id: str) -> ResponseReturnValue:
    """Delete a label and all images that have it."""
    user_id = authenticate(Scope.TRAIN).user_id
    services().datasets.images.delete_with_label(services().datasets.labels.get(user_id, label_id))
    services().datasets.labels.delete(user_id, label_id)
    return Response(status=204)


@labels.post("/<label_id>/add-task/", strict_slashes=False)
@operation(
    Operation(
        answers={200: LabelBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=TaskOfLabel,
        language=RECOGNITION,
        needs_token=True,
    )
)
def add_task(label_id: str) -> ResponseReturnValue:
    """Add a label to a task; its type must be that of the task."""
    user_id = authenticate(Scope.TRAIN).user_id
    label = services().datasets.labels.get(user_id, label_id)
    services().datasets.collections.add_label(own_task(user_id, read(TaskOfLabel).task_id), label)
    return _whole(services().datasets.labels.get(user_id, label_id))


@labels.post("/<label_id>/remove-task/", strict_slashes=False)
@operation(
    Operation(
        answers={200: LabelBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=TaskOfLabel,
        language=RECOGNITION,
        needs_token=True,
    )
)
def remove_task(label_id: str) -> ResponseReturnValue:
    """Take a label out of a task."""
    user_id = authenticate(Scope.TRAIN).user_id
    label = services().datasets.labels.get(user_id, label_id)
    services().datasets.collections.remove_label(own_task(user_id, read(TaskOfLabel).task_id), label)
    return _whole(services().datasets.labels.get(user_id, label_id))


def _whole(label: Label) -> Response:
    return jsonify(label_body(label, services().datasets.collections.with_label(label)))


def _requested_filter(user_id: int) -> LabelFilter:
    requested = {name: value.strip().strip('"') for name, value in request.args.items()}
    kind, task_id = requested.get("type") or None, requested.get("task") or None
    search = checked_text("search", requested.get("search"), services().settings.dataset_name_length)
    if task_id is not None:
        task = own_task(user_id, task_id)
        return LabelFilter(task.workspace_id, task.id, kind and checked_kind(kind).value, search)
    workspace = services().datasets.workspaces.named(user_id, requested.get("workspace"), time.time())
    return LabelFilter(workspace.id, None, kind and checked_kind(kind).value, search)
