"""Serve the tokens of a user: /V1/api/tokens."""

import time
from typing import Any, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.refusals import BODY, NO_DATABASE
from coralchunk.api.v1.token_bodies import CreatedToken, NewToken, TokenList
from coralchunk.identity import Scope
from coralchunk.storage.rows.users import TokenRow

tokens = Blueprint("tokens", __name__, url_prefix="/V1/api/tokens")

_DAY_S: Final = 86_400
_TOKEN: Final = {
    401: "There is no token, or a wrong one; this needs one on every server",
    403: "The token lacks a scope: it can manage only tokens that may do no more than itself",
    503: NO_DATABASE,
}


@tokens.get("")
@operation(Operation(answers={200: TokenList}, problems=_TOKEN, needs_token=True))
def listed() -> ResponseReturnValue:
    """List the valid tokens of this user; the tokens themselves cannot be shown again."""
    identity = authenticate(Scope.READ)
    found = services().accounts.tokens_of(identity, time.time())
    return private(jsonify(user=identity.user_name, tokens=[_body(one, identity.token_id) for one in found]))


@tokens.post("")
@operation(
    Operation(answers={201: CreatedToken}, problems={**BODY, **_TOKEN}, body=NewToken, needs_token=True)
)
def create() -> ResponseReturnValue:
    """Create a token of this user, with some of the scopes of the token that asks.

    It expires at the latest with the token that asks.
    """
    identity, body, now = authenticate(Scope.READ), read_json_body(NewToken), time.time()
    expires_at = None if body.days is None else now + body.days * _DAY_S
    wanted = frozenset(Scope(scope) for scope in body.scopes)
    token = services().accounts.create_for(identity, body.name, wanted, now, expires_at)
    return private(jsonify(token=token)), 201


@tokens.delete("/<int:token_id>")
@operation(
    Operation(
        answers={200: Success},
        problems={404: "No such token, or another user's", **_TOKEN},
        needs_token=True,
    )
)
def revoke(token_id: int) -> ResponseReturnValue:
    """Revoke a token of this user, effective immediately; also the one that asks."""
    services().accounts.revoke_for(authenticate(Scope.READ), token_id, time.time())
    return jsonify(status="success")


def _body(token: TokenRow, asking: int) -> dict[str, Any]:
    return {
        "token_id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
        "expires_at": token.expires_at,
        "is_this": token.id == asking,
    }
