"""Redirect clients that ask for it to the object store, where results lie."""

from typing import Final

from flask import Response, request

from coralchunk.api.context import services
from coralchunk.api.openapi import Parameter
from coralchunk.errors.surveys import BadChoice
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.steps.presigned import download_url, preview_url
from coralchunk.storage.files.blobs import PICTURE

_CHOICES: Final = ("0", "1")
PRESIGNED: Final = Parameter(
    "`1`: redirect to the object store, if the server signs its addresses; the picture itself otherwise",
    {"type": "string", "enum": list(_CHOICES), "default": "0"},
)


def redirect_to_picture(job: Job) -> Response | None:
    """Return a redirect to the picture of a job, or None to send the picture itself. Raises BadChoice."""
    return _redirect(download_url(services().stores, job, PICTURE, "image/png") if _is_requested() else None)


def redirect_to_preview(job: Job) -> Response | None:
    """Return a redirect to the preview of a job, or None to send the preview itself. Raises BadChoice."""
    return _redirect(preview_url(services().stores, job) if _is_requested() else None)


def _is_requested() -> bool:
    asked = request.args.get("presigned", "0")
    if asked not in _CHOICES:
        raise BadChoice("presigned", asked, _CHOICES)
    return asked == "1"


def _redirect(url: str | None) -> Response | None:
    if url is None:
        return None
    # The address expires, so that the redirect must not be cached.
    return Response(status=302, headers={"Location": url, "Cache-Control": "private, no-store"})
