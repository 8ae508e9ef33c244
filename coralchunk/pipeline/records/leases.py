"""Keep the leases by which processes of several machines know that another one is alive."""

from typing import Final, cast

from redis import Redis

from coralchunk.pipeline.records import keys

WORKER_LEASE_S: Final = 8.0
RENEW_EVERY_S: Final = 2.0
SWEEP_LEASE_S: Final = 9.0  # with a round of 5 s, another sweeper has taken over after 14 s


# keys leases; argv worker, seconds.
_RENEW: Final = """
redis.call('ZADD', KEYS[1], redis.call('TIME')[1] + ARGV[2], ARGV[1])
"""

# keys leases -> workers whose lease has ended.
_EXPIRED: Final = """
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. redis.call('TIME')[1])
"""

# keys sweeper; argv holder, milliseconds -> 1 if the holder has the lease now, else 0.
_HOLD_SWEEP: Final = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""


class Leases:
    """Leases on Redis' clock, so that the clocks of the machines may differ."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self._renew: Final = redis.register_script(_RENEW)
        self._expired: Final = redis.register_script(_EXPIRED)
        self._hold: Final = redis.register_script(_HOLD_SWEEP)

    def renew(self, worker_name: str) -> None:
        """Extend a worker's lease, or begin it."""
        self._renew([keys.LEASES], [worker_name, WORKER_LEASE_S])

    def expired(self) -> list[str]:
        """Return the workers that have not renewed their lease in time."""
        return [name.decode() for name in cast(list[bytes], self._expired([keys.LEASES]))]

    def hold_sweep(self, holder: str) -> bool:
        """Take or keep the right to sweep; one sweeper has it at a time, the others stand by.

        holder  the same for a sweeper that was restarted, so that it continues at once
        """
        return bool(self._hold([keys.SWEEPER], [holder, int(SWEEP_LEASE_S * 1000)]))
