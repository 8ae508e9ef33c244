"""Turn signals into wake-ups of the supervisor's loop."""

import selectors
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class ShutdownSignal:
    """Wake the monitor when a child dies or the server is told to stop."""

    def __init__(self, wakeups: socket.socket) -> None:
        self._wakeups: Final = wakeups
        self._selector: Final = selectors.DefaultSelector()
        self._selector.register(wakeups, selectors.EVENT_READ)
        self.is_received = False

    def receive(self, *_signal: object) -> None:
        """Note that the server shall end."""
        self.is_received = True

    def wait(self, timeout_s: float) -> None:
        """Return at the next signal, or after `timeout_s`."""
        if self._selector.select(timeout_s):
            self._wakeups.recv(4096)


@contextmanager
def signals() -> Iterator[ShutdownSignal]:
    """Listen to SIGINT, SIGTERM and SIGCHLD instead of obeying them."""
    receiving, sending = socket.socketpair()
    receiving.setblocking(False)  # noqa: FBT003 - the library's signature
    sending.setblocking(False)  # noqa: FBT003 - likewise
    shutdown = ShutdownSignal(receiving)
    signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
    # SIGCHLD needs a handler, even an empty one, for Python to write to the wake-up socket.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, shutdown.receive),
        signal.SIGTERM: signal.signal(signal.SIGTERM, shutdown.receive),
        signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None),
    }
    try:
        yield shutdown
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        receiving.close()
        sending.close()
