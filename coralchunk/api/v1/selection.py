"""Measure a selection of photos: /V1/api/jobs/cover."""

from typing import Annotated, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from coralchunk.api.authentication import v1_requester
from coralchunk.api.bodies import BodyModel
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Count, JobId
from coralchunk.api.v1.refusals import BODY, NO_QUEUE, TOKEN
from coralchunk.api.v1.survey_bodies import CorrectedCover
from coralchunk.identity import Scope
from coralchunk.science.cover import figures
from coralchunk.surveys.error_rates import ErrorRatesOfModels
from coralchunk.surveys.selection import measure_selection

selection = Blueprint("selection", __name__, url_prefix="/V1/api")

_MOST: Final = 1000


class SelectedJobs(BodyModel):
    """The photos to measure together."""

    model_config = ConfigDict(extra="forbid")
    job_ids: Annotated[list[JobId], Field(min_length=1, max_length=_MOST)]


class SelectionCover(CorrectedCover):
    """The figures of the selected photos, as a survey of them would have, by the labels of the model."""

    photo_count: Count = Field(description="Photos with a result")
    left_out: list[JobId] = Field(description="Jobs without a result, or whose result is gone")


@selection.post("/jobs/cover")
@operation(
    Operation(
        answers={200: SelectionCover},
        problems={**BODY, **TOKEN, 503: NO_QUEUE},
        body=SelectedJobs,
    )
)
def cover() -> ResponseReturnValue:
    """Measure up to 1,000 photos together, with 95 % intervals as for a survey; stores nothing."""
    requester = v1_requester(Scope.READ)
    asked = read_json_body(SelectedJobs)
    rates = ErrorRatesOfModels(services().models)
    measured = measure_selection(services().stores, asked.job_ids, rates, requester)
    return private(
        jsonify(photo_count=measured.photo_count, left_out=list(measured.left_out), **figures(measured.cover))
    )
