"""Tell where the private Redis of a data folder listens, without loading a client of Redis."""

import os
import tempfile
from pathlib import Path
from typing import Final

from coralchunk.supervisor.runtime_dir import private_runtime_dir

_LONGEST_SOCKET_PATH: Final = 100  # bytes; the kernel's limit is 108 (unix(7)), 104 on macOS


def redis_folder(data_dir: Path) -> Path:
    """Return the folder of the Redis of a data folder, which only this user can enter; creates it."""
    folder = (data_dir / "redis").resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def redis_socket(data_dir: Path) -> Path:
    """Return the Unix socket on which the Redis of a data folder listens."""
    folder = redis_folder(data_dir)
    plain = folder / "redis.sock"
    if len(os.fsencode(plain)) <= _LONGEST_SOCKET_PATH:
        return plain
    # A deep data folder: the socket goes to a short private one that is found again by the folder's name.
    return private_runtime_dir(Path(tempfile.gettempdir()), folder) / "redis.sock"


def redis_url(data_dir: Path) -> str:
    """Return the URL of the Redis of a data folder, as REDIS_URL names it."""
    return f"unix://{redis_socket(data_dir)}"
