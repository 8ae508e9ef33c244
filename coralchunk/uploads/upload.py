"""Describe a resumable upload, and write it to and read it from its file in the store."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class UploadInfo:
    """What is known of an upload when it begins, and the job that it became."""

    length: int  # bytes of the whole photo
    created_at: float  # Unix seconds
    idempotency_key: str | None  # the same as for a photo that is sent in one request
    owner: str  # the only one who may continue it, if tokens are required; empty without an owner
    batch_name: str  # empty for none
    model: str  # label of the model that classifies the photo; empty for the server's
    job_id: int | None = None  # once all bytes are there and the photo is queued

    def to_json(self) -> bytes:
        """Write it as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read what to_json has written."""
        found: dict[str, Any] = json.loads(text)
        return cls(**found)

    def finished(self, job_id: int) -> Self:
        """Return it with its job."""
        return replace(self, job_id=job_id)


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload, and how far it is."""

    upload_id: str
    info: UploadInfo
    offset: int  # bytes that are stored without a gap
    expires_at: float  # Unix seconds
