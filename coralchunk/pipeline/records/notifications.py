"""Notify the threads of this process that wait for a change of a job, over Redis pub/sub.

A notification only says that the record may have changed; waiting threads read the record again. Redis sends
each message once, to the subscribers of that moment, so waiting threads also poll the record now and then.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from coralchunk.pipeline.records import keys

_READ_TIMEOUT_S: Final = 5.0  # of one read, which is repeated while a thread waits
_RETRY_S: Final = 0.25


class JobNotifications:
    """Notifications of one process, over a separate connection that is open while a thread waits."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self._lock: Final = threading.Lock()
        self._waiting: Final[dict[bytes, list[threading.Event]]] = {}
        self._has_listener = False
        self._is_listening = False

    @property
    def is_listening(self) -> bool:
        """Whether notifications arrive at this moment."""
        return self._is_listening

    @contextmanager
    def subscribe(self, job_id: int) -> Iterator[threading.Event]:
        """Yield an event that each change of a job sets; the waiting thread clears it."""
        key, changed = keys.job(job_id).encode(), threading.Event()
        with self._lock:
            self._waiting.setdefault(key, []).append(changed)
            if not self._has_listener:
                self._has_listener = True
                threading.Thread(target=self._listen, name="job-notifications", daemon=True).start()
        try:
            yield changed
        finally:
            with self._lock:
                self._waiting[key].remove(changed)
                if not self._waiting[key]:
                    del self._waiting[key]

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            try:
                with self._redis.pubsub() as line:  # type: ignore[no-untyped-call] # untyped in redis-py
                    line.subscribe(keys.CHANGES)
                    while self._is_wanted():
                        self._dispatch(line)
                    return
            except (RedisError, OSError):
                self._is_listening = False
                pause.wait(_RETRY_S)
                if not self._is_wanted():
                    return

    def _is_wanted(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._has_listener = self._is_listening = False
            return self._has_listener

    def _dispatch(self, line: PubSub) -> None:
        message = line.get_message(timeout=_READ_TIMEOUT_S)
        if message is None:
            return
        if message["type"] == "subscribe":
            self._is_listening = True
        elif message["type"] == "message":
            with self._lock:
                for changed in self._waiting.get(message["data"], ()):
                    changed.set()
