"""Serve photos on loopback, and everything else that the URL of a photo may lead to."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image
from typing_extensions import override

from tests.reef import encoded, jpeg, reef
from tests.waiting import PATIENCE_S

WIDTH, HEIGHT = 600, 400
LARGE_BYTES = 2_000_001
TURNED = {  # a photo of 600 x 400 stored pixels that a viewer turns, by its orientation
    "turned.jpg": ("JPEG", 6),
    "mirrored.jpg": ("JPEG", 5),
    "turned.png": ("PNG", 8),
    "turned.webp": ("WEBP", 7),
    "turned.tif": ("TIFF", 6),
}


def turned(format_name: str, orientation: int) -> bytes:
    """Encode the reef with an EXIF orientation that its pixels do not follow."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 85}}.get(format_name, {})
    return encoded(reef(WIDTH, HEIGHT), format_name, exif=tags.tobytes(), **lossless)


def half_clear() -> bytes:
    """Encode the reef with nothing in its right half."""
    pixels = np.dstack([reef(WIDTH, HEIGHT), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    pixels[:, WIDTH // 2 :] = 0
    return encoded(pixels, "PNG")


class ImageHost:
    """The host, on a free port, until it is closed."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self._address = address
        self.asked: list[str] = []
        self.held: set[int] = set()  # threads that wait to answer /held.jpg
        self.max_held = 0
        self._may_answer = threading.Event()
        self._server = ThreadingHTTPServer((address, 0), self._handler())
        # Connections that are still open when a test has failed must not keep the tests from ending.
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str) -> str:
        return f"http://{self._address}:{self.port}/{path}"

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold all requests for /held.jpg until the block ends."""
        self._may_answer = threading.Event()
        self.max_held = 0
        try:
            yield
        finally:
            self._may_answer.set()

    def hold(self) -> None:
        self.held.add(threading.get_ident())
        self.max_held = max(self.max_held, len(self.held))
        self._may_answer.wait(PATIENCE_S)
        self.held.discard(threading.get_ident())

    def close(self) -> None:
        self._may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(host: "ImageHost") -> type[BaseHTTPRequestHandler]:  # noqa: C901, N805 - the outer self
        photo = jpeg(WIDTH, HEIGHT)
        bodies = {
            "/reef.jpg": photo,
            "/held.jpg": photo,
            "/two.png": encoded(reef(300, 250, 2), "PNG"),
            "/small.jpg": jpeg(100, 80),
            "/page.html": b"<!doctype html><p>no photo",
            **{f"/{name}": turned(*told) for name, told in TURNED.items()},
            "/half.png": half_clear(),
            "/large.jpg": photo + b"\0" * LARGE_BYTES,
        }

        elsewhere = {
            "/moved.jpg": "/reef.jpg",
            "/loop.jpg": "/loop.jpg",
            "/to-metadata.jpg": "http://169.254.169.254/latest/meta-data/",
            "/to-file.jpg": "file:///etc/passwd",
        }

        class Handler(BaseHTTPRequestHandler):
            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                host.asked.append(self.path)
                path = self.path.partition("?")[0]
                if path == "/held.jpg":
                    host.hold()
                if path in elsewhere:
                    self._answer(302, b"", Location=elsewhere[path])
                elif path == "/bomb.jpg":
                    bomb = gzip.compress(b"\0" * 5_000_000)
                    self._answer(200, bomb, **{"Content-Encoding": "gzip"})
                elif path == "/endless.jpg":
                    self._endless()
                elif path == "/dripping.jpg":
                    self._drip()
                elif path in bodies:
                    self._answer(200, bodies[path])
                else:
                    self._answer(404, b"")

            def _answer(self, status: int, body: bytes, **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self._write(body)

            def _endless(self) -> None:
                self.send_response(200)
                self.end_headers()
                while self._write(b"\xff\xd8" * 50_000):
                    pass

            def _drip(self) -> None:
                self.send_response(200)
                self.flush_headers()
                while self._write(b"X-Drop: 1\r\n"):
                    threading.Event().wait(0.05)

            def _write(self, body: bytes) -> bool:
                try:
                    self.wfile.write(body)
                except OSError:  # the client has closed the connection
                    return False
                return True

        return Handler
