"""Define the RQ worker class: no fork, so that the model stays loaded, and only allowed tasks."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, Final

from redis.client import Pipeline
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job as RqJob
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import WorkerStatus
from typing_extensions import override

from coralchunk.errors.setup import BadSetup
from coralchunk.pipeline.records.keys import QUEUE_NAME
from coralchunk.pipeline.worker.context import WorkerContext
from jobs.tasks import ALLOWED

_HEARTBEAT_EVERY_S: Final = 15.0
_MAX_CPU_S: Final = 60  # of one task; a batch takes a fraction of a second, decoding 100 megapixels two


class ChunkTask(RqJob):
    """A popped task; `context` is passed to its function."""

    context: WorkerContext

    @property
    @override
    def func(self) -> Callable[..., Any]:
        # RQ would import any dotted name in the queue.
        if self.func_name not in ALLOWED:
            raise BadSetup(f"task {self.id} asks for {self.func_name!r}, which is not on the allow-list")
        return partial(ALLOWED[self.func_name], self.context)


class ChunkWorker(SimpleWorker):
    """Takes tasks one by one and hands each the context of this process."""

    max_connection_wait_time = 0.5  # s between looks for a Redis that went away; RQ would double up to 60

    def __init__(self, name: str, context: WorkerContext) -> None:
        super().__init__(
            [Queue(QUEUE_NAME, connection=context.stores.redis, serializer=JSONSerializer)],
            name=name,
            connection=context.stores.redis,
            job_class=ChunkTask,
            serializer=JSONSerializer,
            log_job_description=False,
        )
        self._context: Final = context

    @override
    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self._context.stop.is_requested = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    @override
    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        # RQ sends one several times a task; the record of a worker lasts for eight minutes after each.
        last = self.last_heartbeat
        if pipeline is None and last and (now() - last).total_seconds() < _HEARTBEAT_EVERY_S:
            return
        super().heartbeat(timeout, pipeline)

    @override
    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        if state != self.get_state():  # RQ calls itself idle three times after each task
            super().set_state(state, pipeline)

    @override
    def handle_execution_ended(self, job: RqJob, queue: Queue, heartbeat_ttl: int) -> None:
        job.ended_at = now()  # RQ also renews the record of the task, which is deleted or replaced next

    @override
    def handle_job_success(
        self, job: RqJob, queue: Queue, started_job_registry: StartedJobRegistry, execution: Execution
    ) -> None:
        """Forget a task that is done.

        RQ first asks Redis for what no task here has: dependents, repeats, results, rate limits, executions
        by other workers. That is ten round trips; this is one.
        """
        with self.connection.pipeline(transaction=True) as pipeline:
            self.cleanup_execution(job, pipeline, execution)
            self.set_state(WorkerStatus.IDLE, pipeline)
            pipeline.delete(job.key, job.execution_registry.key)
            pipeline.execute()

    @override
    def perform_job(self, job: RqJob, queue: Queue, *execution: Execution) -> bool:
        assert isinstance(job, ChunkTask)  # noqa: S101 - job_class above
        job.context = self._context
        with _limited_cpu():
            return super().perform_job(job, queue, *execution)


@contextmanager
def _limited_cpu() -> Iterator[None]:
    """Have the kernel end this process if its task computes for too long, even inside a C library.

    The supervisor starts another worker; a photo that does this again and again is given up.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + _MAX_CPU_S
    before, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limited = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (limited, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (before, hard))
