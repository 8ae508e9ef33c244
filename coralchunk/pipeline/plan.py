"""How many chunks, how many workers, how long a queue -> how the work on one photo is cut up.

An idle server puts all its workers on one photo. A busy one gives each photo to one worker, which then
decodes it once. Batches are short, so that a small photo never waits long behind a huge one.
"""

from dataclasses import dataclass
from typing import Final

_BATCH_CHUNKS: Final = 48  # 200-350 ms of work on one core; the queue costs about 10 ms a task
_EXPRESS_CHUNKS: Final = 32  # photos up to about 1.9 megapixels
_EXPRESS_PER_WORKER: Final = 4  # more small photos than this wait like the others, or large ones would starve


@dataclass(frozen=True, slots=True)
class Plan:
    """How the work on one photo is cut up."""

    batch_chunks: int
    lanes: int
    express: bool


def plan(total_chunks: int, workers: int, waiting: int, express_waiting: int) -> Plan:
    """Cut up the work on a photo.

    total_chunks     at least 1
    workers          classifying processes of this server
    waiting          tasks that are queued
    express_waiting  those of them that belong to small photos
    """
    lanes = workers if waiting < workers else 1
    # Lanes of equal length end at the same time: 221 chunks on 2 lanes make 6 batches of 37.
    rounds = -(-total_chunks // (lanes * _BATCH_CHUNKS))
    batch_chunks = -(-total_chunks // (lanes * rounds))
    express = total_chunks <= _EXPRESS_CHUNKS and express_waiting < workers * _EXPRESS_PER_WORKER
    return Plan(batch_chunks, lanes, express)
