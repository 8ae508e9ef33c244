"""Serve /metrics and /health of a process that is no web server, for Prometheus and for probes."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any, Final, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from typing_extensions import override

from coralchunk.errors.setup import BadSetup

StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], Any]
_JSON: Final = "application/json"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Log no request: probes come every few seconds."""


@contextmanager
def probed(host: str, port: int | None, is_healthy: Callable[[], bool]) -> Iterator[None]:
    """Answer /metrics and /health during the block; nothing happens without a port.

    is_healthy  asked by /health, which answers 503 if it says no

    Raises BadSetup where the port is taken.
    """
    if port is None:
        yield
        return

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest(REGISTRY)
            case "/health" if is_healthy():
                status, kind, body = "200 OK", _JSON, _status("success")
            case "/health":
                status, kind, body = "503 Service Unavailable", _JSON, _status("unhealthy")
            case _:
                status, kind, body = "404 Not Found", _JSON, _status("there are /metrics and /health")
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    try:
        server = make_server(host, port, app, _Server, _Quiet)
    except OSError as taken:
        raise BadSetup(
            f"CORALCHUNK_METRICS_PORT: {host}:{port} cannot be used: {taken.strerror}."
            " Each process of a machine needs its own port."
        ) from taken
    thread = Thread(target=server.serve_forever, args=(0.2,), name="probes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _status(what: str) -> bytes:
    return json.dumps({"status": what}).encode()
