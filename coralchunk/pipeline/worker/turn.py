"""Decide whether a worker continues with the next batch of a photo without returning to the queue."""

import time
from dataclasses import dataclass
from typing import Final, cast

from coralchunk.pipeline.queue.task import Priority
from coralchunk.pipeline.records.keys import QUEUE
from coralchunk.pipeline.stores import Stores

LONGEST_TURN_S: Final = 10.0  # the limits of a task, of its time and its CPU time, allow a minute and more


@dataclass(slots=True)
class Stop:
    """Whether this worker was told to end."""

    is_requested: bool = False


class Turn:
    """The time that a worker spends with one photo."""

    def __init__(self, stores: Stores, stop: Stop, longest_s: float) -> None:
        self._stores: Final = stores
        self._stop: Final = stop
        self._ends_at: Final = time.monotonic() + longest_s

    def may_continue(self) -> bool:
        """Tell whether the next batch may be classified now: no task waits that has high priority."""
        if self._stop.is_requested or time.monotonic() >= self._ends_at:
            return False
        head = cast(bytes | None, self._stores.redis.lindex(QUEUE, 0))
        return head is None or int(head[:1]) > Priority.HIGH
