"""Serve the labels and figures of surveys in the formats of other programs."""

import json
from typing import Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import exporter
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.refusals import NO_DATABASE, NO_SURVEY, TOKEN
from coralchunk.surveys.exports.annotations import coco, coralnet_rows
from coralchunk.surveys.exports.mermaid import mermaid_rows
from coralchunk.surveys.tables import csv_text

survey_exports = Blueprint("survey_exports", __name__, url_prefix="/V1/api/surveys/<int:survey_id>")

_PROBLEMS: Final = {404: NO_SURVEY, 503: NO_DATABASE, **TOKEN}


@survey_exports.get("/coralnet.csv")
@operation(Operation(answers={200: "text/csv"}, problems=_PROBLEMS))
def as_coralnet(survey_id: int) -> ResponseReturnValue:
    """Return the labels that count as an annotation file for CoralNet: a point in the middle of each chunk.

    Label codes: bleached, partly, healthy, not_coral. Unsure chunks are left out.
    """
    found = services().reviews.all_of_survey(survey_id, exporter(survey_id, "coralnet.csv"))
    return _file(csv_text(coralnet_rows(found)), "text/csv; charset=utf-8", "coralnet.csv")


@survey_exports.get("/coco.json")
@operation(Operation(answers={200: "application/json"}, problems=_PROBLEMS))
def as_coco(survey_id: int) -> ResponseReturnValue:
    """Return the labels that count in the format of COCO, a box for each chunk, for training and viewers."""
    requester = exporter(survey_id, "coco.json")
    survey = services().surveys.get(survey_id, requester).survey
    labels = coco(services().reviews.all_of_survey(survey_id, requester), survey)
    return _file(json.dumps(labels), "application/json", "coco.json")


@survey_exports.get("/mermaid.csv")
@operation(Operation(answers={200: "text/csv"}, problems=_PROBLEMS))
def as_mermaid(survey_id: int) -> ResponseReturnValue:
    """Return the coral cover of the photos in the columns of MERMAID's import of bleaching quadrats.

    What the photos do not tell stays empty: management, size of the quadrats, soft coral, algae, colonies.
    """
    measured = services().surveys.get(survey_id, exporter(survey_id, "mermaid.csv"))
    return _file(csv_text(mermaid_rows(measured)), "text/csv; charset=utf-8", "mermaid.csv")


def _file(content: str, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return private(answer)
