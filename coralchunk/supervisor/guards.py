"""What a server holds while it runs: the data folder, the port, and the ear for signals."""

import fcntl
import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors import AlreadyServing, BadSetting

_PORT_PATIENCE_S: Final = 10.0  # for the processes of a crashed server to let go of the port


class Ended:
    """Wakes the watcher when a child dies or the server is told to end."""

    def __init__(self, wakeups: socket.socket) -> None:
        self._wakeups: Final = wakeups
        self._selector: Final = selectors.DefaultSelector()
        self._selector.register(wakeups, selectors.EVENT_READ)
        self.is_told = False

    def tell(self, *_signal: object) -> None:
        """Note that the server shall end."""
        self.is_told = True

    def wait(self, timeout_s: float) -> None:
        """Return at the next signal, or after `timeout_s`."""
        if self._selector.select(timeout_s):
            self._wakeups.recv(4096)


@contextmanager
def signals() -> Iterator[Ended]:
    """Listen to SIGINT, SIGTERM and SIGCHLD instead of obeying them."""
    receiving, sending = socket.socketpair()
    receiving.setblocking(False)  # noqa: FBT003 - the library's signature
    sending.setblocking(False)  # noqa: FBT003 - likewise
    ended = Ended(receiving)
    signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
    # SIGCHLD needs a handler of its own, however empty, for Python to write to the wake-up socket.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, ended.tell),
        signal.SIGTERM: signal.signal(signal.SIGTERM, ended.tell),
        signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None),
    }
    try:
        yield ended
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        receiving.close()
        sending.close()


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Be the only server of a data folder. Raises AlreadyServing."""
    with (data_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyServing(str(data_dir), lock.read().strip()) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """Own the listening socket: while web processes restart, clients wait instead of being refused.

    Raises BadSetting if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deadline = time.monotonic() + _PORT_PATIENCE_S
        while True:
            try:
                listener.bind((settings.host, settings.port))
                break
            except OSError as taken:
                if time.monotonic() > deadline:
                    raise BadSetting(
                        VARIABLES["port"], str(settings.port), f"cannot listen on {settings.host}: {taken}"
                    ) from taken
                threading.Event().wait(0.1)
        listener.listen(1024)
        yield listener
