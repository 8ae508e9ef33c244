"""Define the errors of the domain. They know no HTTP; the other modules of this package hold more.

CoralchunkError
├─ BadRequest              the request is wrong
│   ├─ NoImage
│   ├─ BadIdempotencyKey
│   ├─ BadWait
│   └─ UnknownPart
├─ Unreadable              the photo cannot be used as sent
├─ Missing                 the requested thing does not exist
│   ├─ UnknownJob
│   ├─ NotFinished
│   └─ UnknownModel
├─ Conflict                the request contradicts an earlier one
│   └─ IdempotencyKeyReused
├─ Unavailable             temporary; the same request may succeed later
│   ├─ QueueDown
│   ├─ QueueFull
│   ├─ RateLimited
│   ├─ Stopping
│   ├─ StorageDown
│   └─ StorageFull
└─ BadSetup                the installation or its settings are wrong; for operators
    ├─ BadSetting
    ├─ BadModel
    ├─ BadLabels
    ├─ OtherStorage
    └─ AlreadyServing
"""

from typing import ClassVar

from coralchunk.errors.sentences import Sentence


class CoralchunkError(Exception):
    """Base of every error that a caller or an operator can cause and correct."""

    public_name: ClassVar[str | None] = None  # set if clients know the error by another name than its class
    short: ClassVar[str | None] = None  # text that V1 clients look for in `error`; None for the whole message

    def __init__(self, text: str = "", **facts: object) -> None:
        self.sentence = Sentence(text, facts)
        super().__init__(self.sentence.said(str))

    @classmethod
    def kind(cls) -> str:
        """Return the stable name by which clients know this error."""
        return cls.__dict__.get("public_name") or cls.__name__


class BadRequest(CoralchunkError):
    """The request is wrong."""


class NoImage(BadRequest):
    """The request has no photo in the expected place; the message says what was received."""

    short = "No image provided"

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(f"{self.short}: {found}. {remedy}")


class BadIdempotencyKey(BadRequest):
    """The Idempotency-Key header is empty or too long."""

    def __init__(self, length: int, longest: int) -> None:
        super().__init__(
            "The Idempotency-Key has {length} characters; use 1 to {longest}.", length=length, longest=longest
        )


class BadWait(BadRequest):
    """The time to wait for a change is not a number, or too long."""

    def __init__(self, value: str, longest_s: int) -> None:
        super().__init__(f"wait={value!r} is not possible; use a number of seconds from 0 to {longest_s}.")


class UnknownPart(BadRequest):
    """The parameter `include` names a part that does not exist."""

    def __init__(self, value: str, parts: tuple[str, ...]) -> None:
        super().__init__(f"include={value!r} names an unknown part. Use one or more of: {', '.join(parts)}.")


class Unreadable(CoralchunkError):
    """The photo cannot be used as sent."""

    def tell_which(self, number: int, total: int) -> None:
        """Say which of several photos it is."""
        facts = {"number": number, "total": total, "problem": self.sentence}
        self.sentence = Sentence("Photo {number} of {total}: {problem} None of the photos was stored.", facts)
        self.args = (self.sentence.said(str),)


class Missing(CoralchunkError):
    """The requested thing does not exist."""


class UnknownJob(Missing):
    """No job has this id, or its results have been deleted."""

    def __init__(self, job_id: int) -> None:
        super().__init__(
            "No job {job_id}: it never existed, was deleted, or its results have expired.", job_id=job_id
        )


class NotFinished(Missing):
    """The job exists but has no result, or none yet."""

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(
            "Job {job_id} has no result: its status is {state!r}, not 'completed'.",
            job_id=job_id,
            state=state,
        )


class UnknownModel(Missing):
    """No model of this name and version is listed."""

    def __init__(self, wanted: str, known: str) -> None:
        super().__init__(f"No model {wanted!r} in models.txt; it lists: {known or 'none'}.")


class Conflict(CoralchunkError):
    """The request contradicts an earlier one."""


class IdempotencyKeyReused(Conflict):
    """The Idempotency-Key was used for another photo."""

    public_name = "KeyUsedBefore"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used for another photo within the last 24 hours."
            " Use a new key for each photo, and the same key only to send the same photo again."
        )


class Unavailable(CoralchunkError):
    """The request cannot be served now; the same request may succeed later."""

    retry_after_s: int = 5


class QueueDown(Unavailable):
    """Redis, which holds the jobs and the queue, does not answer."""

    def __init__(self) -> None:
        super().__init__("The job queue does not answer. Nothing was stored; try again in a moment.")


class QueueFull(Unavailable):
    """Too much work is waiting for a new photo to be accepted."""

    def __init__(self, waiting: int, most: int, retry_after_s: int) -> None:
        super().__init__(
            "{waiting} chunks are waiting to be classified, and with this photo more than {most} would be."
            " Nothing was stored; try again in {seconds} s.",
            waiting=waiting,
            most=most,
            seconds=retry_after_s,
        )
        self.retry_after_s = retry_after_s


class RateLimited(Unavailable):
    """This client address has sent more requests than are allowed."""

    public_name = "TooOften"

    def __init__(self, limit: str, retry_after_s: int) -> None:
        super().__init__(
            "Too many requests from this address: at most {limit}. Try again in {seconds} s.",
            limit=limit,
            seconds=retry_after_s,
        )
        self.retry_after_s = retry_after_s


class Stopping(Unavailable):
    """The server is shutting down and accepts no new photos."""

    retry_after_s = 10

    def __init__(self) -> None:
        super().__init__("The server is shutting down and accepts no new photos. Try again in a moment.")


class StorageFull(Unavailable):
    """There is no space to store the photo."""

    retry_after_s = 60

    def __init__(self) -> None:
        super().__init__("The server's storage is full. Nothing was stored; ask its operator, or try later.")


class StorageDown(Unavailable):
    """The object store, which holds photos and results, does not answer."""

    def __init__(self) -> None:
        super().__init__("The server's storage does not answer. Nothing was changed; try again in a moment.")
