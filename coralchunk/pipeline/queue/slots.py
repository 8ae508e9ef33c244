"""Limit how many tasks do background work at once, such as fetching; the others are parked."""

import os
import socket
from typing import Final, cast

from redis import Redis

from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.queue.task_queue import TaskQueue, transaction
from coralchunk.pipeline.records import scripts
from coralchunk.pipeline.records.keys import Held

_FETCH_S: Final = 60.0  # twice the longest time of a fetch


class Slots:
    """So many tasks hold a slot at once, by all workers together; the others are parked."""

    def __init__(
        self, redis: Redis, tasks: TaskQueue, held: Held, slots: int, longest_s: float = _FETCH_S
    ) -> None:
        """Limit the slots that tasks hold.

        held       the kind of slots
        slots      their number
        longest_s  how long one may be held; after that its process is considered dead
        """
        self._redis: Final = redis
        self._tasks: Final = tasks
        self._held: Final = held
        self._slots: Final = slots
        self._longest_s: Final = longest_s
        self._acquire: Final = redis.register_script(scripts.ACQUIRE_SLOT)

    def acquire(self, task: Task, now: float) -> bool:
        """Acquire a slot for a task of this process, or park it if none is free. `now` in Unix seconds."""
        if self._acquire([self._held], [_entry(task), now, now + self._longest_s, self._slots]):
            return True
        self._tasks.park(task.later(), self._held)
        return False

    def is_held(self, task: Task) -> bool:
        """Tell whether a task of this process holds a slot."""
        return self._redis.zscore(self._held, _entry(task)) is not None

    def release(self, task: Task) -> None:
        """Give the slot to the task that waits longest, and queue the rest of what this task has to do."""
        with transaction(self._redis) as pipeline:
            pipeline.zrem(self._held, _entry(task))
            self._tasks.put(task.later(), pipeline)
            self._tasks.unpark(self._held, pipeline)
            pipeline.execute()

    def give_up(self) -> list[Task]:
        """Take all slots from this process, which is about to end. Returns the tasks that held them."""
        process = _process()
        entries = [entry.decode() for entry in cast(list[bytes], self._redis.zrange(self._held, 0, -1))]
        own = [entry for entry in entries if entry.endswith(f" {process}")]
        if own:
            self._redis.zrem(self._held, *own)
        return [Task.from_key(entry.partition(" ")[0]) for entry in own]

    def release_expired(self, now: float) -> None:
        """Free the slots of processes that died, and queue what waits for them. `now` in Unix seconds."""
        self._redis.zremrangebyscore(self._held, "-inf", now)
        free = self._slots - int(self._redis.zcard(self._held))
        while free > 0 and self._tasks.unpark(self._held):
            free -= 1


def _entry(task: Task) -> str:
    return f"{task.key} {_process()}"


def _process() -> str:
    return f"{socket.gethostname()}.{os.getpid()}"
