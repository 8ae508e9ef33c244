"""Measure the model's share of the server's CPU time in several windows of a load.

Workers count the CPU time of their thread inside ONNX Runtime (two readings of a clock a chunk); the whole is
that of all the server's processes, Redis and the web included.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.client import Phone, WrongAnswer
from bench.processes import cpu_s
from bench.server import Served

_WINDOWS: Final = 5
_MODEL_S: Final = re.compile(rb"^coralchunk_model_seconds_total (\S+)", re.MULTILINE)


@contextmanager
def model_shares(served: Served, settle_s: float, load_s: float) -> Iterator[list[float]]:
    """Watch a load meanwhile: yields a list that has the shares, in percent, when it is over."""
    shares: list[float] = []
    over = threading.Event()

    def watch() -> None:
        phone = Phone(served.port)
        over.wait(settle_s)
        before = _spent(phone, served.pid)
        for _ in range(_WINDOWS):
            if over.wait(load_s / _WINDOWS):
                break
            now = _spent(phone, served.pid)
            shares.append(100 * (now[0] - before[0]) / (now[1] - before[1]))
            before = now
        phone.close()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield shares
    finally:
        over.set()
        watching.join()


def _spent(phone: Phone, pid: int) -> tuple[float, float]:
    """Return the CPU time inside the model so far, and that of all the server's processes, s."""
    return model_s(phone), cpu_s(pid)


def model_s(phone: Phone) -> float:
    """Return the CPU time of a server inside the model so far, s."""
    found = _MODEL_S.search(phone.ask("GET", "/metrics"))
    if found is None:
        raise WrongAnswer("/metrics does not tell the CPU time inside the model")
    return float(found[1])
