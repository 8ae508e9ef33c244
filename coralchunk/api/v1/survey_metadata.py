"""Take a table of what is known about the photos of a survey: /V1/api/surveys/{id}/metadata."""

from dataclasses import asdict
from typing import Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import survey_requester
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, NO_SURVEY, TOKEN
from coralchunk.api.v1.survey_bodies import MetadataResponse, PhotoMetadata
from coralchunk.identity import Scope

survey_metadata = Blueprint("survey_metadata", __name__, url_prefix="/V1/api/surveys/<int:survey_id>")

_LONGEST_BYTES: Final = 1_000_000


@survey_metadata.post("/metadata")
@operation(
    Operation(
        answers={200: MetadataResponse},
        problems={
            **BODY,
            400: "The body does not have the expected form, or cells of the table cannot be used; `detail`"
            " names row, column, value and remedy. Nothing was changed",
            404: NO_SURVEY,
            503: NO_DATABASE,
            **TOKEN,
        },
        body=PhotoMetadata,
    )
)
def fill(survey_id: int) -> ResponseReturnValue:
    """Give the photos of a survey depth, transect, time and position from a CSV, by their file names."""
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(PhotoMetadata, _LONGEST_BYTES)
    return jsonify(asdict(services().metadata.fill(survey_id, body.csv, requester)))
