"""Leases tell a dead worker from a living one, and one sweeper from those that stand by."""

import time

from coralchunk.pipeline.records.keys import LEASES, SWEEPER
from coralchunk.pipeline.records.leases import SWEEP_LEASE_S, WORKER_LEASE_S
from coralchunk.pipeline.stores import Stores


def clock(stores: Stores) -> float:
    seconds, microseconds = stores.redis.time()
    return seconds + microseconds / 1e6


def test_a_renewed_lease_is_not_expired(stores: Stores) -> None:
    had_lease = [stores.leases.renew("reef.1") for _ in range(2)]

    assert had_lease == [False, True]
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
