"""Redirect clients that ask for it to the object store, where results lie."""

from typing import Final

from flask import Response, request

from coralchunk.api.context import services
from coralchunk.api.openapi import Parameter
from coralchunk.errors.surveys import BadChoice
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.steps.presigned import download_url

_CHOICES: Final = ("0", "1")
PRESIGNED: Final = Parameter(
    "`1`: redirect to the object store, if the server signs its addresses; the picture itself otherwise",
    {"type": "string", "enum": list(_CHOICES), "default": "0"},
)


def redirect_to_store(job: Job, part: str, media_type: str) -> Response | None:
    """Return a redirect to a part of a job, or None to send the part itself. Raises BadChoice."""
    asked = request.args.get("presigned", "0")
    if asked not in _CHOICES:
        raise BadChoice("presigned", asked, _CHOICES)
    url = download_url(services().stores, job, part, media_type) if asked == "1" else None
    if url is None:
        return None
    # The address expires, so that the redirect must not be cached.
    return Response(status=302, headers={"Location": url, "Cache-Control": "private, no-store"})
