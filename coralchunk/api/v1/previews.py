"""Serve the small picture of a result, under its address and under the one that version 1.0 had."""

from typing import Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.presigned_results import PRESIGNED, redirect_to_preview
from coralchunk.api.v1.refusals import NO_JOB, NO_QUEUE, NO_SHARE, TOKEN
from coralchunk.api.v1.status_body import preview_of
from coralchunk.errors.surveys import NothingToShow
from coralchunk.identity import Scope
from coralchunk.pipeline.queries.lookup import get_completed_job
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.steps.share import hide_job_id, shared
from coralchunk.storage.files.previews import PREVIEWS

previews = Blueprint("previews", __name__, url_prefix="/V1/api")

MEDIA_TYPES: Final = tuple(PREVIEWS.values())
_OWN: Final = Operation(
    answers={200: MEDIA_TYPES, 302: "The copy is at Location, in the object store, for some minutes"},
    problems={404: NO_JOB, 409: "The job is not completed", 503: NO_QUEUE, **TOKEN},
    query={"presigned": PRESIGNED},
)
_SHARED: Final = Operation(
    answers={200: MEDIA_TYPES},
    problems={404: NO_SHARE, 409: "The job is not completed", 503: NO_QUEUE},
)


@previews.get("/result/<int:job_id>.jpg")
@operation(_OWN)
def preview(job_id: int) -> ResponseReturnValue:
    """Return a small copy of the picture of a completed job, at most 640 px a side.

    It is a WebP where the photo has empty parts, and if the job was completed by version 1.0; see its
    `Content-Type`.
    """
    job = get_completed_job(services().stores, job_id, v1_requester(Scope.READ))
    return redirect_to_preview(job) or _answer(job)


@previews.get("/result/<int:job_id>.webp")
@operation(_OWN)
def preview_as_in_1_0(job_id: int) -> ResponseReturnValue:
    """Return the same as `/result/{job_id}.jpg`, for clients of version 1.0."""
    return preview(job_id)


@previews.get("/shared/<share_id>.jpg")
@operation(_SHARED)
def shared_preview(share_id: str) -> ResponseReturnValue:
    """Return a small copy of the picture of a shared result; needs no token.

    Its format is that of `/result/{job_id}.jpg`.
    """
    job = shared(services().stores, share_id)
    if job.state is not JobState.COMPLETED:
        raise NothingToShow(job.state)
    with hide_job_id():
        return _answer(job)


@previews.get("/shared/<share_id>.webp")
@operation(_SHARED)
def shared_preview_as_in_1_0(share_id: str) -> ResponseReturnValue:
    """Return the same as `/shared/{share_id}.jpg`, for clients of version 1.0; needs no token."""
    return shared_preview(share_id)


def _answer(job: Job) -> Response:
    found = preview_of(services().stores, job)
    return private(Response(found.content, content_type=found.media_type))
