"""Simulate many workers at one Redis, with the measured cost of each operation.

Each worker classifies a batch and then needs Redis for it (take the task, record the results, put the next
one), which serves one request after another. Batches take a random time around their mean.
"""

import heapq
import random
from dataclasses import astuple, dataclass
from typing import Final

_BATCHES_A_WORKER: Final = 40
_FEWEST_BATCHES: Final = 4_000
_SPREAD: Final = 0.3  # of the time of a batch: photos differ, and machines


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured, in seconds of a core."""

    worker_s_a_batch: float
    redis_s_a_batch: float
    chunks_a_batch: float
    web_s_a_photo: float
    chunks_a_photo: float

    def values(self) -> tuple[float, ...]:
        """Return all of them."""
        return astuple(self)


@dataclass(frozen=True, slots=True)
class Simulated:
    """How a cluster of so many workers does."""

    chunks_a_s: float
    redis_share: float  # of its core
    web_cores: float


def simulate(costs: Costs, workers: int, seed: int = 1) -> Simulated:
    """Let workers classify batches that never run out."""
    dice = random.Random(seed)  # noqa: S311 - a simulation
    batches = max(_FEWEST_BATCHES, _BATCHES_A_WORKER * workers)

    def batch_s() -> float:
        return max(0.0, dice.gauss(costs.worker_s_a_batch, _SPREAD * costs.worker_s_a_batch))

    done_at = [batch_s() for _ in range(workers)]
    heapq.heapify(done_at)
    redis_free_at = busy_s = 0.0
    for _ in range(batches):
        asked_at = heapq.heappop(done_at)
        redis_free_at = max(redis_free_at, asked_at) + costs.redis_s_a_batch
        busy_s += costs.redis_s_a_batch
        heapq.heappush(done_at, redis_free_at + batch_s())
    chunks_a_s = batches * costs.chunks_a_batch / redis_free_at
    return Simulated(
        chunks_a_s=chunks_a_s,
        redis_share=busy_s / redis_free_at,
        web_cores=chunks_a_s / costs.chunks_a_photo * costs.web_s_a_photo,
    )


def saturation(costs: Costs) -> float:
    """Return at how many workers one Redis has no time left (closed network, asymptotic bound)."""
    return (costs.worker_s_a_batch + costs.redis_s_a_batch) / costs.redis_s_a_batch
