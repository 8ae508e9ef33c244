"""Serve surveys: /V1/api/surveys."""

import json
import time
from typing import Final

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import survey_requester
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, Parameter, Query, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, NO_SURVEY, TOKEN
from coralchunk.api.v1.survey_answers import photo_body, survey_body
from coralchunk.api.v1.survey_bodies import (
    NewSurvey,
    NewSurveyPhoto,
    SurveyChange,
    SurveyChangeSince,
    SurveyList,
    SurveyPhotoResponse,
    SurveyResponse,
)
from coralchunk.api.v1.text_ids import IDS_AS_TEXT
from coralchunk.errors.surveys import BadIds
from coralchunk.identity import Scope
from coralchunk.science.cover import share_fields
from coralchunk.surveys.measured import Measured, measure_change
from coralchunk.surveys.photo_details import Details

surveys = Blueprint("surveys", __name__, url_prefix="/V1/api")

MAX_IDS: Final = 100
IDS: Final[Query] = {
    "id": Parameter(
        "Id of a survey; repeat it for more. Default with a token: all of its user's",
        {
            "type": "array",
            "maxItems": MAX_IDS,
            "items": {"type": "integer", "format": "int64", "minimum": 0},
        },
    )
}


@surveys.post("/surveys")
@operation(
    Operation(
        answers={201: SurveyResponse},
        problems={**BODY, 503: NO_DATABASE, **TOKEN},
        query=IDS_AS_TEXT,
        body=NewSurvey,
    )
)
def begin() -> ResponseReturnValue:
    """Create a survey with a name, a place and a date; photos are added afterwards."""
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(NewSurvey)
    made = services().surveys.add(body.model_dump(), requester, time.time())
    answer = jsonify(survey_body(made) | {"photos": []})
    answer.headers["Location"] = url_for("surveys.one", survey_id=made.survey.id)
    return answer, 201


@surveys.get("/surveys")
@operation(
    Operation(
        answers={200: SurveyList},
        problems={400: "An `id` is not a number, or there are too many", 503: NO_DATABASE, **TOKEN},
        query=IDS | IDS_AS_TEXT,
    )
)
def listed() -> ResponseReturnValue:
    """List surveys by date: with a token those of its user, without a token those whose ids are given."""
    found = services().surveys.listed(requested_ids(), survey_requester(Scope.READ))
    return jsonify(surveys=[survey_body(one) for one in found])


@surveys.get("/surveys/<int:survey_id>")
@operation(
    Operation(
        answers={200: SurveyResponse},
        problems={404: NO_SURVEY, 503: NO_DATABASE, **TOKEN},
        query=IDS_AS_TEXT,
    )
)
def one(survey_id: int) -> ResponseReturnValue:
    """Return a survey: its photos, coral cover and bleached cover, with intervals over photos."""
    return _whole(services().surveys.get(survey_id, survey_requester(Scope.READ)))


@surveys.get("/surveys/<int:survey_id>/since/<int:earlier_id>")
@operation(
    Operation(
        answers={200: SurveyChangeSince},
        problems={404: NO_SURVEY, 503: NO_DATABASE, **TOKEN},
        query=IDS_AS_TEXT,
    )
)
def since(survey_id: int, earlier_id: int) -> ResponseReturnValue:
    """Return how coral cover and bleached cover changed since another survey, with intervals."""
    requester = survey_requester(Scope.READ)
    earlier, later = (services().surveys.get(one, requester) for one in (earlier_id, survey_id))
    change = measure_change(earlier, later)
    return jsonify(
        survey_id=survey_id,
        earlier_id=earlier_id,
        **share_fields("coral_cover_change", change.coral),
        **share_fields("bleached_cover_change", change.bleached),
    )


@surveys.patch("/surveys/<int:survey_id>")
@operation(
    Operation(
        answers={200: SurveyResponse},
        problems={**BODY, 404: NO_SURVEY, 503: NO_DATABASE, **TOKEN},
        query=IDS_AS_TEXT,
        body=SurveyChange,
    )
)
def change(survey_id: int) -> ResponseReturnValue:
    """Change the fields of a survey; fields that are not sent keep their values."""
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(SurveyChange)
    return _whole(services().surveys.change(survey_id, body.model_dump(exclude_unset=True), requester))


@surveys.delete("/surveys/<int:survey_id>")
@operation(Operation(answers={200: Success}, problems={404: NO_SURVEY, 503: NO_DATABASE, **TOKEN}))
def delete(survey_id: int) -> ResponseReturnValue:
    """Delete a survey and its photos permanently."""
    services().surveys.delete(survey_id, survey_requester(Scope.CLASSIFY))
    return jsonify(status="success")


@surveys.post("/surveys/<int:survey_id>/photos")
@operation(
    Operation(
        answers={201: SurveyPhotoResponse, 200: SurveyPhotoResponse},
        problems={
            **BODY,
            404: "No such survey or job",
            409: "The job is not completed, or the survey has the same photo from another job",
            503: "The database or the job queue does not answer; try again after Retry-After seconds",
            **TOKEN,
        },
        query=IDS_AS_TEXT,
        body=NewSurveyPhoto,
    )
)
def add_photo(survey_id: int) -> ResponseReturnValue:
    """Copy the result of a completed job into a survey, which keeps it after the job expires.

    The picture is not copied. If the survey already has the job, the response is 200 with the stored photo.
    The same photo (by its sha256) from another job is refused with 409, unless `duplicate` is true.
    """
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(NewSurveyPhoto)
    details = Details(
        name=body.name,
        taken_at=None if body.taken_at is None else body.taken_at.isoformat(),
        latitude=body.latitude,
        longitude=body.longitude,
        is_from_exif=body.from_exif,
        may_repeat=body.duplicate,
    )
    photo, is_new = services().surveys.add_photo(survey_id, body.job_id, details, requester, time.time())
    return jsonify(photo_body(photo, services().surveys.corrected(photo))), 201 if is_new else 200


@surveys.get("/surveys/<int:survey_id>/photos/<int:photo_id>")
@operation(
    Operation(
        answers={200: SurveyPhotoResponse},
        problems={404: "No such survey, or no such photo in it", 503: NO_DATABASE, **TOKEN},
        query=IDS_AS_TEXT,
    )
)
def photo(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Return a photo of a survey with all its chunks."""
    found, chunks = services().surveys.photo(survey_id, photo_id, survey_requester(Scope.READ))
    return jsonify(photo_body(found, services().surveys.corrected(found)) | {"chunks": json.loads(chunks)})


@surveys.delete("/surveys/<int:survey_id>/photos/<int:photo_id>")
@operation(
    Operation(
        answers={200: Success},
        problems={404: "No such survey, or no such photo in it", 503: NO_DATABASE, **TOKEN},
    )
)
def delete_photo(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Remove a photo from a survey."""
    services().surveys.delete_photo(survey_id, photo_id, survey_requester(Scope.CLASSIFY))
    return jsonify(status="success")


def requested_ids() -> list[int]:
    """Return the survey ids of the query. Raises BadIds."""
    given = request.args.getlist("id")
    if len(given) > MAX_IDS or not all(one.isascii() and one.isdigit() and len(one) < 20 for one in given):
        raise BadIds(len(given), MAX_IDS)
    return [int(one) for one in given]


def _whole(measured: Measured) -> Response:
    photos = [photo_body(photo, measured.corrected.get(photo.id)) for photo in measured.photos]
    return jsonify(survey_body(measured) | {"photos": photos})
