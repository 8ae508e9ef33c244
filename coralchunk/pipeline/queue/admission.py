"""Decide whether one more photo may be queued, from how much is waiting."""

import math
from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from coralchunk.errors import QueueFull, Stopping
from coralchunk.pipeline.records import keys, scripts

_HIGH_PRIORITY_HORIZON: Final = 256  # tasks examined at the head of the queue
_COUNTER_TRUSTED_S: Final = 300  # then it is counted again, so that drift cannot last
_NO_RATE_YET_S: Final = 60  # advice when nothing has been classified lately
_LONGEST_ADVICE_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Load:
    """How much work is waiting."""

    missing_chunks: int  # of all open jobs
    tasks: int  # queued
    high_priority: int  # of these, those of small photos
    is_stopping: bool  # whether the server takes no new photos
    workers: int  # that have registered, on all machines


class Admission:
    """Count the waiting work, and refuse new work when there is too much or the server stops."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self._load: Final = redis.register_script(scripts.LOAD)

    def load(self) -> Load:
        """Tell how much work is waiting."""
        names = [keys.OPEN, keys.QUEUE, keys.DRAINING, keys.MISSING, keys.WORKERS]
        missing, tasks, high_priority, is_stopping, workers = self._load(
            names, [_HIGH_PRIORITY_HORIZON, _COUNTER_TRUSTED_S]
        )
        return Load(missing, tasks, high_priority, bool(is_stopping), workers)

    def admit(self, chunks: int, max_chunks: int, now: float) -> Load:
        """Admit a photo with this many chunks. Raises Stopping, or QueueFull with the time to wait.

        An empty queue accepts any photo, however large it is.

        now  Unix seconds
        """
        load = self.load()
        if load.is_stopping:
            raise Stopping
        excess = load.missing_chunks + chunks - max_chunks
        if load.missing_chunks and excess > 0:
            raise QueueFull(load.missing_chunks, max_chunks, self._seconds_for(excess, now))
        return load

    def chunks_per_s(self, now: float) -> float:
        """Return the chunks classified per second in the last 10 to 20 s. `now` in Unix seconds."""
        slices = cast(
            list[bytes | None], self._redis.mget([keys.classified(now - keys.SLICE_S), keys.classified(now)])
        )
        return sum(int(count or 0) for count in slices) / (keys.SLICE_S + now % keys.SLICE_S)

    def close(self, seconds: int) -> None:
        """Refuse new photos for so long, or until `open`."""
        self._redis.set(keys.DRAINING, 1, ex=seconds)

    def open(self) -> None:
        """Take new photos again."""
        self._redis.delete(keys.DRAINING)

    def is_closed(self) -> bool:
        """Tell whether new photos are refused because the server is about to stop."""
        return bool(self._redis.exists(keys.DRAINING))

    def _seconds_for(self, chunks: int, now: float) -> int:
        rate = self.chunks_per_s(now)
        return min(_LONGEST_ADVICE_S, math.ceil(chunks / rate)) if rate > 0 else _NO_RATE_YET_S


def open_again(redis_url: str) -> None:
    """Take new photos: a server that was stopped before refuses them for a while."""
    with Redis.from_url(redis_url) as redis:
        Admission(redis).open()
