"""Serve corrections of chunks: /V1/api/classify/{id}/chunks/{index}/correction."""

import time
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.correction_bodies import (
    Changes,
    ChangesResponse,
    CorrectionList,
    CorrectionResponse,
    EventList,
    NewCorrection,
    SharedCorrection,
    SharedCorrectionList,
)
from coralchunk.api.v1.refusals import BODY, NO_JOB, NO_SHARE, TOKEN
from coralchunk.identity import Scope
from coralchunk.pipeline.steps.share import hide_job_id, shared
from coralchunk.storage.rows.correction_events import CorrectionEvent
from coralchunk.storage.rows.corrections import Correction
from coralchunk.surveys.review.label_changes import Author, LabelChange, change_labels
from coralchunk.terms import LABELS, State

shared_corrections = Blueprint("shared_corrections", __name__, url_prefix="/V1/api/shared/<share_id>")
corrections = Blueprint("corrections", __name__, url_prefix="/V1/api/classify/<int:job_id>")
many_corrections = Blueprint("many_corrections", __name__, url_prefix="/V1/api")

_LONGEST_NAME: Final = 100
_AWAY: Final = "The database, the job queue or a worker does not answer; try again after Retry-After seconds"


@corrections.put("/chunks/<int:index>/correction")
@operation(
    Operation(
        answers={200: CorrectionResponse},
        problems={
            **BODY,
            404: "No such job, or no such chunk in its photo",
            409: "The job is not completed",
            503: _AWAY,
            507: "No space to store the image of the chunk",
            **TOKEN,
        },
        body=NewCorrection,
    )
)
def correct(job_id: int, index: int) -> ResponseReturnValue:
    """Set the correction of a chunk, replacing an earlier one; the result itself does not change.

    The label, `by`, the time, the prediction of the model, an image of the chunk and the photo at 256 px are
    kept for training, even after the job has expired. DELETE removes them.
    """
    requester, body = v1_requester(Scope.CLASSIFY), read_json_body(NewCorrection)
    kept = services().corrections.correct(job_id, index, body.label, body.by, requester, time.time())
    return jsonify(_correction_body(kept))


@corrections.delete("/chunks/<int:index>/correction")
@operation(
    Operation(
        answers={200: Success},
        problems={404: "No such job, or this chunk has no correction", 503: _AWAY, **TOKEN},
        query={"by": "Name of the person who takes it back, if they want to give it"},
    )
)
def take_back(job_id: int, index: int) -> ResponseReturnValue:
    """Remove a correction and its image, even after the job has expired; the log keeps what was said."""
    by = request.args.get("by", "")[:_LONGEST_NAME] or None
    services().corrections.take_back(job_id, index, by, v1_requester(Scope.CLASSIFY), time.time())
    return jsonify(status="success")


@corrections.get("/corrections")
@operation(Operation(answers={200: CorrectionList}, problems={404: NO_JOB, 503: _AWAY, **TOKEN}))
def listed(job_id: int) -> ResponseReturnValue:
    """List the corrections of a photo by chunk, even after the job has expired."""
    found = services().corrections.of_job(job_id, v1_requester(Scope.READ))
    figures = services().corrections.figures(job_id, found)
    return jsonify(corrections=[_correction_body(one) for one in found], figures=figures)


@corrections.get("/corrections/log")
@operation(Operation(answers={200: EventList}, problems={404: NO_JOB, 503: _AWAY, **TOKEN}))
def log(job_id: int) -> ResponseReturnValue:
    """List who said what of the chunks of a photo, and when, oldest first."""
    found = services().corrections.log_of_job(job_id, v1_requester(Scope.READ))
    return jsonify(events=[event_body(one) for one in found])


@many_corrections.post("/corrections")
@operation(
    Operation(
        answers={200: ChangesResponse},
        problems={
            **BODY,
            503: f"{_AWAY}. Changes that were stored before stay; the same request may be sent again",
            507: "No space to store the image of a chunk",
            **TOKEN,
        },
        body=Changes,
    )
)
def correct_many() -> ResponseReturnValue:
    """Set or remove the corrections of up to 50 chunks, of one photo or of several; repeating it is safe."""
    requester, body = v1_requester(Scope.CLASSIFY), read_json_body(Changes)
    changes = [LabelChange(one.job_id, one.chunk, one.label) for one in body.changes]
    stored, refused = change_labels(
        services().corrections, services().stores, changes, Author(body.by, requester), time.time()
    )
    return jsonify(stored=stored, refused=[asdict(one) for one in refused])


def event_body(event: CorrectionEvent) -> dict[str, Any]:
    """Return an event of the log as answers tell it."""
    labels = {
        name: None if state is None else LABELS[State(state)]
        for name, state in (("from_label", event.from_label), ("to_label", event.to_label))
    }
    return asdict(event) | labels | {"said": LABELS[State(event.said)]}


@shared_corrections.get("/corrections")
@operation(Operation(answers={200: SharedCorrectionList}, problems={404: NO_SHARE, 503: _AWAY}))
def of_shared(share_id: str) -> ResponseReturnValue:
    """List the corrections of a shared result by chunk, without names; needs no token."""
    job = shared(services().stores, share_id)
    with hide_job_id():
        found = services().corrections.of_job(job.id, None)
    shown = SharedCorrection.model_fields
    body = [{name: _correction_body(one)[name] for name in shown} for one in found]
    return private(jsonify(corrections=body, figures=services().corrections.figures(job.id, found)))


def _correction_body(correction: Correction) -> dict[str, Any]:
    return {
        "chunk": correction.chunk,
        "label": LABELS[State(correction.label)],
        "by": correction.by,
        "corrected_at": correction.corrected_at,
        "said": LABELS[State(correction.said)],
        "probabilities": {
            "bleached": correction.bleached,
            "healthy": correction.healthy,
            "not_coral": correction.not_coral,
        },
        "model": {
            "name": correction.model_name,
            "version": correction.model_version,
            "sha256": correction.model_sha256,
        },
        "kept": "until taken back",
    }
