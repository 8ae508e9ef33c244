"""Serve photos at a fixed loopback address, which recorded deploy jobs name."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from typing_extensions import override

from tests.waiting import PATIENCE_S, wait_for

# Recorded jobs contain this address, so the port cannot be chosen for each run. It is below the range of
# outgoing connections, on a loopback address that other programs are unlikely to use.
ADDRESS = "127.83.17.4"
PORT = 8247


class PhotoHost:
    """A web server for the photos of a folder.

    held  names of photos that are never sent; their requests wait until `close`
    """

    def __init__(self, folder: Path, held: frozenset[str] = frozenset()) -> None:
        self.waiting: set[str] = set()  # names of held photos that were requested
        self._may_answer = threading.Event()
        self._folder, self._held = folder, held
        self._server = wait_for(self._listening, f"port {PORT} of {ADDRESS} being free")
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        """End waiting requests and stop listening."""
        self._may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _listening(self) -> ThreadingHTTPServer | None:
        try:
            server = ThreadingHTTPServer((ADDRESS, PORT), self._handler())
        except OSError:  # another run of the tests listens there
            return None
        server.daemon_threads, server.block_on_close = True, False
        return server

    def _handler(host: "PhotoHost") -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the outer self
        class Handler(BaseHTTPRequestHandler):
            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                name = Path(self.path).name
                photo = host._folder / name
                if name in host._held:
                    host.waiting.add(name)
                    host._may_answer.wait(PATIENCE_S)
                    return
                body = photo.read_bytes() if photo.is_file() else b""
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


@contextmanager
def serving(folder: Path, held: frozenset[str] = frozenset()) -> Iterator[PhotoHost]:
    """Serve the photos of a folder until the block ends."""
    host = PhotoHost(folder, held)
    try:
        yield host
    finally:
        host.close()


def url(name: str) -> str:
    """Return the address of a photo."""
    return f"http://{ADDRESS}:{PORT}/{name}"
