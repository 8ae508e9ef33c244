"""Keep counters in Redis that one process writes and another reports."""

from typing import Final, cast

from redis import Redis

from coralchunk.pipeline.records import keys


class Counters:
    """Values that the supervisor writes and /metrics reports."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis

    def count_restart(self, process: str) -> None:
        """Count a process that died and is started again."""
        self._redis.hincrby(keys.RESTARTS, process, 1)

    def restarts(self) -> dict[str, int]:
        """Return how often each process had to be started again."""
        counts = cast(dict[bytes, bytes], self._redis.hgetall(keys.RESTARTS))
        return {name.decode(): int(count) for name, count in counts.items()}

    def set_stored_bytes(self, count: int) -> None:
        """Keep how much uploads and answers take, until it is counted again."""
        self._redis.set(keys.STORED, count)

    def stored_bytes(self) -> int:
        """Return how much uploads and answers took when last counted."""
        return int(self._redis.get(keys.STORED) or 0)
