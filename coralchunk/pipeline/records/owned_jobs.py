"""List the jobs of each owner in Redis, by their creation time."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, cast

from redis import Redis
from redis.client import Pipeline

from coralchunk.pipeline.records.job import Job

_BLOCK: Final = 100
_SPARE_S: Final = 60

#: When a job was created (Unix seconds), and its id as text; lists are in descending order of both.
Place = tuple[float, str]


class OwnedJobs:
    """Sorted sets of job ids: one for each owner, and one for each batch of an owner.

    A list may name deleted jobs; readers remove them.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis

    def add(self, job: Job, pipeline: Pipeline) -> None:
        """Add a new job to the lists of its owner, if it has one, as part of a transaction."""
        if not job.owner:
            return
        for key in {_key(job.owner, ""), _key(job.owner, job.batch_name)}:
            pipeline.zremrangebyscore(
                key, "-inf", job.created_at - (job.expires_at - job.created_at) - _SPARE_S
            )
            pipeline.zadd(key, {str(job.id): job.created_at})
            pipeline.expireat(key, int(job.expires_at) + _SPARE_S)

    def newest(self, owner: str, batch_name: str, before: Place | None) -> Iterator[Place]:
        """Yield the jobs of an owner, newest first.

        batch_name  only of this batch; empty for all
        before      only what comes after this one in the list
        """
        start, latest = 0, "+inf" if before is None else before[0]
        while True:
            found = self._redis.zrevrangebyscore(
                _key(owner, batch_name), latest, "-inf", start=start, num=_BLOCK, withscores=True
            )
            block = [(created, job_id.decode()) for job_id, created in cast(list[tuple[bytes, float]], found)]
            yield from (place for place in block if before is None or place < before)
            if len(block) < _BLOCK:
                return
            start += _BLOCK

    def drop(self, owner: str, batch_name: str, gone: Iterable[Place]) -> None:
        """Take jobs that are gone off a list."""
        for _, job_id in gone:
            self._redis.zrem(_key(owner, batch_name), job_id)


def _key(owner: str, batch_name: str) -> str:
    # Hashed, as clients may put anything into it.
    batch = f":{hashlib.sha256(batch_name.encode()).hexdigest()}" if batch_name else ""
    return f"coralchunk:owned:{owner}{batch}"
