"""Keep the leases by which processes of several machines know that another one is alive."""

from typing import Final, cast

from redis import Redis

from coralchunk.pipeline.records import keys, scripts

WORKER_LEASE_S: Final = 8.0
RENEW_EVERY_S: Final = 2.0
SWEEP_LEASE_S: Final = 12.0  # two rounds of the sweeper, and some


class Leases:
    """Leases on Redis' clock, so that the clocks of the machines may differ."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self._renew: Final = redis.register_script(scripts.RENEW_LEASE)
        self._expired: Final = redis.register_script(scripts.EXPIRED_LEASES)
        self._hold: Final = redis.register_script(scripts.HOLD_SWEEP)

    def renew(self, worker_name: str) -> bool:
        """Extend a worker's lease, or begin it. Returns whether it existed."""
        return bool(self._renew([keys.LEASES], [worker_name, WORKER_LEASE_S]))

    def release(self, worker_name: str) -> None:
        """End a worker's lease: it has signed off, or its tasks were put back."""
        self._redis.zrem(keys.LEASES, worker_name)

    def expired(self) -> list[str]:
        """Return the workers that have not renewed their lease in time."""
        return [name.decode() for name in cast(list[bytes], self._expired([keys.LEASES]))]

    def hold_sweep(self, holder: str) -> bool:
        """Take or keep the right to sweep; one sweeper has it at a time, the others stand by.

        holder  the same for a sweeper that was restarted, so that it continues at once
        """
        return bool(self._hold([keys.SWEEPER], [holder, int(SWEEP_LEASE_S * 1000)]))
