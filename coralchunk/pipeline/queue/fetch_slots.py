"""Limit how many photos are fetched from the web at once; tasks over the limit are parked."""

import os
import socket
from typing import Final

from redis import Redis

from coralchunk.pipeline.queue.task_queue import Task, TaskQueue, transaction
from coralchunk.pipeline.records import keys, scripts

_LONGEST_S: Final = 60.0  # twice what a fetch may take; a place that is held for longer has lost its process


class FetchSlots:
    """So many photos are fetched at once, by all workers together; the tasks of others are parked."""

    def __init__(self, redis: Redis, tasks: TaskQueue, places: int) -> None:
        self._redis: Final = redis
        self._tasks: Final = tasks
        self._places: Final = places
        self._acquire: Final = redis.register_script(scripts.ACQUIRE_FETCH_SLOT)

    def acquire(self, task: Task, now: float) -> bool:
        """Take a place for a task of this process; it is parked if there is none. `now` in Unix seconds."""
        if self._acquire([keys.FETCHING], [_entry(task), now, now + _LONGEST_S, self._places]):
            return True
        self._tasks.park(task.later())
        return False

    def release(self, task: Task) -> None:
        """Give the place to the task that waits longest, and queue what is to be done with the photo."""
        with transaction(self._redis) as pipeline:
            pipeline.zrem(keys.FETCHING, _entry(task))
            self._tasks.put(task.later(), pipeline)
            self._tasks.unpark(pipeline)
            pipeline.execute()

    def release_expired(self, now: float) -> None:
        """Free the places of processes that died, and queue what waits for them. `now` in Unix seconds."""
        self._redis.zremrangebyscore(keys.FETCHING, "-inf", now)
        free = self._places - int(self._redis.zcard(keys.FETCHING))
        while free > 0 and self._tasks.unpark():
            free -= 1


def _entry(task: Task) -> str:
    return f"{task.key} {socket.gethostname()}.{os.getpid()}"
