"""Define the errors about users, tokens and the database.

CoralchunkError
├─ Denied                  the requester may not do this
│   ├─ NoToken
│   ├─ WrongToken
│   ├─ ScopeMissing
│   └─ FetchingOff
├─ BadRequest
│   ├─ WrongPassword
│   ├─ BadDocument
│   └─ TooLongDocument
├─ Missing
│   ├─ UnknownClassifier
│   └─ StillWorking
├─ Unavailable
│   ├─ DatabaseDown
│   └─ TooManyJobs
├─ Unreadable
│   ├─ NotFetched
│   └─ PointsOutside
├─ JobFailed
└─ BadSetup
    ├─ BadUser
    ├─ UnknownUser
    └─ UnknownToken
"""

from dataclasses import dataclass

from coralchunk.errors import BadRequest, CoralchunkError, Missing, Unavailable, Unreadable
from coralchunk.errors.setup import BadSetup


class Denied(CoralchunkError):
    """The requester may not do this."""


class NoToken(Denied):
    """The request needs a token and has none."""

    def __init__(self) -> None:
        super().__init__(
            "This request needs a token. Send it as `Authorization: Token ...`, `Authorization: Bearer ...`,"
            " `X-API-KEY: ...`, or as the user name of HTTP Basic with an empty password."
        )


class WrongToken(Denied):
    """The request has a token that is not known here, or no more."""

    def __init__(self) -> None:
        super().__init__("This token is not valid: it was never given out here, or it was revoked.")


class ScopeMissing(Denied):
    """The token is valid but was not given out for this."""

    def __init__(self, needed: str, held: str) -> None:
        super().__init__(f"This needs the scope {needed!r}; the token has only: {held}. Use another token.")


class FetchingOff(Denied):
    """The server fetches no photos from the web."""

    def __init__(self) -> None:
        super().__init__(
            "This server fetches no photos from addresses: its operator has not set CORALCHUNK_FETCH_URLS=1."
        )


class WrongPassword(BadRequest):
    """No user has this name and this password."""

    def __init__(self) -> None:
        super().__init__("Unable to log in with provided credentials.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a document."""

    pointer: str | None  # where, as in RFC 6901; None if it is nowhere in the document
    detail: str


class BadDocument(BadRequest):
    """The JSON that was sent is not what is expected here."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = faults


class TooLongDocument(BadRequest):
    """The JSON that was sent is longer than any that is asked for."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"The request has more than {max_bytes} bytes. Send fewer photos at once.")


class UnknownClassifier(Missing):
    """No classifier has this number."""

    def __init__(self, classifier_id: int) -> None:
        super().__init__(
            f"There is no classifier {classifier_id}; GET /api/classifiers/ lists those there are."
        )


class StillWorking(Missing):
    """The job has no result yet."""

    def __init__(self) -> None:
        super().__init__("This job isn't finished yet")


class JobFailed(CoralchunkError):
    """The job was given up, and with it all of its photos."""

    def __init__(self, reason: str | None) -> None:
        super().__init__(reason or "The job was given up.")


class TooManyJobs(Unavailable):
    """This user has so many jobs in work that no more are taken."""

    retry_after_s = 10

    def __init__(self, active: int, most: int) -> None:
        super().__init__(
            f"{active} of your jobs are active; a user may have {most} at once"
            " (CORALCHUNK_CORALNET_MAX_JOBS). Try again when one has finished."
        )


class NotFetched(Unreadable):
    """A photo on the web could not be had."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}.")


class PointsOutside(Unreadable):
    """A point lies outside its photo."""

    def __init__(self, row: int, column: int, width: int, height: int) -> None:
        super().__init__(
            f"The point at row {row}, column {column} lies outside the photo, which has {height} rows (0 to"
            f" {height - 1}) and {width} columns (0 to {width - 1})."
        )


class DatabaseDown(Unavailable):
    """The database, which holds users, tokens, surveys and corrections, does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The database of users, tokens, surveys and corrections does not answer right now."
            " Try again in a moment."
        )


class BadUser(BadSetup):
    """A user cannot be added like this."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The user {name!r} cannot be added: {reason}.")


class UnknownUser(BadSetup):
    """No user has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user {name!r}. Add it first: coralchunk user add {name}")


class UnknownToken(BadSetup):
    """No token has this number."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"There is no valid token {token_id}; `coralchunk token list` shows all.")
