"""Run N clients that send one photo after the other, and count photos, time and cost."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Final

from bench.client import Done, WrongAnswer
from bench.photos import Upload
from bench.processes import cpu_s

Send = Callable[[Upload, int], Done]

_MANY: Final = 10  # errors after which more of the same would tell nothing


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of a load."""

    done: list[tuple[Upload, Done]]  # all photos
    counted: list[tuple[Upload, Done]]  # those that ended while it was counted
    counted_s: float
    errors: list[str]
    cpu_s: float  # of the server, from the first photo sent to the last answered
    wall_s: float  # likewise

    @property
    def photos_per_min(self) -> float:
        """Throughput."""
        return len(self.counted) / self.counted_s * 60

    @property
    def chunks_per_s(self) -> float:
        """Throughput."""
        return sum(photo.chunks for photo, _ in self.counted) / self.counted_s

    @property
    def cpu_ms_per_chunk(self) -> float:
        """What a chunk cost, all processes of the server together."""
        return 1e3 * self.cpu_s / max(1, self.chunks)

    @property
    def chunks(self) -> int:
        """How many chunks were classified for `cpu_s`."""
        return sum(photo.chunks for photo, _ in self.done)


class _Queue:
    """Hands out photos in turn, to all clients alike."""

    def __init__(self, photos: Sequence[Upload], until: float) -> None:
        self._photos: Final = photos
        self._until: Final = until
        self._lock: Final = threading.Lock()
        self._sent = 0

    def take(self) -> tuple[Upload, int] | None:
        with self._lock:
            if time.monotonic() > self._until:
                return None
            self._sent += 1
            return self._photos[self._sent % len(self._photos)], self._sent


def crowd(sends: Sequence[Send], photos: Sequence[Upload], settle_s: float, load_s: float, pid: int) -> Crowd:
    """Keep a server busy.

    sends     one function per client, which sends a photo and waits for its answer
    settle_s  warm-up time before counting starts
    pid       the parent of the server's processes
    """
    began, cpu_before = time.monotonic(), cpu_s(pid)
    queue = _Queue(photos, began + settle_s + load_s)
    done: list[tuple[Upload, Done]] = []
    errors: list[str] = []

    def client(send: Send) -> None:
        while len(errors) < _MANY and (taken := queue.take()) is not None:
            try:
                done.append((taken[0], send(*taken)))
            except (OSError, HTTPException, WrongAnswer) as failure:
                errors.append(repr(failure))

    threads = [threading.Thread(target=client, args=(send,)) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, last = began + settle_s, began + settle_s + load_s
    counted = [(photo, one) for photo, one in done if first <= one.ended_at < last]
    return Crowd(done, counted, load_s, errors, cpu_s(pid) - cpu_before, time.monotonic() - began)
