"""Store and update job records in Redis; scripts.py says which script changes what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from coralchunk import tracing
from coralchunk.errors import QueueDown, UnknownJob
from coralchunk.pipeline.records import keys, scripts
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.records.parse_job import parse_job
from coralchunk.pipeline.records.step import Position, Step
from coralchunk.terms import Size

_REMEMBER_DELETED_S: Final = 3600


@contextmanager
def reachable() -> Iterator[None]:
    """Turn a Redis that does not answer into QueueDown, for callers who can tell a user so."""
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError) as lost:
        raise QueueDown from lost
    except ResponseError as refused:
        # It cannot write its file, is full, or is a replica now.
        if any(word in str(refused) for word in ("MISCONF", "OOM", "READONLY")):
            raise QueueDown from refused
        raise


class JobRecords:
    """The jobs that this server knows."""

    def __init__(self, redis: Redis, *, lists_finished: bool = False) -> None:
        """Keep records in Redis. `lists_finished`: FinishedJobs lists the jobs that end."""
        self._redis: Final = redis
        self._finished: Final = [keys.FINISHED] if lists_finished else []
        self._begin: Final = redis.register_script(scripts.BEGIN)
        self._refund_attempt: Final = redis.register_script(scripts.REFUND_ATTEMPT)
        self._progress: Final = redis.register_script(scripts.PROGRESS)
        self._close: Final = redis.register_script(scripts.CLOSE)
        self._outcomes: Final = redis.register_script(scripts.OUTCOMES)
        self._delete: Final = redis.register_script(scripts.DELETE)

    def keyed(self, key: str) -> tuple[list[int], str] | None:
        """Return the jobs that an Idempotency-Key has made, and the sha256 of their upload."""
        kept = self._redis.get(keys.idempotency(key))
        return None if kept is None else kept_jobs(cast(bytes, kept))

    def create(
        self,
        job: Job,
        pipeline: Pipeline,
        keyed: tuple[str, str] | None = None,
        max_open: int = 0,
        together: Sequence[int] = (),
    ) -> None:
        """Add a new job, as part of a transaction; nothing changes if its id is known or was deleted.

        keyed      an Idempotency-Key and the sha256 of the upload; nothing changes if another job has used
                   the key first, and the answer of the transaction then is what `keyed` reads
        max_open  jobs of this kind that its owner may have open; nothing changes if there are that many, and
                   the answer of the transaction then is minus their number; 0 for any number
        together  ids of all jobs of the request, if it made several; this one is added if the first one was
        """
        fields = {
            "width": job.size.width,
            "height": job.size.height,
            "total": job.total_chunks,
            "batch": job.batch_chunks,
            "streams": job.streams,
            "threads": job.threads,
            "high_priority": int(job.is_high_priority),
            "request": job.request_id,
            "batch_name": job.batch_name,
            "model": job.model,
        }
        if trace := tracing.current():
            fields["trace"] = trace
        names, keep = [keys.job(job.id), keys.OPEN, keys.KEPT], ""
        if keyed is not None:
            names.append(keys.idempotency(keyed[0]))
            keep = f"{','.join(map(str, together or [job.id]))}:{keyed[1]}"
        first = together[0] if together and together[0] != job.id else ""
        counted = [job.owner, job.kind.value, max_open, first]
        arguments = [job.id, job.created_at, job.expires_at, keep, *counted, *_flat(fields)]
        _add(pipeline, scripts.CREATE, names, arguments)

    def get(self, job_id: int) -> Job:
        """Return a job as it is now. Raises UnknownJob."""
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hgetall(keys.job(job_id))
            pipeline.hlen(keys.results(job_id))
            fields, completed = pipeline.execute()
        if not fields or fields[b"state"] == b"deleted":
            raise UnknownJob(job_id)
        return parse_job(job_id, fields, completed)

    def exists(self, job_id: int) -> bool:
        """Tell whether a job exists and was not deleted."""
        return self._redis.hget(keys.job(job_id), "state") not in {None, b"deleted"}

    def was_deleted(self, job_id: int) -> bool:
        """Tell whether a job was deleted within the last hour."""
        return bool(self._redis.hget(keys.job(job_id), "state") == b"deleted")

    def begin(self, job_id: int, task_batch: int, max_attempts: int) -> tuple[Step, Position]:
        """Begin a batch: say what to do, and where in its stream the task is.

        task_batch  the batch by which the queue knows the task
        """
        step, batch, following = self._begin(
            [keys.job(job_id), keys.results(job_id)], [task_batch, max_attempts]
        )
        return Step(step.decode()), Position(task_batch, batch, None if following < 0 else following)

    def refund_attempt(self, job_id: int, task_batch: int) -> None:
        """Count one attempt less at the batch that a task of a job is at, if the job still exists."""
        self._refund_attempt([keys.job(job_id)], [task_batch])

    def record(
        self,
        job_id: int,
        position: Position,
        results: Mapping[int, bytes],
        now: float,
        pipeline: Pipeline,
        *,
        continues: bool = False,
    ) -> None:
        """Write the results of a batch, as part of a transaction; its answer is 1 for the finisher.

        continues  whether the same task does the next batch, so that it is not queued
        """
        names = [keys.job(job_id), keys.results(job_id), keys.classified(now)]
        following = position.next_batch if continues and position.next_batch is not None else ""
        arguments = [position.batch, position.task_batch, following, *_flat(results)]
        _add(pipeline, scripts.RECORD, names, arguments)

    def raw_results(self, job: Job) -> list[bytes]:
        """Return the results of a job that has them all, as they were recorded."""
        indices = [str(index) for index in range(job.total_chunks)]
        return cast(list[bytes], self._redis.hmget(keys.results(job.id), indices))

    def outcomes(self, job_id: int) -> tuple[int, int]:
        """Return how many photos of an enquiry were classified so far, and how many failed."""
        classified, failed = self._outcomes([keys.results(job_id)])
        return classified, failed

    def missing_batches(self, job: Job) -> list[int]:
        """Return the batches of a job that have no results yet."""
        done = {int(index) for index in self._redis.hkeys(keys.results(job.id))}
        return [batch for batch in range(job.batches) if job.chunks_of(batch).start not in done]

    def finisher(self, job_id: int) -> int | None:
        """Return the batch whose task has to finish the job, once there is one."""
        batch = self._redis.hget(keys.job(job_id), "finisher")
        return None if batch is None else int(batch)

    def set_progress(self, job_id: int, share: float) -> bool:
        """Note how much of a job is done, 0 to 1. Returns False if it is gone or already final."""
        return bool(self._progress([keys.job(job_id)], [share]))

    def complete(self, job_id: int, picture: Size | None) -> bool:
        """Make a job completed. Returns False if it is gone or already final."""
        fields: dict[str, str | int] = {}
        if picture is not None:
            fields = {"picture_width": picture.width, "picture_height": picture.height}
        return self._end(job_id, JobState.COMPLETED, fields)

    def fail(self, job_id: int, reason: str) -> bool:
        """Give a job up, saying why. Returns False if it is gone or already final."""
        return self._end(job_id, JobState.ERROR, {"error": reason})

    def delete(self, job_id: int) -> None:
        """Delete a job; a task that still runs can write nothing more. Raises UnknownJob."""
        names = [keys.job(job_id), keys.results(job_id), keys.OPEN, keys.KEPT]
        if not self._delete(names, [job_id, _REMEMBER_DELETED_S]):
            raise UnknownJob(job_id)

    def erase(self, job_id: int) -> None:
        """Forget a job entirely, so that one of the same id can be created."""
        self._redis.delete(keys.job(job_id), keys.results(job_id))
        self.forget([job_id])

    def all_ids(self) -> list[int]:
        """Return the ids of all jobs, those that expire first at the head."""
        return [int(job_id) for job_id in cast(list[bytes], self._redis.zrange(keys.KEPT, 0, -1))]

    def open_jobs(self) -> dict[int, float]:
        """Return the jobs that are not final, oldest first, with their creation time (Unix seconds)."""
        scored = cast(list[tuple[bytes, float]], self._redis.zrange(keys.OPEN, 0, -1, withscores=True))
        return {int(job_id): created for job_id, created in scored}

    def oldest_open(self) -> float | None:
        """Return when the oldest job that is not final was created, in Unix seconds."""
        first = cast(list[tuple[bytes, float]], self._redis.zrange(keys.OPEN, 0, 0, withscores=True))
        return first[0][1] if first else None

    def expired(self, now: float) -> list[int]:
        """Return the jobs whose time is over. `now` in Unix seconds."""
        found = cast(list[bytes], self._redis.zrangebyscore(keys.KEPT, "-inf", now))
        return [int(job_id) for job_id in found]

    def forget(self, job_ids: Iterable[int]) -> None:
        """Take jobs whose record has expired off the lists."""
        for job_id in job_ids:
            self._redis.zrem(keys.OPEN, job_id)
            self._redis.zrem(keys.KEPT, job_id)
        self._redis.delete(keys.MISSING)  # the number of chunks that such a job missed is no longer known

    def _end(self, job_id: int, state: JobState, fields: Mapping[str, str | int]) -> bool:
        return bool(
            self._close([keys.job(job_id), keys.OPEN, *self._finished], [job_id, state.value, *_flat(fields)])
        )


def kept_jobs(kept: bytes) -> tuple[list[int], str]:
    """Read the stored value of an Idempotency-Key: the ids of its jobs and the sha256 of their upload."""
    job_ids, _, digest = kept.decode().partition(":")
    return [int(job_id) for job_id in job_ids.split(",")], digest


def _add(pipeline: Pipeline, script: str, names: Sequence[str], arguments: Sequence[Any]) -> None:
    """Add a script to a transaction by its text: a registered one is looked up first, a round trip more."""
    pipeline.eval(script, len(names), *names, *arguments)


def _flat(pairs: Mapping[Any, Any]) -> Iterator[Any]:
    for pair in pairs.items():
        yield from pair
