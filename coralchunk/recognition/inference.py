"""Submit inferences and tell how far a task is."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final, Literal

from coralchunk.errors import UnknownJob
from coralchunk.errors.networks import BadInference, UnknownTask
from coralchunk.networks.inputs import Region
from coralchunk.pipeline.queries.lookup import get_job, wait_for_change
from coralchunk.pipeline.recognition.task_request import (
    TASK_KINDS,
    NetworkFiles,
    PictureInput,
    PublicModel,
    Reading,
    TaskRequest,
    submit_task,
)
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import RESULT


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that a network is asked about: an address, or a file."""

    source: str | IO[bytes]
    region: Region


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the tensors of a network, or what they mean."""

    network: NetworkFiles | None = None
    model: PublicModel | None = None
    reading: Reading | None = None
    output_tensors: tuple[str, ...] | None = None

    @property
    def pictures(self) -> int:
        """How many pictures it takes."""
        return 1 if self.network is None else len(self.network.preprocessing.images)


@dataclass(frozen=True, slots=True)
class TaskState:
    """How far a task is."""

    job: Job
    data: Any  # JSON; None unless it succeeded

    @property
    def status(self) -> Literal["pending", "success", "error"]:
        """One of pending, success and error."""
        if not self.job.state.is_final:
            return "pending"
        return "success" if self.job.state is JobState.COMPLETED else "error"


class InferenceService:
    """Takes inferences, and tells of tasks."""

    def __init__(self, stores: Stores) -> None:
        self._stores: Final = stores

    def submit(self, question: Question, pictures: Sequence[Picture], owner: str, now: float) -> int:
        """Queue an inference. Returns the task's id.

        owner  who alone may see the task
        now    Unix seconds

        Raises BadInference, QueueFull, QueueDown, Stopping or StorageFull; then nothing is kept.
        """
        if len(pictures) != question.pictures:
            raise BadInference(
                "inputs",
                f"there are {len(pictures)}, and the network takes {question.pictures}, in its order",
            )
        files: Mapping[int, IO[bytes]] = {
            index: picture.source
            for index, picture in enumerate(pictures)
            if not isinstance(picture.source, str)
        }
        inputs = tuple(
            PictureInput(url=one.source if isinstance(one.source, str) else None, region=one.region)
            for one in pictures
        )
        request = TaskRequest(
            kind="inference",
            network=question.network,
            model=question.model,
            inputs=inputs,
            reading=question.reading,
            output_tensors=question.output_tensors,
        )
        return submit_task(self._stores, request, files, owner, now)

    def task(self, task_id: int, owner: str, timeout_s: float = 0.0) -> TaskState:
        """Return a task, once it is done or the time is up. Raises UnknownTask, QueueDown."""
        return self._look(
            task_id, lambda: wait_for_change(self._stores, task_id, _is_final, timeout_s, owner, None)
        )

    def tasks(self, task_ids: Sequence[int], owner: str) -> list[TaskState]:
        """Return those of these tasks that the owner has. Raises QueueDown."""
        found = []
        for task_id in task_ids:
            try:
                found.append(self._look(task_id, lambda: get_job(self._stores, task_id, owner, None)))  # noqa: B023
            except UnknownTask:
                continue
        return found

    def _look(self, task_id: int, look: Callable[[], Job]) -> TaskState:
        try:
            job = look()
            if job.kind not in TASK_KINDS:
                raise UnknownTask(task_id)
            is_done = job.state is JobState.COMPLETED
            return TaskState(job, json.loads(self._stores.blobs.read(task_id, RESULT)) if is_done else None)
        except (UnknownJob, FileNotFoundError):  # deleted in this very moment, or never there
            raise UnknownTask(task_id) from None


def _is_final(job: Job) -> bool:
    return job.state.is_final
