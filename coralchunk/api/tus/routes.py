"""Serve resumable uploads by the tus protocol: /V1/api/uploads."""

import time
from typing import Final

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_identity, v1_requester
from coralchunk.api.batch_name import checked_batch
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.tus.requests import (
    VERSION,
    check_version,
    checksum_of,
    has_content,
    new_upload,
    offset_of,
)
from coralchunk.api.tus.responses import ResumableUpload, capabilities, continued, created, described
from coralchunk.errors.uploads import BadUploadHeader
from coralchunk.identity import Scope
from coralchunk.pipeline.steps.submit import Sender
from coralchunk.uploads.upload import Upload

tus = Blueprint("tus", __name__, url_prefix="/V1/api/uploads")

_HEADERS: Final = {"Tus-Resumable": f"`{VERSION}`; required"}
_NONE: Final = "No such upload: it never existed, was removed or refused, has expired, or is another user's"
_TOKEN: Final = {
    401: "The server requires a token, and it is missing or wrong",
    403: "The token lacks the scope",
}
_VERSION: Final = {412: "Tus-Resumable is missing or names another version"}
_AWAY: Final = {503: "The queue or the storage does not answer, or the server is stopping; try again"}
_CONTENT: Final = {
    **_TOKEN,
    **_VERSION,
    **_AWAY,
    400: "A header or metadata has an invalid value, there are more bytes than the upload has left, or the"
    " model cannot be used",
    413: "Too many bytes or pixels; the limit is in `detail`",
    415: "The content type is not that of tus, or the photo has a format that is not accepted",
    422: "Not an image, a damaged image, or an Idempotency-Key that was used for another photo",
    429: "Too many requests, or too much work waiting; try again after Retry-After seconds",
    460: "The content does not have the checksum that Upload-Checksum states",
    507: "No space to store the photo",
}


@tus.after_request
def name_version(answer: Response) -> Response:
    """Name the version of the protocol in every answer."""
    answer.headers["Tus-Resumable"] = VERSION
    if answer.status_code == 412:
        answer.headers["Tus-Version"] = VERSION
    return answer


@tus.route("", methods=["OPTIONS"], provide_automatic_options=False)
@tus.route("/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def describe(upload_id: str = "") -> ResponseReturnValue:  # noqa: ARG001 - the same for each
    """Return what the server can do, in headers."""
    return capabilities(services().uploads.max_bytes)


@tus.post("")
@operation(
    Operation(
        answers={
            201: "The address of the upload is in `Location`; with all bytes, the job's id in `Upload-Job-Id`"
        },
        problems=_CONTENT,
        headers=_HEADERS
        | {
            "Upload-Length": "Bytes of the photo; required",
            "Upload-Metadata": "`batch` and `model` as in `POST /V1/api/classify`; values in base64",
            "Upload-Checksum": "As for PATCH, if there is a body",
            "Idempotency-Key": "As for `POST /V1/api/classify`; without it, the upload stands for itself",
        },
    )
)
def begin() -> ResponseReturnValue:
    """Begin a resumable upload of a photo, by the tus protocol 1.0.

    The body is empty, or holds the first bytes with the content type `application/offset+octet-stream`.
    Every tus client can be used. The upload expires as a result does.
    """
    check_version(request)
    identity = v1_identity(Scope.CLASSIFY)
    wanted = new_upload(request)
    checksum = checksum_of(request)
    key, owner = request.headers.get("Idempotency-Key"), "" if identity is None else identity.owner
    model = services().photo_models.chosen(wanted.model, identity)
    sender = Sender(g.request_id, key, owner, checked_batch(wanted.batch), model)
    upload = services().uploads.begin(wanted.length, sender, time.time())
    if has_content(request):
        upload = services().uploads.append(upload, 0, request.stream, checksum, g.request_id)
    return created(upload)


@tus.get("/<upload_id>")
@operation(
    Operation(
        answers={200: ResumableUpload},
        problems={404: _NONE, **_TOKEN, **_VERSION, **_AWAY},
        headers=_HEADERS,
    )
)
def progress(upload_id: str) -> ResponseReturnValue:
    """Return how far an upload is.

    Also in headers, which a HEAD request gets alone: `Upload-Offset`, `Upload-Length`, `Upload-Expires`, and
    `Upload-Job-Id` once the photo is queued.
    """
    check_version(request)
    return described(_find(upload_id))


@tus.patch("/<upload_id>")
@operation(
    Operation(
        answers={204: "Stored; the new `Upload-Offset`, and with the last byte `Upload-Job-Id`, are headers"},
        problems=_CONTENT | {404: _NONE, 409: "Upload-Offset is not where the upload stopped; ask with HEAD"},
        headers=_HEADERS
        | {
            "Upload-Offset": "Where the body begins; required",
            "Upload-Checksum": "Algorithm and checksum of the body in base64; `sha1`, `sha256` or `md5`. The"
            " body is then kept as a whole or not at all",
        },
    )
)
def append(upload_id: str) -> ResponseReturnValue:
    """Send more bytes of an upload, as `application/offset+octet-stream`; the last byte queues the photo.

    If the connection breaks, what arrived before is kept. A photo that is refused ends its upload. If the
    server is busy at the last byte, the last bytes are missing again: resume the upload later.
    """
    check_version(request)
    upload = _find(upload_id)
    offset, checksum = offset_of(request), checksum_of(request)
    return continued(services().uploads.append(upload, offset, request.stream, checksum, g.request_id))


@tus.delete("/<upload_id>")
@operation(
    Operation(
        answers={204: "The upload and its bytes are gone"},
        problems={404: _NONE, **_TOKEN, **_VERSION, **_AWAY},
        headers=_HEADERS,
    )
)
def remove(upload_id: str) -> ResponseReturnValue:
    """Remove an upload; the job that it has become stays."""
    check_version(request)
    services().uploads.remove(_find(upload_id))
    return Response(status=204)


@tus.post("/<upload_id>")
@operation(
    Operation(
        answers={204: "As for the method that the header names"},
        problems=_CONTENT | {404: _NONE, 409: "Upload-Offset is not where the upload stopped; ask with HEAD"},
        headers=_HEADERS | {"X-HTTP-Method-Override": "PATCH or DELETE; required"},
    )
)
def overridden(upload_id: str) -> ResponseReturnValue:
    """Accept PATCH and DELETE from clients that can only send POST."""
    method = request.headers.get("X-HTTP-Method-Override")
    if method == "PATCH":
        return append(upload_id)
    if method == "DELETE":
        return remove(upload_id)
    raise BadUploadHeader("X-HTTP-Method-Override", method, "use PATCH or DELETE")


def _find(upload_id: str) -> Upload:
    return services().uploads.find(upload_id, v1_requester(Scope.CLASSIFY), time.time())
