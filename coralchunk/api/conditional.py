"""Answer conditional requests: ETags, 304, and responses that only the client may cache."""

from flask import Response, request


def is_known(etag: str) -> bool:
    """Tell whether the client has the answer of this ETag."""
    return request.if_none_match.contains(etag)


def unchanged(etag: str) -> Response:
    """Return 304: what the client has still holds."""
    return cached(Response(status=304), etag)


def cached(answer: Response, etag: str) -> Response:
    """Let the client keep an answer under an ETag."""
    answer.set_etag(etag)
    return private(answer)


def private(answer: Response) -> Response:
    """Let the client alone keep an answer, and ask whether it still holds: a deleted job must vanish."""
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
