"""Store share links of jobs in Redis."""

from typing import Final, cast

from redis import Redis

from coralchunk.errors import UnknownJob
from coralchunk.pipeline.records import keys, scripts
from coralchunk.pipeline.records.job import Job


class Shares:
    """Which job is shared under which id."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self._share: Final = redis.register_script(scripts.SHARE)

    def add(self, job: Job, share_id: str) -> str:
        """Share a job under an id, or under the one that it has. Returns that. Raises UnknownJob."""
        names = [keys.job(job.id), keys.share(share_id)]
        taken = cast(bytes | None, self._share(names, [job.id, share_id, job.expires_at]))
        if taken is None:
            raise UnknownJob(job.id)
        return taken.decode()

    def job_id(self, share_id: str) -> int | None:
        """Return the job that is shared under an id; it may be gone."""
        job_id = self._redis.get(keys.share(share_id))
        return None if job_id is None else int(job_id)
