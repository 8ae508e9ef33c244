"""Define the errors of the domain. They know no HTTP; `access`, `photos`, `setup` and `surveys` hold more.

CoralchunkError
├─ BadRequest              the request is wrong
│   ├─ NoImage
│   ├─ BadIdempotencyKey
│   ├─ BadWait
│   └─ UnknownPart
├─ Unreadable              the photo cannot be used as sent
│   ├─ NotAnImage
│   ├─ BrokenImage
│   ├─ FormatNotAccepted
│   ├─ TooManyBytes
│   ├─ TooLong
│   └─ TooManyPixels
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

from coralchunk.terms import Size


class CoralchunkError(Exception):
    """Base of every error that a caller or an operator can cause and correct."""

    public_name: ClassVar[str | None] = None  # set if clients know the error by another name than its class
    short: ClassVar[str | None] = None  # text that V1 clients look for in `error`; None for the whole message

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
        super().__init__(f"The Idempotency-Key has {length} characters; use 1 to {longest}.")


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


class NotAnImage(Unreadable):
    """The bytes are not an image."""

    def __init__(self, found: str, accepted: str) -> None:
        super().__init__(f"This file is not a photo: {found}. Send one of: {accepted}.")


class BrokenImage(Unreadable):
    """The bytes start like an image but cannot be decoded."""

    def __init__(self, format_name: str, damage: str) -> None:
        super().__init__(
            f"This {format_name} file is damaged or incomplete ({damage})."
            " Send the original photo again, or save a new copy of it."
        )


class FormatNotAccepted(Unreadable):
    """The bytes are an image in a format that is not accepted."""

    def __init__(self, found: str, accepted: str) -> None:
        super().__init__(f"This image is in {found} format, which is not read. Send one of: {accepted}.")


class TooManyBytes(Unreadable):
    """The upload is larger than the server accepts."""

    def __init__(self, max_mb: int) -> None:
        super().__init__(
            f"The upload is larger than {max_mb} MB, the largest size that is accepted."
            " Send a smaller copy, or ask the operator to raise CORALCHUNK_MAX_UPLOAD_MB."
        )


class TooLong(Unreadable):
    """The photo is wider or higher than the server accepts."""

    def __init__(self, width: int, height: int, max_side: int) -> None:
        super().__init__(f"The photo has {width} x {height} pixels; no side may have more than {max_side}.")


class TooManyPixels(Unreadable):
    """The photo has more pixels than the server decodes."""

    def __init__(self, size: Size, kind: str, most: int, max_pixels: int) -> None:
        remedy = "Send a smaller copy, or have the operator raise CORALCHUNK_MAX_PIXELS."
        if size.pixels <= max_pixels:
            remedy = f"Save it as a baseline JPEG, which may have {max_pixels}, or send a smaller copy."
        excess = (
            f"The photo has {size.width} x {size.height} = {size.pixels} pixels; at most {most} are accepted"
        )
        super().__init__(f"{excess} of a {kind}. {remedy}")


class Missing(CoralchunkError):
    """The requested thing does not exist."""


class UnknownJob(Missing):
    """No job has this id, or its results have been deleted."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"No job {job_id}: it never existed, was deleted, or its results have expired.")


class NotFinished(Missing):
    """The job exists but has no result, or none yet."""

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(f"Job {job_id} has no result: its status is {state!r}, not 'completed'.")


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
            f"{waiting} chunks are waiting to be classified, and with this photo more than {most} would be."
            f" Nothing was stored; try again in {retry_after_s} s."
        )
        self.retry_after_s = retry_after_s


class RateLimited(Unavailable):
    """This client address has sent more requests than are allowed."""

    public_name = "TooOften"

    def __init__(self, limit: str, retry_after_s: int) -> None:
        super().__init__(
            f"Too many requests from this address: at most {limit}. Try again in {retry_after_s} s."
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
