"""Say what a task has to do when it starts, and where it is in its stream."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What a task has to do, decided when it starts."""

    GONE = "gone"  #: nothing: the job is final, deleted or expired
    RECORDED = "recorded"  #: nothing: this batch has its results already
    POISON = "poison"  #: give the job up: this batch was started too often and never finished
    CLASSIFY = "classify"  #: classify the chunks of the batch
    FINISH = "finish"  #: stitch: all chunks have results, and this task is the one that finishes


@dataclass(frozen=True, slots=True)
class Position:
    """Where a task is in its stream."""

    task_batch: int  # the batch by which the queue knows the task
    batch: int  # the batch that it is at: another one, if it continued without returning to the queue
    next_batch: int | None = None  # of the stream, that has no results; None at its end
