"""Run a coralchunk server for a measurement, on its own port and folder."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.client import Phone, WrongAnswer
from bench.processes import end, tail, wait_for
from coralchunk.config import PREFIX

CORES: Final = len(os.sched_getaffinity(0))
_NO_LIMIT: Final = "1000000/minute"  # counted as always, but all clients here have one address
_START_S: Final = 180.0
_OFTEN_S: Final = 0.01
# -P: another checkout's interpreter must not find this one in the current folder.
_COMMAND: Final = ("-P", "-c", "from coralchunk.cli.main import main; main()", "serve")


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server listens, and which process is the parent of all of it."""

    port: int
    pid: int
    data: Path


@contextmanager
def serving(workers: int = CORES, python: str = sys.executable) -> Iterator[Served]:
    """Start `coralchunk serve` with default settings. Raises RuntimeError with its log if it cannot start.

    python  the interpreter of the checkout to run
    """
    with (
        tempfile.TemporaryDirectory(prefix="coralchunk-bench-") as folder,
        _process(python, Path(folder), workers) as (served, process),
    ):
        phone = Phone(served.port)
        wait_ready(process, phone, "/V1/api/ready", Path(folder) / "log")
        phone.close()
        yield served


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Times the starts of a server that has a data folder."""

    python: str
    data: Path

    @classmethod
    @contextmanager
    def folder(cls, python: str) -> Iterator["Stopwatch"]:
        """Create a data folder for the starts."""
        with tempfile.TemporaryDirectory(prefix="coralchunk-bench-") as folder:
            yield cls(python, Path(folder))

    def start(self) -> tuple[float, float]:
        """Start and stop a server. Returns the seconds to its first answer, and until it is ready."""
        began = time.perf_counter()
        with _process(self.python, self.data, CORES) as (served, process):
            phone = Phone(served.port)
            wait_ready(process, phone, "/V1/api/health", self.data / "log", _OFTEN_S)
            answered = time.perf_counter()
            wait_ready(process, phone, "/V1/api/ready", self.data / "log", _OFTEN_S)
            ready = time.perf_counter()
            phone.close()
        return answered - began, ready - began


@contextmanager
def _process(python: str, folder: Path, workers: int) -> Iterator[tuple[Served, "subprocess.Popen[bytes]"]]:
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATA_DIR": str(folder / "data"),
        "WORKERS": str(workers),
        "LOG_LEVEL": "warning",
        "RATE_LIMIT": _NO_LIMIT,
        "RATE_LIMIT_READS": _NO_LIMIT,
    }
    environment = clean_environment() | {PREFIX + name: value for name, value in settings.items()}
    # gunicorn imports from the current folder first, so that must not be a checkout.
    with started([python, *_COMMAND], environment, folder / "log", folder) as process:
        yield Served(port, process.pid, folder / "data"), process


@contextmanager
def started(
    command: list[str], environment: dict[str, str], log: Path, cwd: Path | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program meanwhile; its output goes to a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd
        )
        try:
            yield process
        finally:
            end(process)


def wait_ready(
    process: "subprocess.Popen[bytes]", phone: Phone, path: str, log: Path, every_s: float = 0.05
) -> None:
    """Return once `path` answers 200."""

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}:\n{tail(log)}")
        try:
            phone.ask("GET", path)
        except (OSError, WrongAnswer):
            phone.close()
            return False
        return True

    wait_for(f"{path} of {process.args!r}", answers, _START_S, every_s)


def free_port() -> int:
    """Return a free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Return our environment without settings of another server, and without paths to our own modules."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - what our programs inherit
        if not name.startswith(PREFIX) and name not in {"REDIS_URL", "PYTHONPATH"}
    }
