"""Map errors to HTTP status codes, and write them in the format of the API that was called."""

import errno
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Blueprint, Response, current_app, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from coralchunk.api.context import services
from coralchunk.api.language import V1, Refusal, language_at
from coralchunk.errors import (
    BadRequest,
    Conflict,
    CoralchunkError,
    Missing,
    NotFinished,
    QueueFull,
    RateLimited,
    StorageFull,
    Unavailable,
    Unreadable,
)
from coralchunk.errors.access import (
    BadDocument,
    Denied,
    Fault,
    FetchingOff,
    JobFailed,
    ScopeMissing,
    StillWorking,
    TooLongDocument,
    TooManyJobs,
)
from coralchunk.errors.images import FormatNotAccepted, TooLong, TooManyBytes, TooManyPixels
from coralchunk.errors.oidc import LogInBroken, NameTaken, NotLetIn
from coralchunk.errors.photos import RawPhoto, UnsupportedPixels
from coralchunk.errors.presigned import NotUploaded, PresignedOff
from coralchunk.errors.surveys import BodyTooLong, DuplicatePhoto, NothingToShow, RolesOff, RoleTooWeak
from coralchunk.errors.training import AlreadyTraining
from coralchunk.errors.uploads import NoUploadContent, OtherTusVersion, WrongChecksum, WrongOffset
from coralchunk.errors.webhooks import WebhooksOff
from coralchunk.translations import translated

STATUS: Final[dict[type[CoralchunkError], int]] = {
    BadRequest: 400,
    Denied: 401,
    ScopeMissing: 403,
    FetchingOff: 403,
    PresignedOff: 403,
    RoleTooWeak: 403,
    NotLetIn: 403,
    NameTaken: 403,
    LogInBroken: 403,
    RolesOff: 403,
    WebhooksOff: 403,
    NotUploaded: 409,
    StillWorking: 409,
    AlreadyTraining: 409,
    TooManyJobs: 429,
    DuplicatePhoto: 409,
    WrongOffset: 409,
    OtherTusVersion: 412,
    NoUploadContent: 415,
    WrongChecksum: 460,  # of tus
    Conflict: 422,
    Missing: 404,
    NotFinished: 409,
    NothingToShow: 409,
    BodyTooLong: 413,
    TooLong: 413,
    TooLongDocument: 413,
    TooManyBytes: 413,
    TooManyPixels: 413,
    FormatNotAccepted: 415,
    RawPhoto: 415,
    UnsupportedPixels: 415,
    Unreadable: 422,
    QueueFull: 429,
    RateLimited: 429,
    Unavailable: 503,
    StorageFull: 507,
    JobFailed: 500,
}


_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error, as the documentation page lists it."""

    title: str
    status: int
    when: str


def kinds() -> list[Kind]:
    """Return all errors that clients can get, in the order of the tree."""
    found: list[Kind] = []
    waiting: list[type[CoralchunkError]] = [CoralchunkError]
    while waiting:
        kind = waiting.pop(0)
        children = kind.__subclasses__()
        waiting[:0] = children
        if not children and any(parent in STATUS for parent in kind.__mro__):
            found.append(Kind(kind.kind(), _status(kind), (kind.__doc__ or "").strip()))
    return found


problems = Blueprint("problems", __name__)


@problems.app_errorhandler(CoralchunkError)
def domain_problem(error: CoralchunkError) -> Response:
    """Respond to an error of the domain; its name is a stable, documented title."""
    language = language_at(request.path).worded_in()
    detail = error.sentence.said(partial(translated, language=language))
    faults = error.faults if isinstance(error, BadDocument) else (Fault(None, detail),)
    answer = _write(Refusal(_status(type(error)), error.kind(), faults, error.short or str(error)))
    if detail != str(error):
        answer.content_language.add(language)
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if answer.status_code == 401:
        # Basic is accepted too but not offered: browsers would ask their user for a password.
        answer.headers["WWW-Authenticate"] = 'Token realm="coralchunk", Bearer realm="coralchunk"'
    return answer


@problems.app_errorhandler(HTTPException)
def http_problem(error: HTTPException) -> Response:
    """Give Flask's own errors (404, 405, 413, ...) the same form."""
    if isinstance(error.response, Response):  # by api.rate_limits, which has already written the response
        return error.response
    if isinstance(error, RequestEntityTooLarge):
        return _too_large()
    detail = error.description or error.name
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        detail = f"{request.method} is not possible here; use {', '.join(sorted(error.valid_methods))}."
    answer = _problem(error.code or 500, error.name.replace(" ", ""), detail)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


@problems.app_errorhandler(ParseException)
@problems.app_errorhandler(OSError)
def input_problem(error: OSError | ParseException) -> Response:
    """Respond if a body could not be read: no space to store it, or it did not arrive completely."""
    number = error.errno if isinstance(error, OSError) else None
    if number in _NO_ROOM:
        return domain_problem(StorageFull())
    if number is None:  # from the web server's reader or a stalled client, not from the operating system
        return _problem(400, "BrokenRequest", "The request did not arrive completely. Send it again.")
    raise error


def _too_large() -> Response:
    max_bytes, max_parts = current_app.config["MAX_CONTENT_LENGTH"], current_app.config["MAX_FORM_PARTS"]
    if request.max_content_length != max_bytes:  # this view accepts less
        return domain_problem(TooLongDocument(request.max_content_length or 0))
    if request.content_length is None or request.content_length > max_bytes:
        return domain_problem(TooManyBytes(services().settings.max_upload_mb))
    detail = (
        f"The form has more than {max_parts} fields, or text that is longer than any field of this server."
        " Send the photo as a file in the field `image`, and nothing else."
    )
    return _problem(413, "FormTooLarge", detail)


def _status(kind: type) -> int:
    return next((STATUS[parent] for parent in kind.__mro__ if parent in STATUS), 500)


def _problem(status: int, kind: str, detail: str) -> Response:
    return _write(Refusal(status, kind, (Fault(None, detail),)))


def _write(refusal: Refusal) -> Response:
    language = language_at(request.path)
    answer = language.write_refusal(refusal)
    if language is V1:
        answer.vary.add("Accept-Language")
    return answer
