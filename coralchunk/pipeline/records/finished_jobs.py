"""List in Redis which jobs have ended since their owners were told, and which batches may be finished.

CLOSE in scripts.py adds a job to the list in the same step in which the job ends, so none is missed.
"""

import json
from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from coralchunk.pipeline.records import keys


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A job that has ended."""

    job_id: int
    ended: str  # Unix seconds

    @property
    def entry(self) -> str:
        """The entry in the list."""
        return f"{self.job_id} {self.ended}"


class FinishedJobs:
    """Entries stay until they are removed, so that nothing is lost with the process that reads them."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis

    def waiting(self, most: int) -> list[FinishedJob]:
        """Return the jobs that ended first."""
        entries = cast(list[bytes], self._redis.lrange(keys.FINISHED, 0, most - 1))
        pairs = [entry.decode().split(" ") for entry in entries]
        return [FinishedJob(int(job_id), ended) for job_id, ended in pairs]

    def remove(self, job: FinishedJob) -> None:
        """Take a job off the list."""
        self._redis.lrem(keys.FINISHED, 1, job.entry)

    def look_at_batch(self, owner: str, batch_name: str, at: float) -> None:
        """Note that a batch may be finished, and is to be looked at from then on (Unix seconds)."""
        self._redis.zadd(keys.FINISHED_BATCHES, {json.dumps([owner, batch_name]): at})

    def batches(self, now: float) -> list[tuple[str, str]]:
        """Return owner and name of the batches that are to be looked at now."""
        entries = cast(list[bytes], self._redis.zrangebyscore(keys.FINISHED_BATCHES, "-inf", now))
        return [(owner, name) for owner, name in map(json.loads, entries)]

    def forget_batch(self, owner: str, batch_name: str) -> None:
        """Look at a batch no more, until one of its photos ends."""
        self._redis.zrem(keys.FINISHED_BATCHES, json.dumps([owner, batch_name]))
