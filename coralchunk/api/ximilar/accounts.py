"""Serve users, workspaces, and the check that the client makes first: /account/v2/, /authorization/v2/."""

import time

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.bodies import workspace_body
from coralchunk.api.ximilar.errors import ACCOUNT, AUTHORIZATION
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, TOKEN
from coralchunk.api.ximilar.requests import Authorization, NewWorkspace, read
from coralchunk.api.ximilar.responses import Authorized, UserBody, WorkspaceBody, WorkspaceList
from coralchunk.identity import Scope

accounts = Blueprint("ximilar_accounts", __name__)


@accounts.get("/account/v2/user/", strict_slashes=False)
@operation(Operation(answers={200: UserBody}, problems=TOKEN, language=ACCOUNT, needs_token=True))
def user() -> ResponseReturnValue:
    """Tell who is asking."""
    identity = authenticate(Scope.READ)
    default = services().datasets.workspaces.default(identity.user_id, time.time())
    return jsonify(id=identity.user_id, username=identity.user_name, workspace=default.public_id)


@accounts.post("/authorization/v2/authorize/", strict_slashes=False)
@operation(
    Operation(
        answers={200: Authorized},
        problems={**BODY, **TOKEN},
        body=Authorization,
        language=AUTHORIZATION,
        needs_token=True,
    )
)
def authorize() -> ResponseReturnValue:
    """Say that a token is valid; every service of this server may be used with it."""
    identity, sent = authenticate(Scope.READ), read(Authorization)
    return jsonify(user_id=identity.user_id, service=sent.service)


@accounts.get("/account/v2/workspace/", strict_slashes=False)
@operation(Operation(answers={200: WorkspaceList}, problems=TOKEN, language=ACCOUNT, needs_token=True))
def workspaces() -> ResponseReturnValue:
    """List the workspaces of a user, the default one first."""
    found = services().datasets.workspaces.listed(authenticate(Scope.READ).user_id, time.time())
    return jsonify([workspace_body(one) for one in found])


@accounts.post("/account/v2/workspace/", strict_slashes=False)
@operation(
    Operation(
        answers={201: WorkspaceBody},
        problems={**BODY, **TOKEN},
        body=NewWorkspace,
        language=ACCOUNT,
        needs_token=True,
    )
)
def create_workspace() -> ResponseReturnValue:
    """Make a workspace."""
    identity, sent = authenticate(Scope.TRAIN), read(NewWorkspace)
    kept = services().datasets.workspaces
    made = kept.create(identity.user_id, sent.name, time.time())
    if sent.meta_data:
        made = kept.change(made, made.name, sent.meta_data)
    return jsonify(workspace_body(made)), 201


@accounts.get("/account/v2/workspace/<workspace_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: WorkspaceBody}, problems={404: NOT_YOURS, **TOKEN}, language=ACCOUNT, needs_token=True
    )
)
def workspace(workspace_id: str) -> ResponseReturnValue:
    """Return the name of a workspace."""
    user_id = authenticate(Scope.READ).user_id
    return jsonify(workspace_body(services().datasets.workspaces.named(user_id, workspace_id, time.time())))


@accounts.route("/account/v2/workspace/<workspace_id>/", methods=["PUT", "PATCH"], strict_slashes=False)
@operation(
    Operation(
        answers={200: WorkspaceBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=NewWorkspace,
        language=ACCOUNT,
        needs_token=True,
    )
)
def change_workspace(workspace_id: str) -> ResponseReturnValue:
    """Give a workspace another name, or other metadata."""
    user_id, kept = authenticate(Scope.TRAIN).user_id, services().datasets.workspaces
    known, sent = kept.named(user_id, workspace_id, time.time()), read(NewWorkspace)
    name = known.name if sent.name is None else sent.name
    metadata = known.metadata if sent.meta_data is None else sent.meta_data
    return jsonify(workspace_body(kept.change(known, name, metadata)))


@accounts.delete("/account/v2/workspace/<workspace_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "It is deleted"},
        problems={400: "The default workspace cannot be deleted", 404: NOT_YOURS, **TOKEN},
        language=ACCOUNT,
        needs_token=True,
    )
)
def delete_workspace(workspace_id: str) -> ResponseReturnValue:
    """Delete a workspace with all that it holds."""
    user_id, kept = authenticate(Scope.TRAIN).user_id, services().datasets.workspaces
    kept.delete(kept.named(user_id, workspace_id, time.time()))
    return Response(status=204)
