"""Lock a data folder, so that only one server uses it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coralchunk.errors.setup import AlreadyServing


@contextmanager
def hold_instance_lock(data_dir: Path) -> Iterator[None]:
    """Be the only server of a data folder. Raises AlreadyServing."""
    with (data_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyServing(str(data_dir), lock.read().strip()) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
