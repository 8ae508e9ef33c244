"""Run a coralchunk server for a measurement, on its own port and folder."""

import os
import socket
import subprocess
import sys
import tempfile
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
_START_S: Final = 90.0
_COMMAND: Final = [sys.executable, "-c", "from coralchunk.cli.main import main; main()", "serve"]


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server listens, and which process is the parent of all of it."""

    port: int
    pid: int


@contextmanager
def serving(workers: int = CORES) -> Iterator[Served]:
    """Start `coralchunk serve` with default settings. Raises RuntimeError with its log if it cannot start."""
    with tempfile.TemporaryDirectory(prefix="coralchunk-bench-") as folder:
        port = free_port()
        settings = {
            "PORT": str(port),
            "DATA_DIR": str(Path(folder) / "data"),
            "WORKERS": str(workers),
            "LOG_LEVEL": "warning",
            "RATE_LIMIT": _NO_LIMIT,
            "RATE_LIMIT_READS": _NO_LIMIT,
        }
        environment = clean_environment() | {PREFIX + name: value for name, value in settings.items()}
        with started(_COMMAND, environment, Path(folder) / "log") as process:
            phone = Phone(port)
            wait_ready(process, phone, "/V1/api/ready", Path(folder) / "log")
            phone.close()
            yield Served(port, process.pid)


@contextmanager
def started(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program meanwhile; its output goes to a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            end(process)


def wait_ready(process: "subprocess.Popen[bytes]", phone: Phone, path: str, log: Path) -> None:
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

    wait_for(f"{path} of {process.args!r}", answers, _START_S)


def free_port() -> int:
    """Return a free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Return our environment without settings of another server."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - what our programs inherit
        if not name.startswith(PREFIX) and name != "REDIS_URL"
    }
