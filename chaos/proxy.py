"""Run a TCP proxy on loopback that can be cut, so that the server behind it is unreachable but alive."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
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
        self._threads: Final[list[threading.Thread]] = []
        self._begin(self._accept)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Break every connection, and let new ones hang without an answer."""
        self._joined.clear()
        self._break_all()
        try:
            yield
        finally:
            self._joined.set()

    def close(self) -> None:
        """End every connection, and accept no more."""
        self._joined.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._break_all()
        for thread in list(self._threads):
            thread.join(10)
        self._listener.close()

    def _begin(self, work: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _break_all(self) -> None:
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._begin(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        self._joined.wait()
        try:
            behind = socket.create_connection(("127.0.0.1", self._target_port))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open.extend((client, behind))
        back = self._begin(_pass_on, behind, client)
        _pass_on(client, behind)
        back.join()
        with self._lock:  # what is closed must not be shut down
            for end in (client, behind):
                if end in self._open:
                    self._open.remove(end)
                end.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(1 << 16):
            target.sendall(content)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
