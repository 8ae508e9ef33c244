"""Begin, continue and end resumable uploads; a complete one becomes a job, as a photo sent in one request."""

import re
import secrets
from contextlib import ExitStack
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from coralchunk.errors import Conflict, Unreadable
from coralchunk.errors.images import TooManyBytes
from coralchunk.errors.uploads import TooMuchContent, UnknownResumableUpload, WrongOffset
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.steps.submit import Sender, submit_all
from coralchunk.pipeline.stores import Stores
from coralchunk.uploads.checksum import Checksum
from coralchunk.uploads.parts import UploadParts
from coralchunk.uploads.upload import Upload, UploadInfo

_ID: Final = re.compile(r"[0-9a-f]{32}")
_PART_BYTES: Final = 1 << 20
_READ_BYTES: Final = 65_536
_MEMORY_BYTES: Final = 512_000  # of a photo that is kept in memory; larger ones go to disk


class ResumableUploads:
    """The uploads that arrive in pieces."""

    def __init__(self, parts: UploadParts, stores: Stores) -> None:
        self._parts: Final = parts
        self._stores: Final = stores

    @property
    def max_bytes(self) -> int:
        """The largest photo that is accepted."""
        return self._stores.settings.max_upload_mb * 1_000_000

    def begin(self, length: int, sender: Sender, now: float) -> Upload:
        """Begin an upload. Raises TooManyBytes, QueueFull, Stopping, QueueDown, StorageFull, StorageDown.

        length  bytes of the whole photo
        now     Unix seconds
        """
        if length > self.max_bytes:
            raise TooManyBytes(self._stores.settings.max_upload_mb)
        with reachable():  # a photo that would be refused at its end is not received
            self._stores.admission.admit(1, self._stores.settings.max_queued_chunks, now)
        info = UploadInfo(length, now, sender.idempotency_key, sender.owner, sender.batch_name, sender.model)
        upload_id = secrets.token_hex(16)
        self._parts.write_info(upload_id, info)
        return self._upload(upload_id, info, 0)

    def find(self, upload_id: str, requester: str | None, now: float) -> Upload:
        """Return an upload. Raises UnknownResumableUpload, StorageDown.

        requester  None for all uploads, if the server requires no tokens
        """
        if not _ID.fullmatch(upload_id):
            raise UnknownResumableUpload
        try:
            info = self._parts.read_info(upload_id)
        except FileNotFoundError:
            raise UnknownResumableUpload from None
        at = self._parts.reach(upload_id) if info.job_id is None else info.length
        upload = self._upload(upload_id, info, at)
        if now >= upload.expires_at or requester not in {None, info.owner}:
            raise UnknownResumableUpload
        return upload

    def append(
        self, upload: Upload, offset: int, content: IO[bytes], checksum: Checksum | None, request_id: str
    ) -> Upload:
        """Store more bytes of an upload; with the last of them it becomes a job.

        offset    where the content begins
        checksum  of the content, which is then stored as a whole or not at all
        Without it, what arrived before a connection broke is kept.

        Raises WrongOffset, TooMuchContent, WrongChecksum, and what submit_all raises. After Unreadable and
        Conflict of the photo the upload is gone. After Unavailable the last bytes are missing again, so that
        a client that resumes sends them, and with them the photo is submitted once more.
        """
        if offset != upload.offset:
            raise WrongOffset(offset, upload.offset)
        if upload.info.job_id is not None:
            return upload
        with ExitStack() as files:
            if checksum is not None:
                verified = files.enter_context(SpooledTemporaryFile(_MEMORY_BYTES))
                checksum.copy(content, verified, upload.info.length - offset)
                content = verified
            return self._receive(upload, content, request_id)

    def remove(self, upload: Upload) -> None:
        """Remove an upload; a job that it has become stays."""
        self._parts.remove(upload.upload_id)

    def _receive(self, upload: Upload, content: IO[bytes], request_id: str) -> Upload:
        at, length = upload.offset, upload.info.length
        received = bytearray()
        try:
            while at + len(received) < length:
                piece = content.read(min(_READ_BYTES, length - at - len(received)))
                if not piece:
                    break
                received += piece
                if len(received) >= _PART_BYTES and at + len(received) < length:
                    self._parts.write(upload.upload_id, at, bytes(received))
                    at += len(received)
                    received.clear()
            if at + len(received) == length:
                last = bytes(received)
                received.clear()  # the last bytes are kept only once the photo is queued
                if content.read(1):
                    raise TooMuchContent(length - upload.offset + 1, length - upload.offset)
                return self._finish(upload, at, last, request_id)
        finally:
            if received:  # also what came before the connection broke
                self._parts.write(upload.upload_id, at, bytes(received))
        return replace(upload, offset=at + len(received))

    def _finish(self, upload: Upload, at: int, last: bytes, request_id: str) -> Upload:
        """Submit the photo, then keep its job's id in place of its bytes."""
        info = upload.info
        # A process may end between the two; the same key then gives the same job.
        key = info.idempotency_key or f"resumable-upload {upload.upload_id}"
        sender = Sender(request_id, key, info.owner, info.batch_name, info.model)
        with SpooledTemporaryFile(_MEMORY_BYTES) as photo:
            self._parts.copy_to(upload.upload_id, at, photo)
            photo.write(last)
            photo.seek(0)
            try:
                (job_id,) = submit_all(self._stores, [photo], info.created_at, sender)
            except (Unreadable, Conflict):
                self._parts.remove(upload.upload_id)
                raise
        finished = info.finished(job_id)
        self._parts.write_info(upload.upload_id, finished)
        self._parts.remove_content(upload.upload_id)
        return self._upload(upload.upload_id, finished, info.length)

    def _upload(self, upload_id: str, info: UploadInfo, offset: int) -> Upload:
        return Upload(upload_id, info, offset, info.created_at + self._stores.settings.result_ttl)
