"""Answer conditional requests: ETags, 304, and responses that only the client may cache."""

from flask import Response, request


def is_known(etag: str) -> bool:
    """Tell whether the client has the response with this ETag."""
    return request.if_none_match.contains(etag)


def unchanged(etag: str) -> Response:
    """Return 304: the client's copy is still valid."""
    return cached(Response(status=304), etag)


def cached(answer: Response, etag: str) -> Response:
    """Let the client cache a response under an ETag."""
    answer.set_etag(etag)
    return private(answer)


def private(answer: Response) -> Response:
    """Let only the client cache a response and revalidate it each time: a deleted job must disappear."""
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
