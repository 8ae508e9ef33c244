"""What can go wrong with links, surveys and corrections: more branches of the tree in errors.py.

CoralchunkError
├─ BadRequest
│   ├─ BadBody
│   ├─ BodyTooLong
│   ├─ BadIds
│   └─ TooManyPhotos
└─ Missing
    ├─ UnknownShare
    ├─ NothingToShow
    ├─ UnknownSurvey
    ├─ UnknownPhoto
    ├─ UnknownChunk
    └─ UnknownCorrection
"""

from coralchunk.errors import BadRequest, Missing


class UnknownShare(Missing):
    """Nothing is shared under this link, or no more."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing is shared under this link: it was never given out, or the result has expired."
        )


class NothingToShow(Missing):
    """The photo that a link leads to has no result (yet)."""

    def __init__(self, state: str) -> None:
        super().__init__(f"There is no picture under this link: the status is {state!r}, not 'completed'.")


class BadBody(BadRequest):
    """The JSON that was sent is not what is expected here."""

    def __init__(self, faults: str) -> None:
        super().__init__(f"The JSON body cannot be used: {faults}.")


class BodyTooLong(BadRequest):
    """The JSON that was sent is longer than anything that is expected here."""

    def __init__(self, longest_bytes: int) -> None:
        super().__init__(f"The JSON body is longer than {longest_bytes} bytes, the most that is read here.")
