"""Have workers forked by a process that has loaded their code, and watch workers that are not children."""

import contextlib
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Final

from coralchunk.processes import is_running
from coralchunk.supervisor.child_process import Process, python

#: Elsewhere (macOS) a process that has loaded system libraries must not fork without starting a program.
CAN_FORK: Final = sys.platform.startswith("linux")
_MODULE: Final = "jobs.fork_server"  # its docstring describes the messages
_PADDING: Final = " " * 160  # a worker shows its name in the place of these arguments
_LONGEST_MESSAGE: Final = 256  # bytes
_ANSWER_S: Final = 30.0  # of a server that is ready; a fork takes a few ms, longer on a busy machine


class ForkServer:
    """The process, from its start to its end."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Start it. It is ready a second later."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            arguments = ["-m", _MODULE, str(theirs.fileno()), _PADDING]
            self._process: Final = python(arguments, environment, [theirs.fileno()])
        self.pid = self._process.pid
        self._is_ready = False
        self._is_connected = True
        self._forked: int | None = None  # process id of the worker that was asked for
        self._statuses: Final[dict[int, int]] = {}  # of workers that have ended, by process id

    def poll(self) -> int | None:
        """Return its exit status once it has ended, else None."""
        return self._process.poll()

    def send_signal(self, sig: int, /) -> None:
        """End it, which ends its workers too. It ignores SIGTERM, and ends when it is disconnected."""
        if sig != signal.SIGTERM or not self._is_ready:
            self._process.kill()
        self._disconnect()

    def is_ready(self) -> bool:
        """Tell whether it can fork now."""
        self._read()
        return self._is_ready and self._is_connected

    def fork(self, name: str) -> Process:
        """Start a worker. If this server has just died, returns a process that has ended."""
        self._read()
        with contextlib.suppress(OSError):
            self._control.send(name.encode())
            while self._forked is None and self._receive(_ANSWER_S):
                pass
        pid, self._forked = self._forked, None
        if pid is None:
            self.send_signal(signal.SIGKILL)  # a late answer would be taken for that to the next request
            return _NotForked()
        return _ForkedWorker(pid, self)

    def status_of(self, pid: int) -> int | None:
        """Return the exit status of a worker once it has ended, else None."""
        self._read()
        if pid in self._statuses or self._is_connected:
            return self._statuses.get(pid)
        try:  # in a container, the supervisor adopts the processes of dead parents
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return None if is_running(pid) else 0
        return os.waitstatus_to_exitcode(status) if found else None

    def _read(self) -> None:
        """Read the messages that have arrived."""
        while self._receive(0):
            pass

    def _receive(self, timeout_s: float) -> bool:
        """Read one message. Returns False if none arrives in time."""
        if not self._is_connected or not select.select([self._control], [], [], timeout_s)[0]:
            return False
        try:
            message = self._control.recv(_LONGEST_MESSAGE).decode()
        except ConnectionError:
            message = ""
        match message.split():
            case ["ready"]:
                self._is_ready = True
            case ["forked", pid]:
                self._forked = int(pid)
                self._statuses.pop(self._forked, None)  # of an earlier process with the same id
            case ["ended", pid, status]:
                self._statuses[int(pid)] = int(status)
            case _:
                self._disconnect()
        return self._is_connected

    def _disconnect(self) -> None:
        self._is_connected = False
        self._control.close()


class _ForkedWorker:
    """A worker, whose exit status the fork server reports."""

    def __init__(self, pid: int, server: ForkServer) -> None:
        self.pid = pid
        self._server: Final = server

    def poll(self) -> int | None:
        """Return its exit status once it has ended, else None."""
        return self._server.status_of(self.pid)

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, sig)


class _NotForked:
    """A worker whose fork server died before it could start."""

    pid = 0

    def poll(self) -> int | None:
        """Return the status of a failure."""
        return 1

    def send_signal(self, sig: int, /) -> None:
        """Do nothing."""
