"""Define the errors of resumable uploads.

CoralchunkError
├─ BadRequest
│   ├─ BadUploadHeader
│   └─ TooMuchContent
├─ Missing
│   └─ UnknownResumableUpload
└─ Conflict
    ├─ OtherTusVersion
    ├─ NoUploadContent
    ├─ WrongOffset
    └─ WrongChecksum
"""

from coralchunk.errors import BadRequest, Conflict, Missing


class BadUploadHeader(BadRequest):
    """A header of a resumable upload is missing or has an invalid value."""

    def __init__(self, name: str, value: str | None, remedy: str) -> None:
        found = "is missing" if value is None else f"has the value {value[:100]!r}"
        super().__init__(f"The header {name} {found}; {remedy}.")


class TooMuchContent(BadRequest):
    """A request has more bytes than are missing of its upload."""

    def __init__(self, sent: int, missing: int) -> None:
        super().__init__(f"The request has {sent} bytes, but only {missing} of the upload are missing.")


class UnknownResumableUpload(Missing):
    """No resumable upload has this id."""

    def __init__(self) -> None:
        super().__init__(
            "No upload has this id: it never existed, was removed or refused, has expired, or is another"
            " user's. Begin a new one at POST /V1/api/uploads."
        )


class OtherTusVersion(Conflict):
    """The client speaks another version of the tus protocol."""

    def __init__(self, sent: str | None, spoken: str) -> None:
        found = "no version" if sent is None else f"version {sent[:20]!r}"
        super().__init__(f"The request names {found} of the tus protocol; send Tus-Resumable: {spoken}.")


class NoUploadContent(Conflict):
    """The body of a PATCH request has another content type than tus requires."""

    def __init__(self, sent: str, required: str) -> None:
        super().__init__(f"The content type is {sent[:100]!r}; a PATCH request of tus has {required!r}.")


class WrongOffset(Conflict):
    """A request continues an upload at another place than where it stopped."""

    def __init__(self, sent: int, at: int) -> None:
        super().__init__(f"The upload is at byte {at}, and the request continues at {sent}. Ask with HEAD.")


class WrongChecksum(Conflict):
    """The content of a request does not have the checksum that it states."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(f"The content does not have the {algorithm} checksum of its header. Send it again.")
