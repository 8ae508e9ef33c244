"""Read the token of a request and find out who sent it, for all APIs."""

import time
from typing import Final

import structlog
from flask import request

from coralchunk.api.context import services
from coralchunk.errors.access import DatabaseDown, Denied, NoToken, WrongToken
from coralchunk.identity import Identity, Scope
from coralchunk.surveys.access import Requester

_KEY_HEADER: Final = "X-API-KEY"
_HEADER_SCHEMES: Final = frozenset({"token", "bearer"})


def authenticate(scope: Scope) -> Identity:
    """Return the requester. Raises NoToken, WrongToken, or ScopeMissing if the token lacks the scope."""
    token = _sent_token()
    if token is None:
        raise NoToken
    identity = services().accounts.identify(token, time.time())
    structlog.contextvars.bind_contextvars(token_id=identity.token_id)
    identity.need(scope)
    return identity


def v1_requester(scope: Scope) -> str | None:
    """Return whose jobs a V1 request may access: None for all jobs, if the server requires no tokens."""
    return authenticate(scope).owner if services().settings.v1_require_token else None


def v1_identity(scope: Scope) -> Identity | None:
    """Return who sends a V1 request, None if that is not known.

    A server that requires no tokens works without its database and with any token. A valid token still says
    whose the jobs are, so that they can be listed, and which model classifies their photos.
    """
    if services().settings.v1_require_token:
        return authenticate(scope)
    try:
        return None if _sent_token() is None else authenticate(scope)
    except (Denied, DatabaseDown):
        return None


def survey_requester(scope: Scope) -> Requester | None:
    """Return whose surveys a request may access: None for all, if no tokens are required."""
    return known_requester(scope) if services().settings.v1_require_token else None


def known_requester(scope: Scope) -> Requester:
    """Return who sends a request that needs a token on every server. Raises as `authenticate`."""
    identity = authenticate(scope)
    return Requester(identity.actor, identity.owner, time.time())


def exporter(survey_id: int, file: str) -> Requester | None:
    """Return whose surveys a request may export, and note the export. Raises UnknownSurvey too.

    file  such as "survey.csv"
    """
    requester = survey_requester(Scope.READ)
    services().activity.exported([survey_id], file, requester)
    return requester


def _sent_token() -> str | None:
    """Return the token in `Authorization` (Token, Bearer, or Basic without a password) or `X-API-KEY`."""
    if "Authorization" not in request.headers:
        return request.headers.get(_KEY_HEADER)
    sent = request.authorization
    if sent is not None and sent.type in _HEADER_SCHEMES and sent.token:
        return sent.token
    if sent is not None and sent.type == "basic" and sent.username and not sent.password:
        return str(sent.username)
    raise WrongToken
