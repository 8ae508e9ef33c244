"""Serve the audit log: /V1/api/audit-log."""

from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import known_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, Parameter, Query, operation
from coralchunk.api.query import requested_number
from coralchunk.api.v1.people_bodies import AuditEventList
from coralchunk.api.v1.refusals import NO_DATABASE, NO_SURVEY
from coralchunk.identity import Scope
from coralchunk.storage.rows.audit_events import AuditEvent

audit_log = Blueprint("audit_log", __name__, url_prefix="/V1/api")

_LARGEST: Final = 999_999_999
_MOST: Final = 200
_QUERY: Final[Query] = {
    "survey_id": Parameter(
        "Only what was done to this survey; you must be an admin of it",
        {"type": "integer", "format": "int64", "minimum": 0},
    ),
    "before": Parameter(
        "Only events older than this one, for the next page",
        {"type": "integer", "minimum": 1, "maximum": _LARGEST},
    ),
    "limit": Parameter(
        "Events to return", {"type": "integer", "minimum": 1, "maximum": _MOST, "default": 50}
    ),
}


@audit_log.get("/audit-log")
@operation(
    Operation(
        answers={200: AuditEventList},
        problems={
            400: "`survey_id`, `before` or `limit` has a value that is not possible",
            401: "There is no token, or a wrong one; this needs one on every server",
            403: "The token lacks the scope, or you are no admin of the survey",
            404: NO_SURVEY,
            503: NO_DATABASE,
        },
        query=_QUERY,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List who did what to surveys and tokens, newest first.

    Without `survey_id`: what you did, and what others did to surveys of which you are an admin.
    """
    requester, limit = known_requester(Scope.READ), requested_number("limit", 50, (1, _MOST))
    before = requested_number("before", _LARGEST, (1, _LARGEST))
    if "survey_id" in request.args:
        survey_id = requested_number("survey_id", 0, (0, 2**53))
        found = services().activity.of_survey(survey_id, requester, before, limit)
    else:
        found = services().activity.for_user(requester, before, limit)
    following = found[-1].id if len(found) == limit else None
    return private(jsonify(events=[_body(one) for one in found], next=following))


def _body(event: AuditEvent) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "at": event.at,
        "user": event.user_name,
        "token_id": event.token_id,
        "action": event.action,
        "survey_id": event.survey_id,
        "target": event.target,
    }
