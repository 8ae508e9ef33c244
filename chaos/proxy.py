"""A TCP proxy on loopback that can be cut: what stands behind it is then out of reach, but alive."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class Proxy:
    """Passes bytes on to a port, unless it is cut."""

    def __init__(self, target_port: int) -> None:
        self._target_port: Final = target_port
        self._listener: Final = socket.create_server(("127.0.0.1", 0))
        self.port: Final[int] = self._listener.getsockname()[1]
        self._joined: Final = threading.Event()
        self._joined.set()
        self._lock: Final = threading.Lock()
        self._open: Final[list[socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Break every connection, and let new ones hang without an answer."""
        self._joined.clear()
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self._open.clear()
        try:
            yield
        finally:
            self._joined.set()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._joined.wait()
        try:
            behind = socket.create_connection(("127.0.0.1", self._target_port))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open.extend((client, behind))
        threading.Thread(target=_pass_on, args=(behind, client), daemon=True).start()
        _pass_on(client, behind)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(1 << 16):
            target.sendall(content)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
