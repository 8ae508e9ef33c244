"""Serve the table of chunks of a completed job, and links that share its result."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_requester
from coralchunk.api.conditional import cached, is_known, private, unchanged
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Shared, Status
from coralchunk.api.v1.refusals import NO_JOB, NO_QUEUE, NO_SHARE, TOKEN
from coralchunk.api.v1.status_body import answer_of, chunks_of, picture_of
from coralchunk.errors.surveys import NothingToShow
from coralchunk.identity import Scope
from coralchunk.pipeline.queries.chunk_map import chunk_features, georeference_of, world_file
from coralchunk.pipeline.queries.lookup import get_completed_job
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.steps.share import hide_job_id, share, shared
from coralchunk.storage.rows.corrections import Correction
from coralchunk.surveys.tables import csv_text, without_formula
from coralchunk.terms import LABELS, State

results = Blueprint("results", __name__, url_prefix="/V1/api")

_PLACE: Final = ("x", "y", "width", "height", "predicted_label")
_CORRECTED: Final = ("label", "corrected_label", "by", "at")
_AWAY: Final = "The job queue or the database does not answer; try again after Retry-After seconds"
_CLASSES: Final = ("bleached", "healthy", "not_coral")


@results.get("/result/<int:job_id>.csv")
@operation(
    Operation(
        answers={200: "text/csv"},
        problems={404: NO_JOB, 409: "The job is not completed", 503: _AWAY, **TOKEN},
    )
)
def table(job_id: int) -> ResponseReturnValue:
    """Return the chunks of a completed job as CSV, one row per chunk, with their corrections.

    `label` is the label that counts: the corrected one, or else that of the model.
    """
    requester = v1_requester(Scope.READ)
    job = get_completed_job(services().stores, job_id, requester)
    text = _table(chunks_of(services().stores, job), services().corrections.of_job(job_id, requester))
    answer = Response(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=chunks.csv"
    return private(answer)


@results.get("/result/<int:job_id>.geojson")
@operation(
    Operation(
        answers={200: "application/geo+json"},
        problems={404: f"{NO_JOB}, or no GeoTIFF", 409: "The job is not completed", 503: NO_QUEUE, **TOKEN},
    )
)
def chunk_map(job_id: int) -> ResponseReturnValue:
    """Serve the chunks of a completed GeoTIFF as polygons in the coordinates of its map."""
    stores = services().stores
    job = get_completed_job(stores, job_id, v1_requester(Scope.READ))
    place = georeference_of(stores, job)
    answer = Response(chunk_features(chunks_of(stores, job), place), content_type="application/geo+json")
    answer.headers["Content-Disposition"] = "attachment; filename=chunks.geojson"
    return private(answer)


@results.get("/result/<int:job_id>.pgw")
@operation(
    Operation(
        answers={200: "text/plain"},
        problems={404: f"{NO_JOB}, or no GeoTIFF", 409: "The job is not completed", 503: NO_QUEUE, **TOKEN},
    )
)
def world(job_id: int) -> ResponseReturnValue:
    """Serve the world file that lays the picture of a completed GeoTIFF on its map."""
    stores = services().stores
    job = get_completed_job(stores, job_id, v1_requester(Scope.READ))
    lines = world_file(georeference_of(stores, job), job.size, job.picture or job.size)
    answer = Response(lines, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=picture.pgw"
    return private(answer)


@results.post("/classify/<int:job_id>/share")
@operation(
    Operation(
        answers={200: Shared},
        problems={404: NO_JOB, 503: NO_QUEUE, 507: "No space to store the link", **TOKEN},
    )
)
def share_job(job_id: int) -> ResponseReturnValue:
    """Create a link that shows the result but cannot delete it; returns the same link each time.

    The link expires with the job.
    """
    job, share_id = share(services().stores, job_id, v1_requester(Scope.CLASSIFY))
    return jsonify(
        share_id=share_id, url=f"{request.script_root}/shared/{share_id}", expires_at=int(job.expires_at)
    )


@results.get("/shared/<share_id>")
@operation(Operation(answers={200: Status}, problems={404: NO_SHARE, 503: NO_QUEUE}))
def shared_status(share_id: str) -> ResponseReturnValue:
    """Return the progress of a shared job, and its result when it is completed; needs no token."""
    job = shared(services().stores, share_id)
    with hide_job_id():
        body = answer_of(services().stores, job, ("summary", "chunks"))
    return private(Response(body, content_type="application/json"))


@results.get("/shared/<share_id>.png")
@operation(
    Operation(
        answers={200: "image/png", 304: "Nothing has changed since the ETag in If-None-Match"},
        problems={404: NO_SHARE, 409: "The job is not completed", 503: NO_QUEUE},
    )
)
def shared_picture(share_id: str) -> ResponseReturnValue:
    """Return the picture of a shared result; needs no token."""
    job = shared(services().stores, share_id)
    if job.state is not JobState.COMPLETED:
        raise NothingToShow(job.state)
    etag = f"picture-{share_id}"
    if is_known(etag):
        return unchanged(etag)
    with hide_job_id():
        return cached(Response(picture_of(services().stores, job), content_type="image/png"), etag)


def _table(chunks: bytes, corrected: Sequence[Correction]) -> str:
    told = json.loads(chunks)
    # Results of versions before 1.0 lack `seen_px`; their tables have no such column.
    seen = ("seen_px",) if "seen_px" in told[0] else ()
    given = {one.chunk: one for one in corrected}
    header = ["chunk", *_PLACE, *(f"probability_{name}" for name in _CLASSES), *seen, *_CORRECTED]
    return csv_text(
        [header, *(_row(number, chunk, seen, given.get(number)) for number, chunk in enumerate(told))]
    )


def _row(
    number: int, chunk: dict[str, Any], seen: tuple[str, ...], correction: Correction | None
) -> list[Any]:
    has_data = chunk["predicted_label"] != LABELS[State.NO_DATA]
    probabilities = [chunk["probabilities"][name] if has_data else None for name in _CLASSES]
    cells = [number, *map(chunk.get, _PLACE), *probabilities, *map(chunk.get, seen)]
    if correction is None:
        return [*cells, chunk["predicted_label"], None, None, None]
    label = LABELS[State(correction.label)]
    at = datetime.fromtimestamp(correction.corrected_at, UTC).isoformat(timespec="seconds")
    return [*cells, label, label, without_formula(correction.by), at]
