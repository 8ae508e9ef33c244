"""The language of CoralNet's deploy API: /api. Points in photos on the web, for scripts that exist."""

import json
import time
from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from coralchunk.accounts import Scope
from coralchunk.api.context import services
from coralchunk.api.coralnet_bodies import images, log_in
from coralchunk.api.problems import headers_of, status_of
from coralchunk.api.tokens import identified
from coralchunk.errors import CoralchunkError, UnknownJob
from coralchunk.pipeline.enquiry import JudgedImages, answer_of_enquiry, submit_enquiry
from coralchunk.pipeline.job import Job, JobKind, JobState
from coralchunk.pipeline.lookup import find
from coralchunk.refusals import BadDocument, FetchingOff, StillWorking

coralnet = Blueprint("coralnet", __name__, url_prefix="/api")

_MEDIA_TYPE: Final = "application/vnd.api+json"
_MOST_BYTES: Final = 8_000_000  # of a request; 100 photos with 200 points each take 1 MB
_LIVE: Final = "live"
_PUBLISHED: Final = "published"


@coralnet.post("/token_auth/", strict_slashes=False)
def token_auth() -> Response:
    """Give a token for a name and a password."""
    request.max_content_length = _MOST_BYTES
    given = log_in(request.get_data(), request.form)
    return _json({"token": services().accounts.log_in(given.username, given.password, time.time())})


@coralnet.get("/classifiers/", strict_slashes=False)
def classifiers() -> Response:
    """List the classifiers, their versions and labels."""
    identified(Scope.READ)
    return _json(
        {
            "data": [
                {
                    "type": "classifier",
                    "id": str(known.id),
                    "attributes": {
                        "name": known.name,
                        "version": known.model.version,
                        "versions": list(known.versions),
                        "labels": [
                            {"label_id": label.id, "label_code": label.code, "label_name": label.name}
                            for label in known.labels
                        ],
                    },
                }
                for known in services().registry.classifiers()
            ]
        }
    )


@coralnet.post("/classifier/<int:classifier_id>/deploy/", strict_slashes=False)
def deploy(classifier_id: int) -> Response:
    """Take photos by address, and points in them."""
    owner = identified(Scope.CLASSIFY).user
    if not services().settings.fetch_urls:
        raise FetchingOff
    known = services().registry.find(classifier_id)
    request.max_content_length = _MOST_BYTES
    asked = images(request.get_data(), services().settings)
    job_id = submit_enquiry(services().stores, known, asked, owner, time.time())
    answer = Response(status=202, content_type=_MEDIA_TYPE)
    answer.headers["Location"] = url_for("coralnet.status", job_id=job_id, format=_asked_format())
    return answer


@coralnet.get("/deploy_job/<int:job_id>/status/", strict_slashes=False)
def status(job_id: int) -> Response:
    """Tell how far a job is, and where its result is once it is done."""
    job = _own(job_id)
    if job.state.is_final:
        answer = Response(status=303, content_type=_MEDIA_TYPE)
        answer.headers["Location"] = url_for("coralnet.result", job_id=job_id, format=_asked_format())
        return answer
    judged, failed = services().stores.records.outcomes(job_id)
    attributes = {
        "successes": judged,
        "failures": failed,
        "total": job.total_chunks,
        "status": "Pending" if job.state is JobState.QUEUED else "In Progress",
    }
    return _json({"data": [{"type": "job", "id": str(job_id), "attributes": attributes}]})


@coralnet.get("/deploy_job/<int:job_id>/result/", strict_slashes=False)
def result(job_id: int) -> Response:
    """Tell what is at the points."""
    job = _own(job_id)
    if not job.state.is_final:
        raise StillWorking
    if job.state is JobState.ERROR:
        return _json({"errors": [{"detail": job.error}]}, 500)
    try:
        answer = answer_of_enquiry(services().stores, job)
    except FileNotFoundError:  # deleted in this very moment
        raise UnknownJob(job_id) from None
    wanted = _asked_format() or services().settings.coralnet_format
    return _json(_live(answer) if wanted == _LIVE else _published(answer))


@coralnet.errorhandler(CoralchunkError)
def refusal(error: CoralchunkError) -> Response:
    """Say what is wrong as JSON:API has it, and where."""
    if isinstance(error, BadDocument):
        errors = [{"detail": fault.detail, "source": {"pointer": fault.pointer}} for fault in error.faults]
        return _json({"errors": errors}, 400)
    answer = _json({"errors": [{"detail": str(error)}]}, status_of(type(error)))
    answer.headers.update(headers_of(error))
    return answer


def _asked_format() -> str | None:
    asked = request.args.get("format")
    return asked if asked in {_LIVE, _PUBLISHED} else None  # None leaves an address without it


def _own(job_id: int) -> Job:
    return find(services().stores, job_id, identified(Scope.READ).user, JobKind.ENQUIRY)


def _published(answer: JudgedImages) -> dict[str, Any]:
    return {"data": answer.model_dump(exclude_none=True)}


def _live(answer: JudgedImages) -> dict[str, Any]:
    return {
        "data": [
            {"type": "image", "id": image.url, "attributes": image.model_dump(exclude_none=True)}
            for image in answer.images
        ]
    }


def _json(body: dict[str, Any], status: int = 200) -> Response:
    # Compact and without a last newline: scripts cut the token out of the text.
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return Response(text, status=status, content_type=_MEDIA_TYPE)
