"""Open the listening socket that web processes inherit."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors.setup import BadSetting

_PORT_TIMEOUT_S: Final = 10.0  # for the processes of a crashed server to release the port
_log: Final = structlog.get_logger()


@contextmanager
def listening_socket(settings: Settings) -> Iterator[socket.socket]:
    """Own the listening socket: while web processes restart, clients wait instead of being refused.

    Raises BadSetting if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it. gunicorn sets it too, but later than the first clients connect: the
        # body of each short answer to them waited 40 ms for the delayed acknowledgement of its header.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        deadline = time.monotonic() + _PORT_TIMEOUT_S
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
        warn_if_open_to_the_network(settings)
        yield listener


def warn_if_open_to_the_network(settings: Settings) -> None:
    """Log a warning if the API can be reached from other machines and requires no token."""
    if settings.v1_require_token or _is_loopback(settings.host):
        return
    _log.warning(
        "open to the network",
        host=settings.host,
        detail="everybody who reaches this address can send photos and read results without a token;"
        f" set {VARIABLES['v1_require_token']}=1, or {VARIABLES['host']}=127.0.0.1",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
