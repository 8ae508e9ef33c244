"""Give each request an id that appears in all its log lines, and measure its duration."""

import re
import time
import uuid
from contextlib import ExitStack
from typing import Final

import structlog
from flask import Flask, Response, g, request

from coralchunk import tracing
from coralchunk.metrics import REQUESTS

_HEADER: Final = "X-Request-ID"
_SAFE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log: Final = structlog.get_logger()


def log_requests(app: Flask) -> None:
    """Give every request of an app an id, measure it and log it."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.trace = ExitStack()
        route = request.url_rule.rule if request.url_rule else "unknown"
        g.trace.enter_context(
            tracing.continued(request.headers.get("traceparent", ""), f"{request.method} {route}")
        )
        sent = request.headers.get(_HEADER, "")
        g.request_id = sent if _SAFE_ID.fullmatch(sent) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        tracing.note(request_id=g.request_id)

    @app.after_request
    def end(answer: Response) -> Response:
        answer.headers[_HEADER] = g.request_id
        took_s = time.perf_counter() - g.began
        # The rule, not the path: paths contain job ids, and each would become a separate metric.
        route = request.url_rule.rule if request.url_rule else "unknown"
        REQUESTS.labels(request.method, route, answer.status_code).observe(took_s)
        tracing.note(status=answer.status_code)
        _log.debug(
            "request", method=request.method, route=route, status=answer.status_code, took_s=round(took_s, 4)
        )
        return answer

    @app.teardown_request
    def close(_failure: BaseException | None) -> None:
        if "trace" in g:
            g.trace.close()
