"""Start gunicorn, and give it a place to count in."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from coralchunk.config import Settings
from coralchunk.supervisor.child_process import Process, python
from coralchunk.supervisor.runtime_dir import private_runtime_dir
from coralchunk.supervisor.tls.files import TlsFiles

_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, see runtime_dir.py


def start_web(
    settings: Settings, environment: Mapping[str, str], listener: socket.socket, tls: TlsFiles | None = None
) -> Process:
    """Start the web processes on a socket that listens already.

    tls  certificate and key; None to serve HTTP
    """
    command = ["-m", "gunicorn", "--config", "python:coralchunk.supervisor.gunicorn_conf"]
    command += ["--workers", str(settings.web_workers), "--bind", f"fd://{listener.fileno()}"]
    if tls is not None:
        command += ["--certfile", str(tls.certificate), "--keyfile", str(tls.key)]
    return python([*command, "coralchunk.app:from_environment()"], environment, [listener.fileno()])


@contextmanager
def shared_metrics(settings: Settings, role: str) -> Iterator[dict[str, str]]:
    """Create the folder in which processes share their counters. Yields the environment that names it.

    It is in memory if possible (Linux): the processes map these files, and on a full disk writing to one
    would end the process (SIGBUS). Counters start at zero with the processes.
    """
    parent = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    private = private_runtime_dir(parent, settings.data_dir.resolve() / role)
    folder = private / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    finally:
        shutil.rmtree(private, ignore_errors=True)
