"""Hold the open connections that the pipeline uses; each process opens them once."""

from dataclasses import dataclass
from typing import Final

from redis import Redis
from redis.client import Pipeline

from coralchunk.config import Settings
from coralchunk.pipeline.connection import connect
from coralchunk.pipeline.queue.admission import Admission
from coralchunk.pipeline.queue.slots import Slots
from coralchunk.pipeline.queue.task_queue import TaskQueue, transaction
from coralchunk.pipeline.records.counters import Counters
from coralchunk.pipeline.records.finished_jobs import FinishedJobs
from coralchunk.pipeline.records.job_records import JobRecords
from coralchunk.pipeline.records.keys import Held
from coralchunk.pipeline.records.leases import Leases
from coralchunk.pipeline.records.notifications import JobNotifications
from coralchunk.pipeline.records.owned_jobs import OwnedJobs
from coralchunk.pipeline.records.presigned_uploads import PresignedUploads
from coralchunk.pipeline.records.share_links import Shares
from coralchunk.storage.files.blobs import Blobs
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.objects.places import INCOMING, open_job_store, open_named_store
from coralchunk.storage.objects.presigner import Presigner, open_presigner

_SPARE_S: Final = 60.0  # for the end of a training that has taken all its time


@dataclass(frozen=True, slots=True)
class Stores:
    """Where jobs, tasks and files are kept."""

    settings: Settings
    redis: Redis
    records: JobRecords
    finished: FinishedJobs
    notifications: JobNotifications
    admission: Admission
    tasks: TaskQueue
    fetch_slots: Slots
    training_slots: Slots
    counters: Counters
    leases: Leases
    shares: Shares
    owned: OwnedJobs
    blobs: Blobs
    networks: ObjectStore  # the files of uploaded networks
    presigned: PresignedUploads
    presigner: Presigner | None  # None where clients may not use the object store themselves
    incoming: ObjectStore  # photos that clients sent to the object store
    kept: ObjectStore  # the photos that surveys keep

    def transaction(self) -> Pipeline:
        """Begin a transaction: its commands happen together at `execute`, or not at all."""
        return transaction(self.redis)


def open_stores(settings: Settings, redis_timeout_s: float | None = None) -> Stores:
    """Open what web, workers and supervisor share. Connects lazily: Redis may come up later.

    redis_timeout_s  how long an answer of Redis is waited for; None where a blocking read is wanted
    """
    redis = connect(settings.redis_url, redis_timeout_s)
    tasks = TaskQueue(redis)
    return Stores(
        settings=settings,
        redis=redis,
        records=JobRecords(redis, lists_finished=settings.webhooks),
        finished=FinishedJobs(redis),
        notifications=JobNotifications(connect(settings.redis_url, redis_timeout_s)),
        admission=Admission(redis),
        tasks=tasks,
        fetch_slots=Slots(redis, tasks, Held.FETCHES, settings.fetch_parallel),
        training_slots=Slots(
            redis, tasks, Held.TRAININGS, settings.training_parallel, settings.training_timeout + _SPARE_S
        ),
        counters=Counters(redis),
        leases=Leases(redis),
        shares=Shares(redis),
        owned=OwnedJobs(redis),
        blobs=Blobs(open_job_store(settings)),
        networks=open_named_store(settings, "networks"),
        presigned=PresignedUploads(redis),
        presigner=open_presigner(settings),
        incoming=open_named_store(settings, INCOMING),
        kept=open_named_store(settings, "surveys"),
    )
