"""Wait for other processes with a deadline, and fail with a reason if it passes."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

_Answer = TypeVar("_Answer")
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.15
PATIENCE_S = 120.0  # generous: the machine may be busy with something else


def wait_for(ask: Callable[[], _Answer], what: str, deadline_s: float = PATIENCE_S) -> _Answer:
    """Return the first true answer of `ask`; fail with `what` after the deadline."""
    end = time.monotonic() + deadline_s
    never = Event()
    pause_s = _FIRST_PAUSE_S
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {deadline_s:.0f} s")
        never.wait(pause_s)
        # Asking costs the machine time, which what is waited for needs as well.
        pause_s = min(_LONGEST_PAUSE_S, pause_s * 1.3)
