"""Define the errors of photos that clients send to the object store themselves.

CoralchunkError
├─ Denied
│   └─ PresignedOff
├─ Missing
│   ├─ UnknownUpload
│   └─ NotUploaded
└─ Unreadable
    └─ OtherContent
"""

from coralchunk.errors import Missing, Unreadable
from coralchunk.errors.access import Denied


class PresignedOff(Denied):
    """The server signs no addresses of its object store."""

    def __init__(self) -> None:
        super().__init__(
            "This server takes photos only at POST /V1/api/classify: its operator has not set"
            " CORALCHUNK_PRESIGNED=1."
        )


class UnknownUpload(Missing):
    """No upload to the object store has this id."""

    public_name = "UnknownPresignedUpload"

    def __init__(self) -> None:
        super().__init__(
            "No upload has this id: it never existed, has expired, or is another user's."
            " Ask for a new one at POST /V1/api/presigned-uploads."
        )


class NotUploaded(Missing):
    """The photo is not in the object store yet."""

    def __init__(self) -> None:
        super().__init__(
            "The store has no photo for this upload. Send it with PUT to `url`, with the given headers, and"
            " confirm the upload when the store has answered 200."
        )


class OtherContent(Unreadable):
    """The object store holds something else than was announced."""

    def __init__(self, found: str, announced: str) -> None:
        super().__init__(
            f"The store holds a photo with {found}; {announced} was announced. Nothing was kept: ask for a"
            " new upload with the size and the SHA-256 of the file that you send."
        )
