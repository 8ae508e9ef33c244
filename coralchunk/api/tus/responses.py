"""Write the answers of the tus protocol."""

from typing import Final

from flask import Response, jsonify, url_for
from pydantic import Field
from werkzeug.http import http_date

from coralchunk.api.bodies import BodyModel
from coralchunk.api.tus.requests import VERSION
from coralchunk.uploads.checksum import ALGORITHMS
from coralchunk.uploads.upload import Upload

EXTENSIONS: Final = ("creation", "creation-with-upload", "termination", "checksum", "expiration")
JOB_HEADER: Final = "Upload-Job-Id"
#: Headers that scripts of other origins may read.
EXPOSED: Final = (
    "Tus-Resumable",
    "Tus-Version",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Checksum-Algorithm",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Expires",
    JOB_HEADER,
)


class ResumableUpload(BodyModel):
    """How far a resumable upload is."""

    length: int = Field(description="Bytes of the whole photo")
    offset: int = Field(description="Bytes that the server has; go on from here")
    expires_at: float = Field(description="Unix seconds")
    job_id: int | None = Field(description="The photo's job, once all bytes are there")


def described(upload: Upload) -> Response:
    """Say how far an upload is, in headers and as JSON; a HEAD request gets the headers."""
    body = ResumableUpload(
        length=upload.info.length,
        offset=upload.offset,
        expires_at=upload.expires_at,
        job_id=upload.info.job_id,
    )
    answer = _with_progress(jsonify(body.model_dump()), upload)
    answer.headers["Upload-Length"] = str(upload.info.length)
    answer.cache_control.no_store = True
    return answer


def created(upload: Upload) -> Response:
    """Say where a new upload is continued."""
    answer = _with_progress(Response(status=201), upload)
    answer.headers["Location"] = url_for("tus.progress", upload_id=upload.upload_id)
    return answer


def continued(upload: Upload) -> Response:
    """Say how far an upload is after a PATCH request."""
    return _with_progress(Response(status=204), upload)


def capabilities(max_bytes: int) -> Response:
    """Say what this server can do."""
    answer = Response(status=204)
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = ",".join(EXTENSIONS)
    answer.headers["Tus-Max-Size"] = str(max_bytes)
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return answer


def _with_progress(answer: Response, upload: Upload) -> Response:
    answer.headers["Upload-Offset"] = str(upload.offset)
    answer.headers["Upload-Expires"] = http_date(upload.expires_at)
    if upload.info.job_id is not None:
        answer.headers[JOB_HEADER] = str(upload.info.job_id)
    return answer
