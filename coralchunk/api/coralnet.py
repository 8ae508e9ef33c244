"""The language of CoralNet's deploy API: /api. Points in photos on the web, for scripts that exist."""

import time
from typing import Final

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.accounts import Scope
from coralchunk.api import json_api
from coralchunk.api.context import services
from coralchunk.api.coralnet_answers import (
    ClassifierAttributes,
    Classifiers,
    DeployResult,
    DeployStatus,
    JobAttributes,
    KnownLabel,
    ListedClassifier,
    ListedJob,
    LiveImage,
    LiveResult,
    PublishedResult,
    TokenGiven,
)
from coralchunk.api.coralnet_bodies import Images, LogIn, images, log_in
from coralchunk.api.openapi import JSON_API, Operation, operation
from coralchunk.api.tokens import identified
from coralchunk.errors import UnknownJob
from coralchunk.errors.access import FetchingOff, JobFailed, StillWorking
from coralchunk.pipeline.enquiry import AskedLabel, Enquiry, JudgedImages, answer_of_enquiry, submit_enquiry
from coralchunk.pipeline.job import Job, JobKind, JobState
from coralchunk.pipeline.lookup import find
from coralchunk.storage.registry import KnownClassifier

coralnet = Blueprint("coralnet", __name__, url_prefix="/api")

_MOST_BYTES: Final = 8_000_000  # of a request; 100 photos with 200 points each take 1 MB
_LIVE: Final = "live"
_PUBLISHED: Final = "published"
_NO_JOB: Final = "No such job of this user"
_LATER: Final = "The database or the queue does not answer; try again after Retry-After seconds"
_TOKEN: Final = {401: "No token, or a wrong one", 403: "The token was not given out for this", 503: _LATER}
_BODY: Final = {
    400: "What was sent is not as described; each error points at its place",
    413: "Too many bytes",
}
_FORMAT: Final = {"format": f"`{_LIVE}` or `{_PUBLISHED}`: the form of the result, if not the server's own"}


@coralnet.post("/token_auth/", strict_slashes=False)
@operation(
    Operation(
        answers={200: TokenGiven},
        problems={**_BODY, 400: "A wrong name or password, or they cannot be read", 503: _LATER},
        body=LogIn,
        language=JSON_API,
    )
)
def token_auth() -> ResponseReturnValue:
    """Give a token for a name and a password."""
    request.max_content_length = _MOST_BYTES
    given = log_in(request.get_data(), request.form)
    token = services().accounts.log_in(given.username, given.password, time.time())
    return json_api.answer(TokenGiven(token=token).model_dump())


@coralnet.get("/classifiers/", strict_slashes=False)
@operation(Operation(answers={200: Classifiers}, problems=_TOKEN, language=JSON_API, needs_token=True))
def classifiers() -> ResponseReturnValue:
    """List the classifiers, their versions and labels."""
    identified(Scope.READ)
    known = services().registry.classifiers()
    return json_api.answer(Classifiers(data=[_listed(one) for one in known]).model_dump())


@coralnet.post("/classifier/<int:classifier_id>/deploy/", strict_slashes=False)
@operation(
    Operation(
        answers={202: "The photos are queued; Location says where to ask how far they are"},
        problems={
            **_BODY,
            **_TOKEN,
            403: "The token was not given out for this, or the server fetches no photos",
            404: "No such classifier",
            429: "Too many requests, active jobs or waiting photos; try again after Retry-After seconds",
            507: "No room to store the request",
        },
        query=_FORMAT,
        body=Images,
        language=JSON_API,
        needs_token=True,
    )
)
def deploy(classifier_id: int) -> ResponseReturnValue:
    """Take photos by address, and points in them."""
    owner = identified(Scope.CLASSIFY).user
    if not services().settings.fetch_urls:
        raise FetchingOff
    known = services().registry.find(classifier_id)
    request.max_content_length = _MOST_BYTES
    asked = images(request.get_data(), services().settings)
    labels = tuple(AskedLabel(id=label.id, code=label.code, name=label.name) for label in known.labels)
    enquiry = Enquiry(model=known.model.label, labels=labels, images=asked)
    job_id = submit_enquiry(services().stores, enquiry, owner, time.time())
    return _elsewhere(202, "coralnet.status", job_id)


@coralnet.get("/deploy_job/<int:job_id>/status/", strict_slashes=False)
@operation(
    Operation(
        answers={200: DeployStatus, 303: "The job is finished; Location says where its result is"},
        problems={404: _NO_JOB, **_TOKEN},
        query=_FORMAT,
        language=JSON_API,
        needs_token=True,
    )
)
def status(job_id: int) -> ResponseReturnValue:
    """Tell how far a job is, and where its result is once it is done."""
    job = _own(job_id)
    if job.state.is_final:
        return _elsewhere(303, "coralnet.result", job_id)
    judged, failed = services().stores.records.outcomes(job_id)
    attributes = JobAttributes(
        successes=judged,
        failures=failed,
        total=job.total_chunks,
        status="Pending" if job.state is JobState.QUEUED else "In Progress",
    )
    told = DeployStatus(data=[ListedJob(id=str(job_id), attributes=attributes)])
    return json_api.answer(told.model_dump())


@coralnet.get("/deploy_job/<int:job_id>/result/", strict_slashes=False)
@operation(
    Operation(
        answers={200: DeployResult},
        problems={
            404: _NO_JOB,
            409: "The job is not finished",
            500: "The job was given up; its operator finds the reason in the log",
            **_TOKEN,
        },
        query=_FORMAT,
        language=JSON_API,
        needs_token=True,
    )
)
def result(job_id: int) -> ResponseReturnValue:
    """Tell what is at the points."""
    job = _own(job_id)
    if not job.state.is_final:
        raise StillWorking
    if job.state is JobState.ERROR:
        raise JobFailed(job.error)
    try:
        answer = answer_of_enquiry(services().stores, job)
    except FileNotFoundError:  # deleted in this very moment
        raise UnknownJob(job_id) from None
    wanted = _asked_format() or services().settings.coralnet_format
    told = _live(answer) if wanted == _LIVE else PublishedResult(data=answer)
    return json_api.answer(told.model_dump(exclude_none=True))


def _asked_format() -> str | None:
    asked = request.args.get("format")
    return asked if asked in {_LIVE, _PUBLISHED} else None  # None leaves an address without it


def _elsewhere(code: int, view: str, job_id: int) -> Response:
    answer = Response(status=code, content_type=json_api.MEDIA_TYPE)
    answer.headers["Location"] = url_for(view, job_id=job_id, format=_asked_format())
    return answer


def _own(job_id: int) -> Job:
    return find(services().stores, job_id, identified(Scope.READ).user, JobKind.ENQUIRY)


def _listed(known: KnownClassifier) -> ListedClassifier:
    labels = [
        KnownLabel(label_id=label.id, label_code=label.code, label_name=label.name) for label in known.labels
    ]
    attributes = ClassifierAttributes(
        name=known.name, version=known.model.version, versions=list(known.versions), labels=labels
    )
    return ListedClassifier(id=str(known.id), attributes=attributes)


def _live(answer: JudgedImages) -> LiveResult:
    return LiveResult(data=[LiveImage(id=image.url, attributes=image) for image in answer.images])
