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
│   ├─ NoSuchToken
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
    """The token of the request is unknown or was revoked."""

    def __init__(self) -> None:
        super().__init__(
            "This token is not valid: it was not issued by this server, was revoked, has expired, or its user"
            " is disabled."
        )


class ScopeMissing(Denied):
    """The token is valid but lacks the scope for this request."""

    def __init__(self, needed: str, held: str) -> None:
        super().__init__(
            "This needs the scope {needed!r}; the token has only: {held}. Use another token.",
            needed=needed,
            held=held,
        )


class FetchingOff(Denied):
    """The server does not fetch photos from the web."""

    def __init__(self) -> None:
        super().__init__(
            "This server does not fetch photos by URL: its operator has not set CORALCHUNK_FETCH_URLS=1."
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
    """The JSON of the request does not have the expected form."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = faults


class TooLongDocument(BadRequest):
    """The JSON of the request is too long."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"The request has more than {max_bytes} bytes. Send fewer photos at once.")


class UnknownClassifier(Missing):
    """No classifier has this number."""

    def __init__(self, classifier_id: int) -> None:
        super().__init__(
            f"There is no classifier {classifier_id}; GET /api/classifiers/ lists the existing ones."
        )


class NoSuchToken(Missing):
    """The user has no valid token of this number."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"You have no valid token {token_id}; GET /V1/api/tokens lists those that you have.")


class StillWorking(Missing):
    """The job has no result yet."""

    def __init__(self) -> None:
        super().__init__("This job isn't finished yet")


class JobFailed(CoralchunkError):
    """The job failed with all of its photos."""

    def __init__(self, reason: str | None) -> None:
        super().__init__(reason or "The job failed.")


class TooManyJobs(Unavailable):
    """This user has too many active jobs for another one."""

    retry_after_s = 10

    def __init__(self, active: int, most: int) -> None:
        super().__init__(
            f"{active} of your jobs are active; a user may have {most} at once"
            " (CORALCHUNK_CORALNET_MAX_JOBS). Try again when one has finished."
        )


class NotFetched(Unreadable):
    """A photo on the web could not be fetched."""

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
    """The database, which holds users, tokens, surveys and corrections, does not answer or is damaged."""

    def __init__(self, damage: str | None = None) -> None:
        if damage is None:
            super().__init__(
                "The database of users, tokens, surveys and corrections does not answer."
                " Try again in a moment."
            )
        else:
            super().__init__(
                "The database of users, tokens, surveys and corrections is damaged: {damage}. The operator of"
                " this server has to restore it from a backup.",
                damage=damage,
            )


class BadUser(BadSetup):
    """A user cannot have this name or this password."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The user {name!r} is not possible like this: {reason}.")


class UnknownUser(BadSetup):
    """No user has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user {name!r}. Add it first: coralchunk user add {name}")


class UnknownToken(BadSetup):
    """No token has this number."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"There is no valid token {token_id}; `coralchunk token list` shows all.")
