"""Measure chosen photos of a survey together: /V1/api/surveys/{id}/cover."""

from typing import Annotated, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from coralchunk.api.authentication import survey_requester
from coralchunk.api.bodies import BodyModel
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Count
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, TOKEN
from coralchunk.api.v1.survey_bodies import CorrectedCover, Id
from coralchunk.identity import Scope
from coralchunk.science.cover import figures

survey_selection = Blueprint("survey_selection", __name__, url_prefix="/V1/api/surveys/<int:survey_id>")

_MOST: Final = 1000


class ChosenPhotos(BodyModel):
    """The photos to measure together."""

    model_config = ConfigDict(extra="forbid")
    photo_ids: Annotated[list[Id], Field(min_length=1, max_length=_MOST)]


class ChosenCover(CorrectedCover):
    """The figures of the chosen photos, as a survey of them would have, by the labels of the model."""

    photo_count: Count
    corrected: CorrectedCover | None = Field(description="Null if none of the photos has a correction")


@survey_selection.post("/cover")
@operation(
    Operation(
        answers={200: ChosenCover},
        problems={**BODY, 404: "No such survey, or no such photo in it", 503: NO_DATABASE, **TOKEN},
        body=ChosenPhotos,
    )
)
def cover(survey_id: int) -> ResponseReturnValue:
    """Measure some photos of a survey together, with 95 % intervals; stores nothing."""
    requester = survey_requester(Scope.READ)
    asked = read_json_body(ChosenPhotos)
    chosen = services().surveys.get(survey_id, requester, asked.photo_ids)
    corrected = None if chosen.corrected_cover is None else figures(chosen.corrected_cover)
    return private(jsonify(photo_count=len(chosen.photos), corrected=corrected, **figures(chosen.cover)))
