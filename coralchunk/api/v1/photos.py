"""Serve uploads, status, pictures and deletion of jobs: /V1/api/classify, /status, /result."""

import time
from typing import Final

from flask import Blueprint, Response, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_identity, v1_requester
from coralchunk.api.conditional import cached, is_known, unchanged
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, Parameter, operation
from coralchunk.api.schemas import Accepted, Status, Success, Upload
from coralchunk.api.v1.jobs import requested_batch
from coralchunk.api.v1.presigned_results import PRESIGNED, redirect_to_picture
from coralchunk.api.v1.refusals import NO_JOB, NO_QUEUE, TOKEN
from coralchunk.api.v1.status_body import PARTS, answer_of, picture_of
from coralchunk.api.v1.text_ids import IDS_AS_TEXT
from coralchunk.api.v1.upload import uploaded
from coralchunk.errors import BadWait, UnknownPart
from coralchunk.identity import Scope
from coralchunk.pipeline.queries.lookup import get_completed_job, wait_for_change
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.steps.submit import Sender, submit_all

v1 = Blueprint("v1", __name__, url_prefix="/V1/api")

_LONGEST_WAIT_S: Final = 20


@v1.post("/classify")
@operation(
    Operation(
        answers={200: Accepted},
        problems={
            400: "The request contains no photo, or names a model that cannot be used; `detail` says what to"
            " change",
            413: "Too many bytes or pixels; the limit is in `detail`",
            415: "The image has a format that is not accepted",
            422: "Not an image, a damaged image, or an Idempotency-Key that was used for another photo",
            429: "Too many requests, or too much work waiting; try again after Retry-After seconds",
            503: "The queue does not answer or the server is stopping; try again after Retry-After seconds",
            507: "No space to store the photo",
            **TOKEN,
        },
        query=IDS_AS_TEXT,
        form=Upload,
        headers={
            "Idempotency-Key": "Chosen by the client, such as a random UUID; the same photo with the same"
            " key, within 24 h, is the same job. Lets a phone send again after a lost answer."
        },
    )
)
def classify() -> ResponseReturnValue:
    """Accept a photo and queue it; respond at once with the id of the job.

    The photo is a file in the field `image`, base64 or a data URI in that field, or the body itself with its
    content type. Each of several photos becomes a job; all are accepted or none. `GET /V1/api/models` lists
    the models that can be named.
    """
    identity = v1_identity(Scope.CLASSIFY)  # before the body: an upload without a valid token is not received
    key, owner = request.headers.get("Idempotency-Key"), "" if identity is None else identity.owner
    with uploaded(request) as upload:
        wanted = upload.fields.get("model") or request.args.get("model")
        model = services().photo_models.chosen(wanted, identity)
        sender = Sender(g.request_id, key, owner, requested_batch(upload.fields), model)
        job_ids = submit_all(services().stores, upload.photos, time.time(), sender)
    answer = jsonify(job_id=job_ids[0], **({"job_ids": job_ids} if len(job_ids) > 1 else {}))
    answer.headers["Location"] = url_for("v1.status", job_id=job_ids[0])
    answer.headers["Retry-After"] = "1"
    return answer


@v1.delete("/classify/<int:job_id>")
@operation(Operation(answers={200: Success}, problems={404: NO_JOB, 503: NO_QUEUE, **TOKEN}))
def delete(job_id: int) -> ResponseReturnValue:
    """Stop a job and delete all its data: photo, results and picture."""
    cancel(services().stores, job_id, v1_requester(Scope.CLASSIFY))
    return jsonify(status="success")


@v1.get("/status/<int:job_id>")
@operation(
    Operation(
        answers={200: Status, 304: "Nothing has changed since the ETag in If-None-Match"},
        problems={400: "`include` or `wait` has an invalid value", 404: NO_JOB, 503: NO_QUEUE} | TOKEN,
        query={
            "include": Parameter(
                "Large parts to return for a completed job; all by default, none if empty",
                {"type": "array", "items": {"type": "string", "enum": list(PARTS)}},
                is_comma_list=True,
            ),
            "wait": Parameter(
                "Seconds: respond when the status differs from If-None-Match, or without that header when the"
                " job is final",
                {"type": "integer", "minimum": 0, "maximum": _LONGEST_WAIT_S, "default": 0},
            ),
        },
    )
)
def status(job_id: int) -> ResponseReturnValue:
    """Return the progress of a job, and its result when it is completed."""
    requester = v1_requester(Scope.READ)
    parts = _requested_parts()

    def has_changed(job: Job) -> bool:
        if request.if_none_match:
            return not is_known(_etag(job, parts))
        return job.state.is_final

    job = wait_for_change(services().stores, job_id, has_changed, _requested_wait_s(), requester)
    etag = _etag(job, parts)
    if is_known(etag):
        return unchanged(etag)
    answer = Response(answer_of(services().stores, job, parts), content_type="application/json")
    return cached(answer, etag)


@v1.get("/result/<int:job_id>.png")
@operation(
    Operation(
        answers={
            200: "image/png",
            302: "The picture is at Location, in the object store, for some minutes",
            304: "Nothing has changed since the ETag in If-None-Match",
        },
        problems={404: NO_JOB, 409: "The job is not completed", 503: NO_QUEUE, **TOKEN},
        query={"presigned": PRESIGNED},
    )
)
def result(job_id: int) -> ResponseReturnValue:
    """Return the picture of a completed job."""
    job = get_completed_job(services().stores, job_id, v1_requester(Scope.READ))
    if (elsewhere := redirect_to_picture(job)) is not None:
        return elsewhere
    etag = f"picture-{job_id}"
    if is_known(etag):
        return unchanged(etag)
    return cached(Response(picture_of(services().stores, job), content_type="image/png"), etag)


def _requested_parts() -> tuple[str, ...]:
    value = request.args.get("include")
    if value is None:
        return PARTS
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not set(names) <= set(PARTS):
        raise UnknownPart(value, PARTS)
    return tuple(part for part in PARTS if part in names)


def _requested_wait_s() -> float:
    value = request.args.get("wait", "0")
    try:
        timeout_s = float(value)
    except ValueError:
        raise BadWait(value, _LONGEST_WAIT_S) from None
    if not 0 <= timeout_s <= _LONGEST_WAIT_S:
        raise BadWait(value, _LONGEST_WAIT_S)
    return timeout_s


def _etag(job: Job, parts: tuple[str, ...]) -> str:
    return f"{job.state}-{job.completed_chunks}-{'+'.join(parts)}"
