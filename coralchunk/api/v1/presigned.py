"""Let clients send photos to the object store themselves: /V1/api/presigned-uploads."""

import time

from flask import Blueprint, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import v1_identity, v1_requester
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Accepted
from coralchunk.api.v1.presigned_bodies import NewPresignedUpload, PresignedUploadResponse
from coralchunk.api.v1.refusals import BODY, NO_QUEUE, TOKEN
from coralchunk.identity import Scope
from coralchunk.pipeline.records.presigned_uploads import PresignedUpload
from coralchunk.pipeline.steps.presigned import announce, confirm
from coralchunk.pipeline.steps.submit import Sender

presigned = Blueprint("presigned", __name__, url_prefix="/V1/api/presigned-uploads")

_OFF = {403: "The server signs no addresses (`CORALCHUNK_PRESIGNED`), or the token lacks the scope"}
_BUSY = {429: "Too many requests, or too much work waiting; try again after Retry-After seconds"}


@presigned.post("")
@operation(
    Operation(
        answers={201: PresignedUploadResponse},
        problems={
            **BODY,
            **TOKEN,
            **_OFF,
            **_BUSY,
            413: "The photo is larger than the server accepts, or the JSON body is too long",
            503: NO_QUEUE,
        },
        body=NewPresignedUpload,
    )
)
def announce_upload() -> ResponseReturnValue:
    """Ask for an address in the object store to which a photo is sent.

    Send the photo there with PUT and the given `headers`; the store takes no other content. Then confirm the
    upload with POST to `confirm_url`. Only servers with an S3 store and `CORALCHUNK_PRESIGNED=1` do this.
    """
    identity, body = v1_identity(Scope.CLASSIFY), read_json_body(NewPresignedUpload)
    owner = "" if identity is None else identity.owner
    model = services().photo_models.chosen(body.model, identity)
    upload = PresignedUpload(body.size_bytes, body.sha256, owner, body.batch or "", model)
    announced = announce(services().stores, upload, time.time())
    confirm_url = url_for("presigned.confirm_upload", upload_id=announced.upload_id)
    answer = PresignedUploadResponse(
        upload_id=announced.upload_id,
        method="PUT",
        url=announced.signed.url,
        headers=dict(announced.signed.headers),
        confirm_url=confirm_url,
        expires_at=announced.expires_at,
    )
    return jsonify(answer.model_dump()), 201


@presigned.post("/<upload_id>")
@operation(
    Operation(
        answers={200: Accepted},
        problems={
            **TOKEN,
            **_OFF,
            **_BUSY,
            404: "No such upload: it never existed, has expired, or is another user's",
            409: "The photo is not in the store yet",
            413: "Too many pixels; the limit is in `detail`",
            415: "The image has a format that is not accepted",
            422: "Not an image, a damaged image, not the announced file, or an Idempotency-Key that was used"
            " for another photo",
            503: "The queue or the object store does not answer; try again after Retry-After seconds",
            507: "No space to store the photo",
        },
        headers={
            "Idempotency-Key": "As for `POST /V1/api/classify`; a repeated confirmation returns the same job"
            " without it, too"
        },
    )
)
def confirm_upload(upload_id: str) -> ResponseReturnValue:
    """Queue a photo that was sent to the object store; respond at once with the id of the job.

    The photo is checked as at `POST /V1/api/classify`. A repeated confirmation returns the same job.
    """
    requester = v1_requester(Scope.CLASSIFY)
    sender = Sender(g.request_id, request.headers.get("Idempotency-Key"))
    job_id = confirm(services().stores, upload_id, requester, sender, time.time())
    answer = jsonify(job_id=job_id)
    answer.headers["Location"] = url_for("v1.status", job_id=job_id)
    answer.headers["Retry-After"] = "1"
    return answer
