"""Open the listening socket that web processes inherit."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors.setup import BadSetting

_PORT_TIMEOUT_S: Final = 10.0  # for the processes of a crashed server to release the port


@contextmanager
def listening_socket(settings: Settings) -> Iterator[socket.socket]:
    """Own the listening socket: while web processes restart, clients wait instead of being refused.

    Raises BadSetting if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
        yield listener
