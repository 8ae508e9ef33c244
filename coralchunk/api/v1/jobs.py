"""List the jobs of a token: /V1/api/jobs. A phone that has lost its storage finds its results again."""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.batch_name import LONGEST_BATCH, checked_batch
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, Parameter, Query, operation
from coralchunk.api.schemas import JobList
from coralchunk.api.v1.status_body import head_of
from coralchunk.api.v1.text_ids import IDS_AS_TEXT
from coralchunk.errors.surveys import BadValue
from coralchunk.identity import Scope
from coralchunk.pipeline.queries.own_jobs import own_jobs
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.owned_jobs import Place

jobs = Blueprint("jobs", __name__, url_prefix="/V1/api")

_BATCH: Final = {"type": "string", "maxLength": LONGEST_BATCH}
_DEFAULT_JOBS: Final = 20
_MAX_JOBS: Final = 100
_CURSOR: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)-(\d{1,16})")
_QUERY: Final[Query] = {
    "batch": Parameter("Only photos that were sent with this `batch`", _BATCH),
    "limit": Parameter(
        "At most so many jobs",
        {"type": "integer", "minimum": 1, "maximum": _MAX_JOBS, "default": _DEFAULT_JOBS},
    ),
    "before": "`next` of the page before",
}


@jobs.get("/jobs")
@operation(
    Operation(
        answers={200: JobList},
        problems={
            401: "There is no token, or a wrong one; this list needs one on every server",
            403: "The token was not given out for this",
            503: "The database or the job queue does not answer; try again after Retry-After seconds",
        },
        query=_QUERY | IDS_AS_TEXT,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List the photos that were sent with this token, newest first, until they expire.

    `next` names the page that follows; it is null on the last one. `GET /V1/api/status/{job_id}` has a
    photo's result.
    """
    owner = authenticate(Scope.READ).owner
    page = own_jobs(services().stores, owner, requested_batch({}), _requested_place(), _requested_limit())
    after = None if page.last is None else f"{page.last[0]!r}-{page.last[1]}"
    return private(jsonify(jobs=[_job_body(job) for job in page.jobs], next=after))


def requested_batch(fields: Mapping[str, str]) -> str:
    """Return the batch in the form's fields or in the query, or an empty string. Raises BadValue."""
    asked = fields.get("batch") or request.args.get("batch", "")
    return checked_batch(asked)


def _requested_place() -> Place | None:
    asked = request.args.get("before")
    if asked is None:
        return None
    found = _CURSOR.fullmatch(asked)
    if found is None:
        raise BadValue("before", asked, "use `next` of an earlier answer")
    return float(found[1]), found[2]


def _requested_limit() -> int:
    asked = request.args.get("limit", str(_DEFAULT_JOBS))
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:4]) <= _MAX_JOBS and len(asked) <= 4):
        raise BadValue("limit", asked, f"use 1 to {_MAX_JOBS}")
    return int(asked)


def _job_body(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "batch": job.batch_name or None,
        "created_at": job.created_at,
        "expires_at": job.expires_at,
        **head_of(job),
    }
