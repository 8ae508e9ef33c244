"""Serve links that show a survey: /V1/api/surveys/{id}/share and /V1/api/shared-surveys."""

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import survey_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.refusals import NO_DATABASE, NO_SURVEY, TOKEN
from coralchunk.api.v1.survey_answers import photo_body, survey_body
from coralchunk.api.v1.survey_share_bodies import SharedSurvey, SharedSurveyPhoto, SurveyShareLink
from coralchunk.identity import Scope

survey_sharing = Blueprint("survey_sharing", __name__, url_prefix="/V1/api")

_PROBLEMS: Final = {404: NO_SURVEY, 503: NO_DATABASE, **TOKEN}


@survey_sharing.post("/surveys/<int:survey_id>/share")
@operation(Operation(answers={200: SurveyShareLink}, problems=_PROBLEMS))
def share(survey_id: int) -> ResponseReturnValue:
    """Create a link that shows a survey but cannot change it; returns the same link each time.

    It shows neither positions nor the contact, and works until it is taken back or the survey is deleted.
    """
    share_id = services().survey_sharing.share(survey_id, survey_requester(Scope.CLASSIFY))
    return jsonify(share_id=share_id, url=f"{request.script_root}/shared-surveys/{share_id}")


@survey_sharing.delete("/surveys/<int:survey_id>/share")
@operation(Operation(answers={200: Success}, problems=_PROBLEMS))
def take_back(survey_id: int) -> ResponseReturnValue:
    """End the link of a survey, if it has one."""
    services().survey_sharing.take_back(survey_id, survey_requester(Scope.CLASSIFY))
    return jsonify(status="success")


@survey_sharing.get("/shared-surveys/<share_id>")
@operation(
    Operation(
        answers={200: SharedSurvey},
        problems={404: "The link is unknown, or was taken back", 503: NO_DATABASE},
    )
)
def shared(share_id: str) -> ResponseReturnValue:
    """Return a shared survey with its photos; needs no token."""
    measured = services().survey_sharing.shared(share_id)
    photos = [photo_body(photo, measured.corrected.get(photo.id)) for photo in measured.photos]
    shown = [_only(SharedSurveyPhoto.model_fields, photo) for photo in photos]
    return private(jsonify(_only(SharedSurvey.model_fields, survey_body(measured) | {"photos": shown})))


def _only(fields: Iterable[str], body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in fields}
