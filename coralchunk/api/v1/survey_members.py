"""Serve who may use a survey: /V1/api/surveys/{id}/members."""

from typing import Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import survey_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.people_bodies import NewRole, SurveyMemberList
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, TOKEN
from coralchunk.identity import Scope
from coralchunk.surveys.access import Role

survey_members = Blueprint("survey_members", __name__, url_prefix="/V1/api/surveys/<int:survey_id>/members")

_PROBLEMS: Final = {
    **TOKEN,
    403: "The token lacks the scope, your role is too weak, or this server requires no tokens",
    404: "No such survey or user",
    503: NO_DATABASE,
}
_OWNER: Final = {422: "The owner of a survey stays an admin of it"}


@survey_members.get("")
@operation(Operation(answers={200: SurveyMemberList}, problems=_PROBLEMS))
def listed(survey_id: int) -> ResponseReturnValue:
    """List the users of a survey with their roles."""
    found = services().survey_members.listed(survey_id, survey_requester(Scope.READ))
    return private(jsonify(members=found))


@survey_members.put("/<user_name>")
@operation(Operation(answers={200: Success}, problems={**BODY, **_PROBLEMS, **_OWNER}, body=NewRole))
def set_role(survey_id: int, user_name: str) -> ResponseReturnValue:
    """Invite a user to a survey by their name, or give them another role."""
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(NewRole)
    services().survey_members.set_role(survey_id, user_name, Role(body.role), requester)
    return jsonify(status="success")


@survey_members.delete("/<user_name>")
@operation(Operation(answers={200: Success}, problems={**_PROBLEMS, **_OWNER}))
def remove(survey_id: int, user_name: str) -> ResponseReturnValue:
    """Take a user's role in a survey away; users may also take away their own."""
    services().survey_members.remove(survey_id, user_name, survey_requester(Scope.CLASSIFY))
    return jsonify(status="success")
