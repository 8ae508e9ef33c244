"""Serve the chunks that people check, and what their labels say of a survey."""

import time
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import exporter, survey_requester, v1_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, Parameter, Query, operation
from coralchunk.api.query import requested_choice, requested_number
from coralchunk.api.v1.correction_bodies import Changes, ChangesResponse, EventList
from coralchunk.api.v1.corrections import event_body
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, NO_JOB, NO_SURVEY, TOKEN
from coralchunk.api.v1.review_bodies import AuditResponse, ReviewResponse
from coralchunk.api.v1.text_ids import IDS_AS_TEXT
from coralchunk.identity import Scope
from coralchunk.science.cover import figures
from coralchunk.surveys.access import Requester
from coralchunk.surveys.review.answers import audit_answer, audit_table, review_answer
from coralchunk.surveys.review.label_changes import LabelChange
from coralchunk.surveys.review.queue import Wanted
from coralchunk.surveys.tables import csv_text

review = Blueprint("review", __name__, url_prefix="/V1/api")

_ORDERS: Final = ("uncertain", "random")
_LONGEST_NAME: Final = 100
_AWAY: Final = "The database, the job queue or a worker does not answer; try again after Retry-After seconds"
_NO_CHUNK: Final = "No such photo, no such chunk in it, or the photo is gone"
_QUERY: Final[Query] = {
    "order": Parameter(
        "`uncertain`: the chunks whose true label is expected to move cover most come first. `random`: a"
        " random sample, stratified by the labels of the model, the same for everybody",
        {"type": "string", "enum": list(_ORDERS), "default": _ORDERS[0]},
    ),
    "by": "Name of the person. In random order, chunks that this person has labelled are left out, and those"
    " that only others have labelled are not",
    "limit": Parameter("Chunks to return", {"type": "integer", "minimum": 1, "maximum": 200, "default": 30}),
    "sample": Parameter(
        "Size of the random sample", {"type": "integer", "minimum": 10, "maximum": 10_000, "default": 100}
    ),
}
_BAD_QUERY: Final = {400: "`order`, `limit` or `sample` has a value that is not possible"}


@review.get("/surveys/<int:survey_id>/review")
@operation(
    Operation(
        answers={200: ReviewResponse},
        problems={**_BAD_QUERY, 404: NO_SURVEY, 503: _AWAY, **TOKEN},
        query=_QUERY | IDS_AS_TEXT,
    )
)
def of_survey(survey_id: int) -> ResponseReturnValue:
    """Return the next chunks of a survey to check, and how far its cover is known by now."""
    found = services().reviews.of_survey(survey_id, survey_requester(Scope.READ))
    return jsonify(review_answer(found, _wanted(survey_id), services().reviews.errors_of(found)))


@review.get("/classify/<int:job_id>/review")
@operation(
    Operation(
        answers={200: ReviewResponse},
        problems={**_BAD_QUERY, 404: NO_JOB, 409: "The job is not completed", 503: _AWAY, **TOKEN},
        query=_QUERY | IDS_AS_TEXT,
    )
)
def of_photo(job_id: int) -> ResponseReturnValue:
    """Return the next chunks of a photo to check, and how far its cover is known by now."""
    found = services().reviews.of_job(job_id, v1_requester(Scope.READ))
    return jsonify(review_answer(found, _wanted(job_id), services().reviews.errors_of(found)))


@review.post("/surveys/<int:survey_id>/corrections")
@operation(
    Operation(
        answers={200: ChangesResponse},
        problems={
            **BODY,
            404: NO_SURVEY,
            503: f"{_AWAY}. Changes that were stored before stay; the same request may be sent again",
            507: "No space to store the image of a chunk",
            **TOKEN,
        },
        body=Changes,
    )
)
def correct(survey_id: int) -> ResponseReturnValue:
    """Set or remove the corrections of up to 50 chunks of a survey; repeating it is safe.

    Photos that the survey keeps can be corrected after their jobs have expired.
    """
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(Changes)
    changes = [LabelChange(one.job_id, one.chunk, one.label) for one in body.changes]
    stored, refused = services().reviews.correct(survey_id, changes, body.by, requester, time.time())
    return jsonify(stored=stored, refused=[asdict(one) for one in refused])


@review.get("/surveys/<int:survey_id>/corrections/log")
@operation(Operation(answers={200: EventList}, problems={404: NO_SURVEY, 503: NO_DATABASE, **TOKEN}))
def log(survey_id: int) -> ResponseReturnValue:
    """List who said what of the chunks of a survey, and when, oldest first."""
    found = services().reviews.log_of_survey(survey_id, survey_requester(Scope.READ))
    return jsonify(events=[event_body(one) for one in found])


@review.get("/surveys/<int:survey_id>/audit")
@operation(
    Operation(
        answers={200: AuditResponse},
        problems={404: NO_SURVEY, 503: _AWAY, **TOKEN},
        query=IDS_AS_TEXT,
    )
)
def audit(survey_id: int) -> ResponseReturnValue:
    """Return the cover of a survey by its model, with corrections, and as the random audit estimates it.

    The intervals of the audit are of these very photos; those of the model also hold how much similar photos
    of the same place vary.
    """
    return jsonify(_audit(survey_id, survey_requester(Scope.READ)))


@review.get("/surveys/<int:survey_id>/audit.csv")
@operation(Operation(answers={200: "text/csv"}, problems={404: NO_SURVEY, 503: _AWAY, **TOKEN}))
def audit_file(survey_id: int) -> ResponseReturnValue:
    """Return the cover of a survey by its model, with corrections, and by the random audit, as CSV."""
    found = _audit(survey_id, exporter(survey_id, "audit.csv"))
    answer = Response(csv_text(audit_table(found)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return private(answer)


@review.get("/surveys/<int:survey_id>/photos/<int:photo_id>/chunks/<int:index>/view.webp")
@operation(Operation(answers={200: "image/webp"}, problems={404: _NO_CHUNK, 503: _AWAY, **TOKEN}))
def view_in_survey(survey_id: int, photo_id: int, index: int) -> ResponseReturnValue:
    """Return a chunk of a survey's photo with what lies round it."""
    requester = survey_requester(Scope.READ)
    return _view(services().reviews.view_in_survey(survey_id, photo_id, index, requester))


@review.get("/classify/<int:job_id>/chunks/<int:index>/view.webp")
@operation(
    Operation(
        answers={200: "image/webp"},
        problems={404: _NO_CHUNK, 409: "The job is not completed", 503: _AWAY, **TOKEN},
    )
)
def view_in_photo(job_id: int, index: int) -> ResponseReturnValue:
    """Return a chunk of a photo with what lies round it."""
    return _view(services().reviews.view_in_job(job_id, index, v1_requester(Scope.READ)))


def _view(content: bytes) -> Response:
    answer = private(Response(content, content_type="image/webp"))
    answer.headers["Cache-Control"] = "private, max-age=3600"  # the pixels of a chunk never change
    return answer


def _wanted(seed: int) -> Wanted:
    return Wanted(
        order=requested_choice("order", _ORDERS),
        by=request.args.get("by", "").strip()[:_LONGEST_NAME] or None,
        limit=requested_number("limit", 30, (1, 200)),
        sample=requested_number("sample", 100, (10, 10_000)),
        seed=seed,
    )


def _audit(survey_id: int, requester: Requester | None) -> dict[str, Any]:
    measured = services().surveys.get(survey_id, requester)
    found = services().reviews.of_survey(survey_id, requester)
    return {
        "survey_id": survey_id,
        "model": figures(measured.cover),
        "corrected": None if measured.corrected_cover is None else figures(measured.corrected_cover),
        **audit_answer(found, survey_id),
    }
