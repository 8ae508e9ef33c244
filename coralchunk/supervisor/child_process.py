"""Run a command as a child process that is restarted when it dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import structlog

from coralchunk.errors.setup import BadSetup
from coralchunk.processes import is_running

STOP_TIMEOUT_S: Final = 20.0  # for requests and batches under way when the server stops
_SOON_S: Final = 2.0  # a child that dies younger than this waits before it is started again
_LONGEST_WAIT_S: Final = 2.0
# glibc returns freed memory to the kernel at once, which clears each page again for the next photo or answer:
# 15 ms of CPU time instead of 6 for an answer with its picture, a tenth of a worker's time outside the model.
_KEPT_BYTES: Final = 32 * 2**20
# Threads of one process rarely allocate at the same time; further arenas would only hold more freed memory.
# NumPy's library would start a thread for each further core, which nothing here uses. OpenCV would share its
# steps of a millisecond with such threads; their waiting costs more than they gain while all cores are busy.
# Pydantic would search all installed packages for plugins.
TUNING: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(_KEPT_BYTES),
    "MALLOC_TRIM_THRESHOLD_": str(_KEPT_BYTES),
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
_log: Final = structlog.get_logger()


class Process(Protocol):
    """What is needed of a process to watch it."""

    pid: int

    def poll(self) -> int | None:
        """Return its exit status once it has ended, else None; reaps it."""

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal."""


class Adopted:
    """A process that another process started, watched by its id, because waitpid works only for parents."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return 0 once the process is gone, else None."""
        return None if is_running(self.pid) else 0

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal."""
        os.kill(self.pid, sig)


class Child:
    """One process of the server, through all its restarts."""

    def __init__(self, name: str, start: Callable[[], Process]) -> None:
        self.name: Final = name
        self._start: Final = start
        self._process: Process | None = None
        self._started_at = 0.0
        self._start_after = 0.0
        self._early_deaths = 0
        self._has_run = False

    def start(self) -> None:
        """Start the process, unless it runs or died so often that it has to wait a little.

        Raises BadSetup if it cannot be started the first time; later that is tried again and again.
        """
        if self._process is not None or time.monotonic() < self._start_after:
            return
        self._started_at = time.monotonic()
        try:
            self._process = self._start()
        except BadSetup as failure:
            if not self._has_run:
                raise
            _log.error("cannot be started again", process=self.name, reason=str(failure))
            self._start_after = time.monotonic() + _LONGEST_WAIT_S
            return
        self._has_run = True
        _log.info("started", process=self.name, pid=self._process.pid)

    def has_died(self) -> bool:
        """Reap the process. Returns True once for each death."""
        if self._process is None:
            return False
        status = self._process.poll()
        if status is None:
            return False
        now = time.monotonic()
        is_early = now - self._started_at < _SOON_S
        self._early_deaths = self._early_deaths + 1 if is_early else 0
        # The first restart is immediate; one that dies again and again must not take the machine with it.
        wait_s = min(_LONGEST_WAIT_S, 0.1 * 2**self._early_deaths) if self._early_deaths > 1 else 0.0
        self._start_after = now + wait_s
        _log.warning("ended", process=self.name, pid=self._process.pid, status=status, restart_in_s=wait_s)
        self._process = None
        return True

    def stop(self, sig: int = signal.SIGTERM) -> None:
        """Ask the process to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(sig)

    def is_running(self) -> bool:
        """Tell whether the process runs now."""
        return self._process is not None and self._process.poll() is None


def stop_all(children: Sequence[Child], timeout_s: float) -> None:
    """End processes: ask, wait, then insist."""
    deadline = time.monotonic() + timeout_s
    for child in children:
        child.stop()
    while any(child.is_running() for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)  # noqa: TID251 - several processes at once, for a moment
    for child in children:
        if child.is_running():
            _log.warning("killed: it did not end in time", process=child.name, timeout_s=timeout_s)
            child.stop(signal.SIGKILL)
    while any(child.is_running() for child in children):
        time.sleep(0.02)  # noqa: TID251 - as above


def python(
    arguments: Sequence[str], environment: Mapping[str, str], fds: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    """Start a Python process of this installation, in its own process group.

    Ctrl-C on the terminal then reaches only the supervisor, which ends the others in order. A new session
    would do so too, but Linux divides the CPU by session first (sched(7), autogroup), so that the niceness of
    a worker would not make it yield to web processes. -P prevents modules in the current folder from hiding
    installed ones. An operator's own settings of libraries are left.
    """
    return subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-P", *arguments], env=TUNING | dict(environment), pass_fds=fds, process_group=0
    )
