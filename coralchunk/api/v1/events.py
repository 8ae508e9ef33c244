"""Stream the changes of a job as server-sent events (WHATWG HTML, "Server-sent events")."""

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_requester
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.refusals import NO_JOB, NO_QUEUE, TOKEN
from coralchunk.api.v1.status_body import answer_of
from coralchunk.errors import UnknownJob
from coralchunk.identity import Scope
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.queries.watch import (
    NOTHING_SEEN,
    Change,
    Heartbeat,
    JobGone,
    Subscription,
    changes,
    progress_number,
)
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.stores import Stores

events = Blueprint("events", __name__, url_prefix="/V1/api")

_RETRY_MS: Final = 1000
_NAMES: Final = {JobState.COMPLETED: b"completed", JobState.ERROR: b"error"}
_GONE: Final = b'event: gone\ndata: {"status":"gone","error":"The job was deleted or has expired."}\n\n'


@events.get("/events/<int:job_id>")
@operation(
    Operation(
        answers={
            200: "text/event-stream",
            204: "Last-Event-ID is the id of the last event; do not connect again",
        },
        problems={404: NO_JOB, 503: NO_QUEUE, **TOKEN},
        headers={
            "Last-Event-ID": "The id of the last event received; it and earlier events are not sent again"
        },
    )
)
def follow(job_id: int) -> ResponseReturnValue:
    """Send each change of a job as a server-sent event, until it is final.

    Events are `progress`, then `completed` or `error`, each with a rising id and the status as data, with
    `summary` once completed; and `gone` if the job is deleted. The stream ends after the last event, or after
    ten minutes.
    """
    requester, stores, seen = v1_requester(Scope.READ), services().stores, _last_seen()
    job = get_job(stores, job_id, requester)
    if job.state.is_final and seen >= progress_number(job):
        return Response(status=204)
    stream = Response(
        _serialize(stores, changes(stores, job, Subscription(seen, requester))),
        content_type="text/event-stream",
    )
    stream.headers["Cache-Control"] = "no-store"
    stream.headers["X-Accel-Buffering"] = "no"  # nginx would buffer events before it forwards them
    return stream


def _last_seen() -> int:
    sent = request.headers.get("Last-Event-ID", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 12 else NOTHING_SEEN


def _serialize(stores: Stores, stream: Iterator[Change]) -> Iterator[bytes]:
    yield b"retry: %d\n\n" % _RETRY_MS
    for change in stream:
        match change:
            case Heartbeat():
                yield b":\n\n"
            case JobGone():
                yield _GONE
            case Job():
                yield _event(stores, change)


def _event(stores: Stores, job: Job) -> bytes:
    try:
        body = answer_of(stores, job, ("summary",))
    except UnknownJob:
        return _GONE
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (
        progress_number(job),
        _NAMES.get(job.state, b"progress"),
        body,
    )
