"""Adapt gunicorn's gevent worker: JSON errors for requests that are not HTTP, and a graceful shutdown."""

import contextlib
import json
import socket
import ssl
import time
import warnings
from typing import Any, Final

import gevent
from gevent import monkey
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker
from typing_extensions import override

_SILENCE_S: Final = 120  # a phone under water may lose its net for a while
_DRAIN_S: Final = 5.0
_PAUSE_S: Final = 0.5  # a client that still sends does not pause so long; one that idles shall not hold up
_STATUS: Final[dict[type[Exception], tuple[int, str]]] = {
    LimitRequestLine: (414, "URI Too Long"),
    LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    ExpectationFailed: (417, "Expectation Failed"),
}
_LONGEST_REASON: Final = 200  # characters; it quotes what the client sent

# The form parser takes 64 KiB at a time, and gunicorn copies all that it has received beyond that at each
# step: with its own 1 MiB, an upload of 5 MB took 9 ms longer (measured: 33 ms instead of 24).
SocketUnreader.max_body_chunk = 1 << 16  # type: ignore[attr-defined] # newer than its types


class WebWorker(GeventWorker):
    """Serves many slow clients in one process."""

    @override
    def patch(self) -> None:
        with warnings.catch_warnings(action="ignore", category=monkey.MonkeyPatchWarning):
            super().patch()  # the rest of what gunicorn_conf began, which gevent warns of
        # A phone that does not trust the certificate breaks off: no reason for a traceback.
        hub = gevent.get_hub()
        hub.NOT_ERROR = (*hub.NOT_ERROR, ssl.SSLError)

    @override
    def handle(self, listener: Any, client: socket.socket, addr: Any) -> None:
        client.settimeout(_SILENCE_S)
        if isinstance(client, ssl.SSLSocket):  # cannot be duplicated
            AsyncWorker.handle(self, listener, client, addr)
            return
        with client.dup() as end:
            AsyncWorker.handle(self, listener, client, addr)
            _drain(end)

    @override
    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status, name = _STATUS.get(type(exc), (400, "Bad Request"))
        reason = ascii(str(exc)).strip("'\"")[:_LONGEST_REASON]
        self.log.warning("not HTTP: %s", reason)
        detail = f"This is no request that this server understands: {reason}."
        kind = name.replace(" ", "")
        body = json.dumps(
            {"type": f"/docs#{kind}", "title": kind, "status": status, "detail": detail, "error": detail}
        )
        head = (
            f"HTTP/1.1 {status} {name}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError):  # it may be gone
            client.sendall((head + body).encode())


def _drain(end: socket.socket) -> None:
    """Let a client finish its sentence.

    Closing while it still sends would reset the connection, and a phone that sent too much would see a broken
    line instead of the reason why it was refused.
    """
    deadline = time.monotonic() + _DRAIN_S
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_WR)
        end.settimeout(_PAUSE_S)
        while end.recv(1 << 16) and time.monotonic() < deadline:
            pass
