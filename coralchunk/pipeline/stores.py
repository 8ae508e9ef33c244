"""What the pipeline works with: open connections, handed in once a process."""

from dataclasses import dataclass

from redis import Redis
from redis.client import Pipeline

from coralchunk.config import Settings
from coralchunk.pipeline.admission import Admission
from coralchunk.pipeline.records import JobRecords
from coralchunk.pipeline.shares import Shares
from coralchunk.pipeline.tallies import Tallies
from coralchunk.pipeline.tasks import TaskQueue, transaction
from coralchunk.storage.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Stores:
    """Where jobs, tasks and files are kept."""

    settings: Settings
    redis: Redis
    records: JobRecords
    admission: Admission
    tasks: TaskQueue
    tallies: Tallies
    shares: Shares
    blobs: Blobs

    def transaction(self) -> Pipeline:
        """Begin a transaction: its commands happen together at `execute`, or not at all."""
        return transaction(self.redis)
