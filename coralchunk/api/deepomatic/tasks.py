"""Tell how far tasks are, and who is asking: /v0.7/tasks and /v0.7/accounts."""

import json
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.deepomatic.errors import DEEPOMATIC, PREFIX, answer
from coralchunk.api.deepomatic.networks import BUSY, KEY_PROBLEMS
from coralchunk.api.deepomatic.paging import PAGING, page_body, requested_page
from coralchunk.api.deepomatic.responses import AccountObject, TaskList, TaskObject, task_object
from coralchunk.api.openapi import Operation, operation
from coralchunk.identity import Scope

tasks = Blueprint("deepomatic_tasks", __name__, url_prefix=PREFIX)

#: A pending task is waited for so long: the client asks at once, and then not before 50 ms have passed.
_WAIT_S: Final = 0.5
_MOST: Final = 1000  # in one request
_LARGEST: Final = 2**53 - 1


@tasks.get("/tasks/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskList},
        problems={400: "Not a page", **KEY_PROBLEMS, **BUSY},
        query={"task_ids": "which tasks; repeat it for several", **PAGING},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_tasks() -> ResponseReturnValue:
    """Tell how far some tasks are; those that you do not have are left out."""
    identity, page = authenticate(Scope.READ), requested_page()
    found = services().recognition.inferences.tasks(_requested_ids(), identity.user)
    chosen = found[page.offset : page.offset + page.limit]
    return answer(page_body(page, [task_object(one) for one in chosen], len(found)))


@tasks.get("/tasks/<int:task_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TaskObject},
        problems={404: "You have no such task, or its result has expired", **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def get_task(task_id: int) -> ResponseReturnValue:
    """Tell how far a task is; a pending one is waited for, half a second at most."""
    owner = authenticate(Scope.READ).user
    found = services().recognition.inferences.task(task_id, owner, _WAIT_S)
    return answer(task_object(found).model_dump(mode="json"))


@tasks.get("/accounts/me/", strict_slashes=False)
@operation(
    Operation(
        answers={200: AccountObject}, problems={**KEY_PROBLEMS, **BUSY}, language=DEEPOMATIC, needs_token=True
    )
)
def get_account() -> ResponseReturnValue:
    """Tell whose key was sent."""
    identity = authenticate(Scope.READ)
    return answer(AccountObject(id=identity.user_id, name=identity.user_name).model_dump())


def _requested_ids() -> list[int]:
    given: list[str] = []
    for text in request.args.getlist("task_ids"):
        given.extend(_listed(text) if text.startswith("[") else [text])
    numbers = [int(text) for text in given if text.isascii() and text.isdigit() and len(text) <= 16]
    return list(dict.fromkeys(number for number in numbers if number <= _LARGEST))[:_MOST]


def _listed(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [str(one) for one in found] if isinstance(found, list) else []
