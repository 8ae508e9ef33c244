"""Serve corrections of chunks: /V1/api/classify/{id}/chunks/{index}/correction."""

import time
from typing import Any, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.accounts import Scope
from coralchunk.api.authentication import v1_requester
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.correction_bodies import CorrectionList, CorrectionResponse, NewCorrection
from coralchunk.api.v1.refusals import BODY, NO_JOB, TOKEN
from coralchunk.storage.rows.corrections import Correction
from coralchunk.terms import LABELS, State

corrections = Blueprint("corrections", __name__, url_prefix="/V1/api/classify/<int:job_id>")

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
    )
)
def take_back(job_id: int, index: int) -> ResponseReturnValue:
    """Remove a correction and its image, even after the job has expired."""
    services().corrections.take_back(job_id, index, v1_requester(Scope.CLASSIFY))
    return jsonify(status="success")


@corrections.get("/corrections")
@operation(Operation(answers={200: CorrectionList}, problems={404: NO_JOB, 503: _AWAY, **TOKEN}))
def listed(job_id: int) -> ResponseReturnValue:
    """List the corrections of a photo by chunk, even after the job has expired."""
    found = services().corrections.of_job(job_id, v1_requester(Scope.READ))
    figures = services().corrections.figures(job_id, found)
    return jsonify(corrections=[_correction_body(one) for one in found], figures=figures)


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
