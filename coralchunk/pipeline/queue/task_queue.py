"""Queue tasks by priority on one RQ queue, and put the tasks of dead workers back.

RQ's plain FIFO would either let one huge photo block the small ones or take turns between all waiting photos,
which delays all of them and decodes each repeatedly. So every task has a priority: first the tasks of small
photos, then photos already in progress (the latest first), then the rest in order of arrival. Workers
listen to this one queue only: with several queues, RQ can lose a popped task.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from redis import Redis
from redis.client import Pipeline
from rq import Queue, SimpleWorker, Worker, worker_registration
from rq.executions import Execution
from rq.intermediate_queue import IntermediateQueue
from rq.serializers import JSONSerializer
from typing_extensions import override

from coralchunk.pipeline.queue.task import Priority, Task, is_crop
from coralchunk.pipeline.records import scripts
from coralchunk.pipeline.records.keys import LEASES, QUEUE, QUEUE_NAME, Held

FUNCTION: Final = "jobs.tasks.work"  # by name: nothing below the task functions imports them
CROP_FUNCTION: Final = "jobs.tasks.crop"
KEPT_CROP_FUNCTION: Final = "jobs.tasks.crop_kept_photo"
_TIMEOUT_S: Final = 300  # a batch takes a fraction of a second; this catches one that hangs
_LOST_S: Final = 4.0  # between popping a task and beginning it lie milliseconds


@dataclass(frozen=True, slots=True)
class WorkerName:
    """A worker as the queue knows it."""

    name: str
    hostname: str
    pid: int


class PriorityQueue(Queue):
    """An RQ queue that keeps its tasks in the order of their priorities."""

    @override
    def push_job_id(self, job_id: str, pipeline: Pipeline | None = None, at_front: bool = False) -> None:
        connection: Any = pipeline if pipeline is not None else self.connection
        priority = int(job_id[:1])
        # In order of arrival, except photos in progress: the last one is the one its worker holds decoded.
        # Behind the others it would go to another worker whenever a small photo comes between two batches.
        before = priority if priority == Priority.CONTINUED else priority + 1
        connection.eval(scripts.ENQUEUE, 1, self.key, job_id, before)


class ParkedQueue(Queue):
    """Tasks of that queue that no worker may take yet: a plain list, in order of stored."""

    held: Held  # the slots that they wait for

    @override
    def push_job_id(self, job_id: str, pipeline: Pipeline | None = None, at_front: bool = False) -> None:
        (pipeline if pipeline is not None else self.connection).rpush(self.held.parked, job_id)


class TaskQueue:
    """The tasks that are waiting or in progress."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self._queue: Final = PriorityQueue(QUEUE_NAME, connection=redis, serializer=JSONSerializer)
        self._parked: Final = {held: _parked_queue(redis, held) for held in Held}
        self._intermediate: Final = IntermediateQueue(self._queue.key, redis)
        self._popped_at: dict[str, float] = {}

    def put(self, task: Task, pipeline: Pipeline | None = None) -> None:
        """Queue a task, alone or as part of a transaction."""
        self._put(self._queue, FUNCTION, task, pipeline)

    def park(self, task: Task, held: Held) -> None:
        """Park a task until `unpark`."""
        self._put(self._parked[held], FUNCTION, task, None)

    def unpark(self, held: Held, pipeline: Pipeline | None = None) -> bool:
        """Queue the task that was parked first, alone or as part of a transaction; False if none was."""
        # At the end of the queue: parked tasks have the lowest priority.
        redis = pipeline if pipeline is not None else self._redis
        moved = redis.lmove(held.parked, QUEUE, "LEFT", "RIGHT")
        return moved is not None

    def put_crop(self, job_id: int, chunk: int) -> None:
        """Queue cropping a chunk of a completed job with high priority, because a request waits for it.

        If its worker dies, the task is not repeated; the client sends the request again.
        """
        self._put(self._queue, CROP_FUNCTION, Task(job_id, chunk, Priority.HIGH), None, _nonce())

    def put_kept_crop(self, folder: str, chunk: int) -> None:
        """Queue cropping a chunk of a photo that a survey keeps; `folder` is as in surveys.evidence."""
        survey_id, job_id = map(int, folder.split("-"))
        task = Task(survey_id, job_id, Priority.HIGH, chunk)
        self._put(self._queue, KEPT_CROP_FUNCTION, task, None, _nonce())

    def _put(
        self, queue: Queue, function: str, task: Task, pipeline: Pipeline | None, nonce: str = ""
    ) -> None:
        queue.enqueue_call(
            function,
            args=(task.key,),
            job_id=task.key + nonce,
            timeout=_TIMEOUT_S,
            result_ttl=0,
            failure_ttl=0,
            description=task.key,
            pipeline=pipeline,
        )

    def workers(self) -> int:
        """Return how many workers have given a sign of life lately."""
        return Worker.count(queue=self._queue)

    def registered(self) -> list[WorkerName]:
        """Return the workers that have registered and not signed off, living or dead."""
        return [
            WorkerName(worker.name, worker.hostname or "", worker.pid or 0)
            for worker in Worker.all(queue=self._queue)
        ]

    def is_registered(self, worker_name: str) -> bool:
        """Tell whether a worker is among those that take tasks from the queue."""
        key = Worker.redis_worker_namespace_prefix + worker_name
        return bool(self._redis.sismember(worker_registration.WORKERS_BY_QUEUE_KEY % self._queue.name, key))

    def register_again(self, worker: SimpleWorker) -> None:
        """Register a worker that was declared dead and lives.

        RQ's register_birth() refuses this once the record of the worker's death has expired: the next sign of
        life makes a record without it, which RQ takes for another worker of this name.
        """
        with transaction(self._redis) as pipeline:
            pipeline.delete(worker.key)
            pipeline.hset(worker.key, mapping=worker.serialize())
            worker_registration.register(worker, pipeline)
            pipeline.expire(worker.key, worker.worker_ttl + 60)
            pipeline.execute()

    def live_jobs(self) -> set[int]:
        """Return the jobs that have a task queued, parked or in progress, or one that holds a slot."""
        # One snapshot: a task that moves on between three questions would be missed by all of them.
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.lrange(self._queue.key, 0, -1)
            pipeline.lrange(self._intermediate.key, 0, -1)
            pipeline.zrange(self._queue.started_job_registry.key, 0, -1)
            for held in Held:
                pipeline.lrange(held.parked, 0, -1)
                pipeline.zrange(held, 0, -1)
            queued, popped, begun, *beside = pipeline.execute()
        keys = [*queued, *popped, *(entry.split(b":")[0] for entry in begun)]
        keys.extend(entry.split(b" ")[0] for entries in beside for entry in entries)
        return {Task.from_key(key.decode()).job_id for key in keys}

    def recover(self, worker_name: str) -> int:
        """Put the tasks of a dead worker back. Returns their number.

        A task that a living worker takes at this moment may be put back too; it then runs twice,
        which changes nothing.
        """
        dead = Worker.find_by_key(Worker.redis_worker_namespace_prefix + worker_name, self._redis)
        held = [] if dead is None else self._held_by(f"{dead.hostname}.{dead.pid}")
        lost = {*self._popped(), *self._begun_by(worker_name), *held}
        self._put_back(lost)
        if dead is not None:
            dead.register_death()  # type: ignore[no-untyped-call]
        self._redis.zrem(LEASES, worker_name)
        return len(lost)

    def recover_popped(self, now: float) -> int:
        """Put back tasks that a worker popped and never started, such as one that was stopped at that moment.

        Only tasks that were already there at the last call, seconds ago. Returns their number.

        now  Unix seconds
        """
        self._popped_at = {key: self._popped_at.get(key, now) for key in self._popped()}
        lost = [key for key, since in self._popped_at.items() if now - since >= _LOST_S]
        self._put_back(lost)
        return len(lost)

    def _put_back(self, lost: Iterable[str]) -> None:
        for key in lost:
            with transaction(self._redis) as pipeline:
                pipeline.lrem(self._intermediate.key, 0, key)
                if not is_crop(key):  # a request waits for a crop, and is sent again
                    self.put(Task.from_key(key).again(), pipeline)
                pipeline.execute()

    def _begun_by(self, worker_name: str) -> Iterator[str]:
        begun = self._queue.started_job_registry
        for key, execution_id in begun.get_job_and_execution_ids(cleanup=False):
            execution = Execution(execution_id, key, self._redis)
            if self._redis.hget(execution.key, "worker_name") == worker_name.encode():
                self._redis.zrem(begun.key, execution.composite_key)
                yield key

    def _held_by(self, process: str) -> Iterator[str]:
        for held in Held:
            for entry in cast(list[bytes], self._redis.zrange(held, 0, -1)):
                key, _, by = entry.decode().partition(" ")
                if by == process:
                    self._redis.zrem(held, entry)
                    yield key

    def _popped(self) -> list[str]:
        return self._intermediate.get_job_ids()


def _nonce() -> str:
    """Tell crops of the same chunk apart: RQ forgets a task with the first one of its name that ends."""
    return f"-{secrets.token_hex(4)}"


def _parked_queue(redis: Redis, held: Held) -> ParkedQueue:
    queue = ParkedQueue(QUEUE_NAME, connection=redis, serializer=JSONSerializer)
    queue.held = held
    return queue


def transaction(redis: Redis) -> Pipeline:
    """Begin a transaction that RQ can take part in."""
    pipeline = redis.pipeline(transaction=True)
    # RQ calls multi() itself unless it was called, and fails if commands came before.
    pipeline.multi()
    return pipeline
