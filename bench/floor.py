"""Measure the floor: the model alone on the chunks of a photo, one process per core.

Photos are decoded, cut and scaled (as by the server) before the clock starts; what remains is ONNX Runtime.
this model on these cores can be faster.
"""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

import numpy as np

from bench.model import Feeds, load, opened_as_served, refined_as_served
from bench.photos import Upload
from bench.server import CORES
from coralchunk.arrays import Probabilities
from coralchunk.imaging.grid import grid
from coralchunk.terms import Size


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over all chunks of a photo."""

    wall_s: float
    cpu_s: float  # of all processes
    probabilities: Probabilities  # (N, 3), refined by neighbours after the clock stopped


class Floor:
    """Processes that hold the model, ready to run."""

    def __init__(self, lines: list[Connection]) -> None:
        self._lines: Final = lines
        self._size = Size(0, 0)  # of the prepared photo

    def take(self, photo: Upload) -> None:
        """Prepare a photo: each process gets every n-th chunk."""
        self._size = photo.size
        for line in self._lines:
            line.send(photo.jpeg)
        for line in self._lines:
            line.recv()
        self.run()  # warms what the first pass would pay for

    def run(self) -> Run:
        """Classify all chunks of the prepared photo."""
        began = time.perf_counter()
        for line in self._lines:
            line.send(None)
        answers: list[tuple[float, Probabilities]] = [line.recv() for line in self._lines]
        wall_s = time.perf_counter() - began
        found = np.empty((sum(len(rows) for _, rows in answers), 3), dtype=np.float32)
        for start, (_, rows) in enumerate(answers):
            found[start :: len(answers)] = rows
        return Run(wall_s, sum(cpu for cpu, _ in answers), refined_as_served(found, self._size))


@contextmanager
def floor(processes: int = CORES) -> Iterator[Floor]:
    """Start the processes of a floor, and end them."""
    spawn = multiprocessing.get_context("spawn")  # a session must not cross a fork
    pairs = [spawn.Pipe() for _ in range(processes)]
    children = [
        spawn.Process(target=_classify, args=(theirs, start, processes), daemon=True)
        for start, (_, theirs) in enumerate(pairs)
    ]
    for child, (_, theirs) in zip(children, pairs, strict=True):
        child.start()
        theirs.close()
    try:
        yield Floor([ours for ours, _ in pairs])
    finally:
        for ours, _ in pairs:
            ours.close()  # the end of the line is the sign to stop
        for child in children:
            child.join()


def _classify(line: Connection, start: int, step: int) -> None:
    plain = load()
    feeds: list[Feeds] = []
    while True:
        try:
            jpeg: bytes | None = line.recv()
        except EOFError:
            return
        if jpeg is None:
            cpu_before = time.process_time()
            found = plain.run(feeds)
            line.send((time.process_time() - cpu_before, found))
        else:
            photo = opened_as_served(plain, jpeg)
            feeds = plain.feeds(photo.scene, photo.windows(grid(photo.size)[start::step]))
            line.send(len(feeds))
