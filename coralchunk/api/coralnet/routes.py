"""Serve CoralNet's deploy API under /api: classify points in photos on the web."""

import time
from typing import Final

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.coralnet.errors import CORALNET, MEDIA_TYPE, answer
from coralchunk.api.coralnet.requests import Images, LogIn, images, log_in
from coralchunk.api.coralnet.responses import (
    DeployResult,
    DeployStatus,
    JobAttributes,
    ListedJob,
    LiveImage,
    LiveResult,
    PublishedResult,
    TokenGiven,
)
from coralchunk.api.openapi import Operation, operation
from coralchunk.errors import UnknownJob
from coralchunk.errors.access import FetchingOff, JobFailed, StillWorking
from coralchunk.identity import Scope
from coralchunk.pipeline.points.point_job import (
    ClassifiedImages,
    PointRequest,
    RequestedLabel,
    point_job_result,
    submit_point_job,
)
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import Job, JobKind, JobState

coralnet = Blueprint("coralnet", __name__, url_prefix="/api")

_MAX_BYTES: Final = 8_000_000  # of a request; 100 photos with 200 points each take 1 MB
_LIVE: Final = "live"
_PUBLISHED: Final = "published"
_NO_JOB: Final = "No such job of this user"
_LATER: Final = "The database or the queue does not answer; try again after Retry-After seconds"
_TOKEN: Final = {401: "The token is missing or wrong", 403: "The token lacks the scope", 503: _LATER}
_BODY: Final = {
    400: "The request does not have the described form; each error points to its place",
    413: "Too many bytes",
}
_FORMAT: Final = {"format": f"`{_LIVE}` or `{_PUBLISHED}`: the form of the result, if not the server's own"}


@coralnet.post("/token_auth/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TokenGiven},
        problems={**_BODY, 400: "The name or password is wrong or cannot be read", 503: _LATER},
        body=LogIn,
        language=CORALNET,
    )
)
def token_auth() -> ResponseReturnValue:
    """Log in: return a token for a name and a password."""
    request.max_content_length = _MAX_BYTES
    given = log_in(request.get_data(), request.form)
    token = services().accounts.log_in(given.username, given.password, time.time())
    return answer(TokenGiven(token=token).model_dump())


@coralnet.post("/classifier/<int:classifier_id>/deploy/", strict_slashes=False)
@operation(
    Operation(
        answers={202: "The photos are queued; Location is the URL of the status"},
        problems={
            **_BODY,
            **_TOKEN,
            403: "The token lacks the scope, or the server does not fetch photos",
            404: "No such classifier",
            429: "Too many requests, active jobs or waiting photos; try again after Retry-After seconds",
            507: "No space to store the request",
        },
        query=_FORMAT,
        body=Images,
        language=CORALNET,
        needs_token=True,
    )
)
def deploy(classifier_id: int) -> ResponseReturnValue:
    """Submit URLs of photos, and points in them."""
    owner = authenticate(Scope.CLASSIFY).user
    if not services().settings.fetch_urls:
        raise FetchingOff
    known = services().registry.find(classifier_id)
    request.max_content_length = _MAX_BYTES
    requested = images(request.get_data(), services().settings)
    labels = tuple(RequestedLabel(id=label.id, code=label.code, name=label.name) for label in known.labels)
    point_request = PointRequest(model=known.model.label, labels=labels, images=requested)
    job_id = submit_point_job(services().stores, point_request, owner, time.time())
    return _elsewhere(202, "coralnet.status", job_id)


@coralnet.get("/deploy_job/<int:job_id>/status/", strict_slashes=False)
@operation(
    Operation(
        answers={200: DeployStatus, 303: "The job is finished; Location is the URL of the result"},
        problems={404: _NO_JOB, **_TOKEN},
        query=_FORMAT,
        language=CORALNET,
        needs_token=True,
    )
)
def status(job_id: int) -> ResponseReturnValue:
    """Return the progress of a job, or redirect to its result when it is finished."""
    job = _own(job_id)
    if job.state.is_final:
        return _elsewhere(303, "coralnet.result", job_id)
    classified, failed = services().stores.records.outcomes(job_id)
    attributes = JobAttributes(
        successes=classified,
        failures=failed,
        total=job.total_chunks,
        status="Pending" if job.state is JobState.QUEUED else "In Progress",
    )
    body = DeployStatus(data=[ListedJob(id=str(job_id), attributes=attributes)])
    return answer(body.model_dump())


@coralnet.get("/deploy_job/<int:job_id>/result/", strict_slashes=False)
@operation(
    Operation(
        answers={200: DeployResult},
        problems={
            404: _NO_JOB,
            409: "The job is not finished",
            500: "The job failed; the operator finds the reason in the log",
            **_TOKEN,
        },
        query=_FORMAT,
        language=CORALNET,
        needs_token=True,
    )
)
def result(job_id: int) -> ResponseReturnValue:
    """Return the classifications of the points."""
    job = _own(job_id)
    if not job.state.is_final:
        raise StillWorking
    if job.state is JobState.ERROR:
        raise JobFailed(job.error)
    try:
        result = point_job_result(services().stores, job)
    except FileNotFoundError:  # deleted just now
        raise UnknownJob(job_id) from None
    wanted = _requested_format() or services().settings.coralnet_format
    body = _live(result) if wanted == _LIVE else PublishedResult(data=result)
    return answer(body.model_dump(exclude_none=True))


def _requested_format() -> str | None:
    requested = request.args.get("format")
    return requested if requested in {_LIVE, _PUBLISHED} else None  # None leaves the URL without it


def _elsewhere(code: int, view: str, job_id: int) -> Response:
    answer = Response(status=code, content_type=MEDIA_TYPE)
    answer.headers["Location"] = url_for(view, job_id=job_id, format=_requested_format())
    return answer


def _own(job_id: int) -> Job:
    return get_job(services().stores, job_id, authenticate(Scope.READ).user, JobKind.POINTS)


def _live(result: ClassifiedImages) -> LiveResult:
    return LiveResult(data=[LiveImage(id=image.url, attributes=image) for image in result.images])
