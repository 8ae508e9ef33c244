"""Accept photos that clients send to the object store: announce, check and submit them."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import IO, Final

from coralchunk.errors import Unreadable
from coralchunk.errors.images import TooManyBytes
from coralchunk.errors.presigned import NotUploaded, OtherContent, PresignedOff, UnknownUpload
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.records.presigned_uploads import PresignedUpload
from coralchunk.pipeline.steps.submit import Sender, submit_all
from coralchunk.pipeline.steps.unconfirmed import LIFETIME_S
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.previews import CLEAR_PREVIEW, PREVIEW, PREVIEWS
from coralchunk.storage.objects.places import INCOMING, JOBS
from coralchunk.storage.objects.presigner import Presigner, SignedUpload

_CONFIRMED_FOR_S: Final = 86_400  # a repeated confirmation returns the same job; as with Idempotency-Key
_DOWNLOAD_S: Final = 300
_BYTES: Final = 18  # 144 random bits, 24 characters


@dataclass(frozen=True, slots=True)
class Announced:
    """An upload that a client may now send to the store."""

    upload_id: str
    signed: SignedUpload
    expires_at: float  # Unix seconds


def announce(stores: Stores, upload: PresignedUpload, now: float) -> Announced:
    """Sign the address to which a client sends a photo. Nothing is queued until it confirms.

    now  Unix seconds

    Raises PresignedOff, TooManyBytes, QueueFull, Stopping, QueueDown.
    """
    presigner = _presigner(stores)
    if upload.size_bytes > stores.settings.max_upload_mb * 1_000_000:
        raise TooManyBytes(stores.settings.max_upload_mb)
    upload_id = secrets.token_urlsafe(_BYTES)
    with reachable():
        # A full queue would refuse the confirmation: say it before the client sends the photo.
        stores.admission.admit(1, stores.settings.max_queued_chunks, now)
        stores.presigned.add(upload_id, upload, LIFETIME_S + _CONFIRMED_FOR_S)
    signed = presigner.upload(f"{INCOMING}/{_key(upload_id)}", upload.size_bytes, upload.sha256, LIFETIME_S)
    return Announced(upload_id, signed, now + LIFETIME_S)


def confirm(stores: Stores, upload_id: str, requester: str | None, sender: Sender, now: float) -> int:
    """Check a photo in the store as any other upload, and queue it. Returns the job's id, each time the same.

    requester  an upload of another owner is unknown to them; None may confirm every upload
    sender     request id and Idempotency-Key of the confirmation; the rest was announced
    now        Unix seconds

    Raises UnknownUpload, NotUploaded, OtherContent, StorageDown, and what submit_all raises; the photo stays
    in the store where the same confirmation may succeed later.
    """
    _presigner(stores)
    upload = _announced(stores, upload_id, requester)
    if upload.job_id is not None:
        return upload.job_id
    key = _key(upload_id)
    try:
        with _checked(stores, key, upload) as photo:
            told = Sender(
                sender.request_id,
                sender.idempotency_key or f"presigned-upload {upload_id}",
                upload.owner,
                upload.batch_name,
                upload.model,
            )
            (job_id,) = submit_all(stores, [photo], now, told)
    except Unreadable:
        stores.incoming.remove(key)
        raise
    except NotUploaded:
        confirmed = _announced(stores, upload_id, requester).job_id
        if confirmed is None:
            raise
        return confirmed  # by another request meanwhile, which has removed the photo
    with reachable():
        stores.presigned.confirm(upload_id, job_id)
    stores.incoming.remove(key)
    return job_id


def download_url(stores: Stores, job: Job, part: str, media_type: str) -> str | None:
    """Return an address of the store where a part of a job can be read; None where none is signed."""
    if stores.presigner is None:
        return None
    return stores.presigner.download(f"{JOBS}/{job.id}/{part}", media_type, _DOWNLOAD_S)


def preview_url(stores: Stores, job: Job) -> str | None:
    """Return an address of the store where the preview of a job can be read; None where none is signed."""
    if stores.presigner is None:
        return None
    name = PREVIEW if stores.blobs.has(job.id, PREVIEW) else CLEAR_PREVIEW
    return download_url(stores, job, name, PREVIEWS[name])


def _announced(stores: Stores, upload_id: str, requester: str | None) -> PresignedUpload:
    with reachable():
        upload = stores.presigned.get(upload_id)
    if upload is None or requester not in {None, upload.owner}:
        raise UnknownUpload
    return upload


def _checked(stores: Stores, key: str, upload: PresignedUpload) -> IO[bytes]:
    """Open the photo of an upload if it is what was announced. Raises NotUploaded, OtherContent."""
    try:
        size_bytes = stores.incoming.size_bytes(key)
        if size_bytes != upload.size_bytes:  # before it is read into memory
            raise OtherContent(f"{size_bytes} bytes", f"{upload.size_bytes} bytes")
        photo = stores.incoming.open(key)
    except FileNotFoundError:
        raise NotUploaded from None
    sha256 = hashlib.file_digest(photo, "sha256").hexdigest()  # type: ignore[arg-type]
    if sha256 != upload.sha256:
        photo.close()
        raise OtherContent(f"the SHA-256 {sha256}", upload.sha256)
    photo.seek(0)
    return photo


def _key(upload_id: str) -> str:
    return f"{upload_id}/photo"


def _presigner(stores: Stores) -> Presigner:
    if stores.presigner is None:
        raise PresignedOff
    return stores.presigner
