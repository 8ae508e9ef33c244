"""Define a job, its states and its kinds."""

from dataclasses import dataclass
from enum import StrEnum

from coralchunk.terms import Size


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"  #: stored and queued; no chunk classified yet
    PROCESSING = "processing"  #: at least one chunk classified
    COMPLETED = "completed"  #: the answer is stored; final
    ERROR = "error"  #: cannot be done, and says why; final

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow."""
        return self in {JobState.COMPLETED, JobState.ERROR}


class JobKind(StrEnum):
    """What was sent."""

    PHOTO = "photo"  #: an upload; its chunks are classified
    DEPLOYMENT = "deployment"  #: a network that a user uploaded; it is loaded and run once
    INFERENCE = "inference"  #: pictures for such a network, or for a model of this server
    POINTS = "points"  #: addresses of photos on the web and points in them; each photo counts as one chunk
    TRAINING = "training"  #: a collection of labelled images; counts as one chunk
    IMAGES = "images"  #: whole images, classified while a request waits; each counts as one chunk


@dataclass(frozen=True, slots=True)
class Job:
    """A request on its way through the pipeline."""

    id: int
    state: JobState
    size: Size  # of the upright photo; 0 x 0 for all other kinds
    total_chunks: int
    completed_chunks: int
    batch_chunks: int  # how many chunks one task classifies
    streams: int  # how many tasks of this job may be queued or in progress at once
    is_high_priority: bool  # whether its tasks pass those of larger photos
    created_at: float  # Unix seconds
    expires_at: float  # Unix seconds
    picture: Size | None  # of the result picture, once completed
    request_id: str  # of the request that brought it, for log lines
    error: str | None  # why it cannot be done, in words for a phone user
    owner: str  # the only one who may see it, if tokens are required; empty if it has no owner
    kind: JobKind = JobKind.PHOTO
    batch_name: str = ""  # under which its client sent it with others; empty for none
    model: str = ""  # label of the model that classifies the photo; empty for the server's
    ended_at: float | None = None  # Unix seconds, when it became final
    progress: float = 0.0  # share of a training that is done
    threads: int = 1  # of a worker, for a photo that one worker classifies in one batch
    trace: str = ""  # W3C traceparent of the request that brought it; empty without traces

    @property
    def batches(self) -> int:
        """How many batches its chunks make."""
        return -(-self.total_chunks // self.batch_chunks)

    def chunks_of(self, batch: int) -> range:
        """Return the indices of the chunks that a batch classifies."""
        return range(batch * self.batch_chunks, min((batch + 1) * self.batch_chunks, self.total_chunks))
