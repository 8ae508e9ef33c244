"""Test the simulation of many workers at one Redis where its answer can be worked out by hand."""

import pytest

from bench.queue_model import Costs, saturation, simulate

COSTS = Costs(
    worker_s_a_batch=0.1, redis_s_a_batch=0.001, chunks_a_batch=30, web_s_a_photo=0.02, chunks_a_photo=120
)


@pytest.mark.parametrize("workers", [1, 10])
def test_a_few_workers_do_not_wait_for_each_other(workers: int) -> None:
    found = simulate(COSTS, workers)

    assert found.chunks_a_s == pytest.approx(workers * 30 / 0.101, rel=0.03)
    assert found.web_cores == pytest.approx(found.chunks_a_s / 120 * 0.02)


def test_beyond_its_limit_one_redis_gives_what_it_can() -> None:
    found = simulate(COSTS, 1000)

    assert saturation(COSTS) == pytest.approx(101)
    assert found.chunks_a_s == pytest.approx(30 / 0.001, rel=0.02)
    assert found.redis_share > 0.98
