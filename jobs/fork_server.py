"""Fork workers from one process that has loaded their code: python -m jobs.fork_server SOCKET PADDING.

A forked worker shares the memory of that code with the others, and starts in a tenth of a second. Threads do
not survive a fork, so this process has none: nothing that it imports may start one, as ONNX Runtime does.

The supervisor sends the name of a worker, one a message, and receives "ready" first, then "forked PID" for
each name, and "ended PID STATUS" at the end of each worker. This process ends when the supervisor closes its
end of the socket.
"""

import contextlib
import os
import pkgutil
import selectors
import signal
import socket
import sys
from typing import Final

from coralchunk.processes import PARENT_VARIABLE, UNUSED, be_nice, hidden, preload, rename

_PRELOADED: Final = "jobs.start"
_LONGEST_NAME: Final = 256  # bytes
_ARGUMENTS: Final = ("-P", "-m", "jobs")  # as if the worker had been started alone


class ForkServer:
    """Forks workers, and reports their ends."""

    def __init__(self, control: socket.socket) -> None:
        self._control: Final = control
        self._supervisor: Final = os.getppid()
        self._pids: Final[dict[int, int]] = {}  # of each worker, by a pipe that it leaves open until it ends
        self._selector: Final = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def serve(self) -> str | None:
        """Fork until the supervisor is gone. Returns None then, and in each worker its name."""
        self._tell("ready")
        while True:
            for key, _ in self._selector.select():
                if key.fd != self._control.fileno():
                    self._reap(key.fd)
                    continue
                name = self._control.recv(_LONGEST_NAME).decode()
                if not name:
                    return None
                if not self._fork():
                    return name

    def _fork(self) -> bool:
        """Tell whether this is still the fork server, and not the worker."""
        reading, writing = os.pipe()
        # A signal that arrives before the worker handles signals as a new process does would be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        pid = os.fork()
        if pid == 0:
            self._become_worker(reading)
            return False
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.close(writing)
        self._pids[reading] = pid
        self._selector.register(reading, selectors.EVENT_READ)
        self._tell(f"forked {pid}")
        return True

    def _become_worker(self, reading: int) -> None:
        os.setpgid(0, 0)
        self._selector.close()
        self._control.close()
        for pipe in (reading, *self._pids):
            os.close(pipe)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def _reap(self, pipe: int) -> None:
        pid, status = os.waitpid(self._pids.pop(pipe), 0)
        self._selector.unregister(pipe)
        os.close(pipe)
        self._tell(f"ended {pid} {os.waitstatus_to_exitcode(status)}")

    def _tell(self, message: str) -> None:
        with contextlib.suppress(OSError):  # the supervisor may be gone
            self._control.send(message.encode())
            os.kill(self._supervisor, signal.SIGCHLD)  # it looks at its processes when it receives this


def main(control: socket.socket) -> None:
    """Load the code of workers, and fork them."""
    # systemd tells all processes of a service to stop at once. This one must not end before its workers, or
    # they would be told to stop twice. It ends when the supervisor does, which closes the socket.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    be_nice()
    with hidden(*UNUSED):
        preload(_PRELOADED)
    os.environ[PARENT_VARIABLE] = str(os.getpid())  # noqa: TID251 - for the workers, which end with this process
    name = ForkServer(control).serve()
    if name is not None:
        rename([sys.executable, *_ARGUMENTS, name])
        pkgutil.resolve_name(f"{_PRELOADED}:main")(name)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
