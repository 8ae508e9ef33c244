"""Read the headers of tus requests."""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from flask import Request

from coralchunk.errors.uploads import BadUploadHeader, NoUploadContent, OtherTusVersion
from coralchunk.uploads.checksum import ALGORITHMS, Checksum

VERSION: Final = "1.0.0"
CONTENT_TYPE: Final = "application/offset+octet-stream"
_LARGEST: Final = 2**53 - 1
_METADATA_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What the request says that begins an upload."""

    length: int  # bytes, at least 1
    batch: str  # empty for none
    model: str | None


def check_version(request: Request) -> None:
    """Raise OtherTusVersion unless the client speaks this version."""
    sent = request.headers.get("Tus-Resumable")
    if sent != VERSION:
        raise OtherTusVersion(sent, VERSION)


def new_upload(request: Request) -> NewUpload:
    """Return what a creation request says. Raises BadUploadHeader."""
    length = _number(request, "Upload-Length")
    if length == 0:
        raise BadUploadHeader("Upload-Length", "0", "a photo has at least one byte")
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    return NewUpload(length, metadata.get("batch", ""), metadata.get("model") or None)


def offset_of(request: Request) -> int:
    """Return where the content of a PATCH request begins. Raises NoUploadContent, BadUploadHeader."""
    if request.mimetype != CONTENT_TYPE:
        raise NoUploadContent(request.mimetype, CONTENT_TYPE)
    return _number(request, "Upload-Offset")


def has_content(request: Request) -> bool:
    """Tell whether a creation request brings bytes of the photo."""
    return request.mimetype == CONTENT_TYPE


def checksum_of(request: Request) -> Checksum | None:
    """Return the checksum that a request states, None if it states none. Raises BadUploadHeader."""
    sent = request.headers.get("Upload-Checksum")
    if sent is None:
        return None
    algorithm, _, encoded = sent.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadUploadHeader("Upload-Checksum", sent, f"use one of {', '.join(ALGORITHMS)}")
    return Checksum(algorithm, _from_base64("Upload-Checksum", encoded.strip()))


def _metadata(sent: str) -> dict[str, str]:
    if len(sent) > _METADATA_BYTES:
        raise BadUploadHeader("Upload-Metadata", sent, f"use at most {_METADATA_BYTES} characters")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in sent.split(","))):
        name, _, encoded = pair.partition(" ")
        try:
            found[name] = _from_base64("Upload-Metadata", encoded.strip()).decode()
        except UnicodeDecodeError:
            raise BadUploadHeader("Upload-Metadata", sent, f"{name[:40]!r} is not UTF-8") from None
    return found


def _from_base64(header: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadUploadHeader(header, encoded, "write its values in base64") from None


def _number(request: Request, name: str) -> int:
    sent = request.headers.get(name)
    if sent is None or not (sent.isascii() and sent.isdigit() and len(sent) <= 16 and int(sent) <= _LARGEST):
        raise BadUploadHeader(name, sent, "send a whole number of bytes")
    return int(sent)
