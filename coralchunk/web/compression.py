"""Compress text for clients on thin lines: pages, scripts, styles, and JSON without an ETag."""

from typing import Final

from flask import Flask, Response, request
from flask_compress import Compress

_MAX_BYTES: Final = 3_000_000  # more holds up the other requests of a web process for too long
_TYPES: Final = (
    "text/html",
    "text/css",
    "text/csv",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/geo+json",
    "application/manifest+json",
    "image/svg+xml",
)


def compress_text(app: Flask) -> None:
    """Compress responses of an app with Brotli or gzip, as the client accepts."""
    app.config |= {
        "COMPRESS_REGISTER": False,
        "COMPRESS_MIMETYPES": list(_TYPES),
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_ALGORITHM_STREAMING": ["br", "gzip"],
    }
    compress = Compress(app)

    @app.after_request
    def compressed(answer: Response) -> Response:
        # Compression changes an ETag, and clients send those of results back to wait for a change.
        is_fixed = request.endpoint in {"static", "texts"} or "ETag" not in answer.headers
        length = answer.content_length
        if answer.status_code == 206 or not is_fixed or (length or 0) > _MAX_BYTES:
            return answer
        if request.endpoint == "static" and answer.mimetype in _TYPES:
            answer.direct_passthrough = False
            answer.make_sequence()  # as a stream, its file would stay open
        return compress.after_request(answer)
