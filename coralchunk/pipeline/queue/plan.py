"""Choose the batch size, the number of parallel streams and the priority of a photo.

An idle server puts all its workers on one photo. A busy one gives each photo to one worker, which then
decodes it once. Batches are short, so that a small photo never waits long behind a huge one. A small photo
always goes to one worker, which on an idle server has threads for it: that saves what a second worker would
do again.
"""

from dataclasses import dataclass
from typing import Final

_BATCH_CHUNKS: Final = 48  # 200-350 ms of work on one core; the queue costs about 10 ms a task
_MIN_STREAM_CHUNKS: Final = 24  # decoding 12 megapixels takes as long as classifying about 40 chunks
_SMALL_PHOTO_CHUNKS: Final = 32  # photos up to about 1.9 megapixels; less than a batch
_MOST_THREADS: Final = 2
_HIGH_PRIORITY_PER_WORKER: Final = 4  # more small photos than this wait in turn, or large ones would starve


@dataclass(frozen=True, slots=True)
class Plan:
    """How the work on one photo is cut up."""

    batch_chunks: int
    streams: int
    threads: int  # of the worker that has a small photo for itself
    is_high_priority: bool


def plan(total_chunks: int, workers: int, waiting: int, high_priority_waiting: int) -> Plan:
    """Cut up the work on a photo.

    total_chunks           at least 1
    workers                classifying processes, on all machines
    waiting                tasks that are queued
    high_priority_waiting  those of them that belong to small photos
    """
    is_idle, is_small = waiting < workers, total_chunks <= _SMALL_PHOTO_CHUNKS
    # Each worker that takes part decodes the photo once; with few chunks each that costs more than it gains.
    useful = max(2, -(-total_chunks // _MIN_STREAM_CHUNKS))
    streams = min(workers, useful) if is_idle and not is_small else 1
    threads = min(workers, _MOST_THREADS) if is_idle and is_small else 1
    # Streams of equal length end at the same time: 221 chunks on 2 streams make 6 batches of 37.
    rounds = -(-total_chunks // (streams * _BATCH_CHUNKS))
    batch_chunks = -(-total_chunks // (streams * rounds))
    has_room = high_priority_waiting < workers * _HIGH_PRIORITY_PER_WORKER
    return Plan(batch_chunks, streams, threads, is_small and has_room)
