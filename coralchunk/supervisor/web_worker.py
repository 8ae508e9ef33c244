"""Adapt gunicorn's gevent worker: JSON errors for requests that are not HTTP, and a graceful shutdown."""

import contextlib
import json
import os
import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import gevent
from gevent import monkey
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.http.unreader import SocketUnreader
from gunicorn.sock import ssl_context
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker
from typing_extensions import override

_SILENCE_S: Final = 120  # a phone under water may lose its net for a while
_DRAIN_S: Final = 5.0
_PAUSE_S: Final = 0.5  # a client that still sends does not pause so long; one that idles shall not hold up
_SIGN_OF_LIFE_S: Final = 1.0
_LAST_REQUEST_S: Final = 0.2  # for a request that is on its way when the server stops
_STOPPING_S: Final = 0.05  # between looks for requests under way
_STATUS: Final[dict[type[Exception], tuple[int, str]]] = {
    LimitRequestLine: (414, "URI Too Long"),
    LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    ExpectationFailed: (417, "Expectation Failed"),
}
_LONGEST_REASON: Final = 200  # characters; it quotes what the client sent

# The form parser takes 64 KiB at a time, and gunicorn copies all that it has received beyond that at each
# step: with its own 1 MiB, an upload of 5 MB took 9 ms longer (measured: 33 ms instead of 24).
SocketUnreader.max_body_chunk = 1 << 16  # type: ignore[attr-defined] # newer than its types


_fsync: Final = os.fsync


def wait_for_disk(descriptor: int) -> None:
    """Write a file to the disk in another thread: a slow disk would hold up all other requests."""
    gevent.get_hub().threadpool.apply(_fsync, (descriptor,))


class WebWorker(GeventWorker):
    """Serves many slow clients in one process, and stops as soon as the last one has its answer.

    gunicorn's own would look once a second, and wait until idle connections have timed out.
    """

    @override
    def init_process(self) -> None:
        self._stopping = Event()
        self._waits: dict[gevent.Timeout, Any] = {}  # for the next request of a client
        os.fsync = wait_for_disk  # type: ignore[assignment] # here it is called with numbers only
        super().init_process()

    @override
    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        self._stopping.set()

    @override
    def run(self) -> None:
        servers = [self._listen(each) for each in self.sockets]
        while self.alive:
            self.notify()
            self._stopping.wait(_SIGN_OF_LIFE_S)
        for server in servers:
            server.close()
        began = time.monotonic()
        while any(server.pool for server in servers):
            stopping_s = time.monotonic() - began
            if stopping_s > _LAST_REQUEST_S:
                gevent.get_hub().loop.run_callback(self._end_waits)
            if stopping_s > self.cfg.graceful_timeout:
                self.log.warning("stopped, although requests are under way (pid %s)", self.pid)
                break
            self.notify()
            gevent.sleep(_STOPPING_S)

    def _listen(self, listener: socket.socket) -> StreamServer:
        listener.setblocking(True)  # noqa: FBT003 - the library's signature
        tls: dict[str, Any] = {"ssl_context": ssl_context(self.cfg)} if self.cfg.is_ssl else {}
        pool = Pool(self.worker_connections)
        server: StreamServer = StreamServer(listener, partial(self.handle, listener), spawn=pool, **tls)
        if self.cfg.workers > 1:
            server.max_accept = 1  # the other processes take the next connections
        server.start()
        return server

    @override
    @contextlib.contextmanager
    def timeout_ctx(self) -> Iterator[None]:  # type: ignore[override] # untyped in gunicorn
        with gevent.Timeout(self.cfg.keepalive, False) as wait:  # type: ignore[arg-type] # noqa: FBT003 - silent
            self._waits[wait] = gevent.getcurrent()
            try:
                yield
            finally:
                del self._waits[wait]

    def _end_waits(self) -> None:
        """Close connections that wait for a request. Runs between greenlets, so all of these still wait."""
        for wait, greenlet in list(self._waits.items()):
            if wait in self._waits:  # a greenlet that ended before may have closed others
                greenlet.throw(wait)

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
