"""Serve the photos and maps that a survey keeps."""

from typing import Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import survey_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.previews import MEDIA_TYPES
from coralchunk.api.v1.refusals import NO_DATABASE, TOKEN
from coralchunk.identity import Scope
from coralchunk.storage.files.blobs import PHOTO, PICTURE

survey_evidence = Blueprint("survey_evidence", __name__, url_prefix="/V1/api/surveys/<int:survey_id>/photos")

_PROBLEMS: Final = {
    404: "No such survey, no such photo in it, or the survey does not keep it",
    503: NO_DATABASE,
    **TOKEN,
}
_PREVIEW: Final = Operation(answers={200: MEDIA_TYPES}, problems=_PROBLEMS)


@survey_evidence.get("/<int:photo_id>/picture.png")
@operation(Operation(answers={200: "image/png"}, problems=_PROBLEMS))
def kept_picture(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Return the picture of a photo that a survey keeps."""
    return _kept(survey_id, photo_id, PICTURE, "image/png")


@survey_evidence.get("/<int:photo_id>/preview.jpg")
@operation(_PREVIEW)
def kept_preview(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Return a small copy of the picture of a photo that a survey keeps.

    Its format is that of `/result/{job_id}.jpg`.
    """
    found = services().surveys.kept(survey_id, photo_id, survey_requester(Scope.READ)).preview()
    return private(Response(found.content, content_type=found.media_type))


@survey_evidence.get("/<int:photo_id>/preview.webp")
@operation(_PREVIEW)
def kept_preview_as_in_1_0(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Return the same as `preview.jpg`, for clients of version 1.0."""
    return kept_preview(survey_id, photo_id)


@survey_evidence.get("/<int:photo_id>/original")
@operation(Operation(answers={200: "application/octet-stream"}, problems=_PROBLEMS))
def kept_original(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Return the file of a photo that a survey keeps, byte for byte, for download only."""
    answer = _kept(survey_id, photo_id, PHOTO, "application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename=photo-{photo_id}"
    return answer


def _kept(survey_id: int, photo_id: int, part: str, content_type: str) -> Response:
    content = services().surveys.kept(survey_id, photo_id, survey_requester(Scope.READ)).read(part)
    return private(Response(content, content_type=content_type))
