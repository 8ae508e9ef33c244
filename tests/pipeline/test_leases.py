"""Leases tell a dead worker from a living one, and one sweeper from those that stand by."""

import time

from rq import SimpleWorker

from coralchunk.pipeline.records.keys import LEASES, SWEEPER
from coralchunk.pipeline.records.leases import SWEEP_LEASE_S, WORKER_LEASE_S
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from jobs.lease import leased
from jobs.worker import ChunkWorker
from tests.waiting import wait_for


def clock(stores: Stores) -> float:
    seconds, microseconds = stores.redis.time()
    return seconds + microseconds / 1e6


def test_a_renewed_lease_is_not_expired(stores: Stores) -> None:
    for _ in range(2):
        stores.leases.renew("reef.1")

    assert stores.leases.expired() == []
    (ends,) = stores.redis.zrange(LEASES, 0, -1, withscores=True)[0][1:]
    assert ends - clock(stores) <= WORKER_LEASE_S


def test_only_a_lease_that_was_not_renewed_is_expired(stores: Stores) -> None:
    stores.leases.renew("reef.1")
    stores.leases.renew("reef.2")
    stores.redis.zadd(LEASES, {"reef.1": clock(stores) - 1})

    assert stores.leases.expired() == ["reef.1"]


def test_putting_back_a_workers_tasks_ends_its_lease(stores: Stores) -> None:
    stores.redis.zadd(LEASES, {"reef.1": clock(stores) - 1})

    stores.tasks.recover("reef.1")

    assert stores.leases.expired() == []


def test_one_sweeper_holds_the_lease_and_keeps_it(stores: Stores) -> None:
    held = [stores.leases.hold_sweep(holder) for holder in ("a", "b", "a", "b")]

    assert held == [True, False, True, False]


def test_another_sweeper_takes_over_once_the_lease_has_ended(stores: Stores) -> None:
    stores.leases.hold_sweep("a")
    left_ms = stores.redis.pttl(SWEEPER)
    stores.redis.pexpire(SWEEPER, 1)
    deadline = time.monotonic() + 5
    while stores.redis.exists(SWEEPER) and time.monotonic() < deadline:
        pass

    assert 0 < left_ms <= SWEEP_LEASE_S * 1000
    assert stores.leases.hold_sweep("b")
    assert not stores.leases.hold_sweep("a")


def test_a_worker_that_was_declared_dead_registers_again_also_after_the_record_of_its_death_has_expired(
    stores: Stores, context: WorkerContext
) -> None:
    worker = ChunkWorker("reef.1", context)
    worker.register_birth()  # type: ignore[no-untyped-call]
    with leased(worker, stores):
        wait_for(lambda: stores.redis.zscore(LEASES, worker.name), "the first lease")

        stores.tasks.recover(worker.name)
        stores.redis.delete(worker.key)
        SimpleWorker.heartbeat(worker)  # RQ's loop does this next: a record that does not tell of the death

        wait_for(lambda: stores.tasks.is_registered(worker.name), "the worker registering again")
        assert [one.name for one in stores.tasks.registered()] == ["reef.1"]
    assert stores.tasks.registered() == []
