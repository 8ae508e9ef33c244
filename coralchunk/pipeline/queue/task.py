"""Name the tasks of the queue, with their priorities."""

from dataclasses import dataclass, replace
from enum import IntEnum

from coralchunk.pipeline.records.job import Job, JobKind


class Priority(IntEnum):
    """How early a task is taken; task ids begin with this digit, see scripts.ENQUEUE."""

    HIGH = 0  #: a small photo, or something that a waiting request needs
    CONTINUED = 1  #: the next batch of a photo already in progress
    NORMAL = 2  #: the first batch of any other photo


@dataclass(frozen=True, slots=True)
class Task:
    """One batch of one job, waiting for a worker."""

    job_id: int
    batch: int
    priority: Priority
    attempt: int = 0  # how often it was put back

    @property
    def key(self) -> str:
        """Name of the task in the queue; begins with its priority, see scripts.ENQUEUE."""
        return f"{self.priority:d}-{self.job_id}-{self.batch}-{self.attempt}"

    @classmethod
    def from_key(cls, key: str) -> "Task":
        """Read a name that `key` wrote. Raises ValueError."""
        priority, job_id, batch, attempt = (int(part) for part in key.split("-")[:4])
        return cls(job_id, batch, Priority(priority), attempt)

    def later(self) -> "Task":
        """Return a task that continues this one, queued among the new ones."""
        return replace(self, priority=Priority.NORMAL, attempt=self.attempt + 1)

    def again(self) -> "Task":
        """Return a task that repeats this one, before photos that have not been started."""
        return replace(self, priority=min(self.priority, Priority.CONTINUED), attempt=self.attempt + 1)


def is_crop(key: str) -> bool:
    """Tell whether a name in the queue is that of a crop: it ends with a part that no other task has."""
    return key.count("-") > 3


def first_task(job: Job, batch: int) -> Task:
    """Return the task that starts a stream of a new job."""
    return Task(job.id, batch, Priority.HIGH if job.is_high_priority else Priority.NORMAL)


def next_task(job: Job, batch: int) -> Task:
    """Return the task that continues a stream of a job in progress."""
    if job.kind is not JobKind.PHOTO:
        # The next photo of a hundred waits its turn among other people's photos.
        return first_task(job, batch)
    return Task(job.id, batch, Priority.HIGH if job.is_high_priority else Priority.CONTINUED)
