"""Copy the records of jobs out of Redis, and into an empty one, as JSON lines that any version reads."""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from redis import Redis
from redis.client import Pipeline

from coralchunk.pipeline.records import keys

Rows = list[list[str]]  # base64, and the scores of sorted sets
_PATTERN: Final = "coralchunk:*"
# Of running processes, or made anew: tasks are queued again by the sweeper.
_LEFT_OUT: Final = frozenset(
    {
        keys.DRAINING,
        keys.STORAGE_ID,
        keys.MISSING,
        "coralchunk:leases",
        "coralchunk:sweeper",
        *(held.value for held in keys.Held),
        *(held.parked for held in keys.Held),
    }
)


def holds_jobs(redis: Redis) -> bool:
    """Tell whether there is any record."""
    return next(redis.scan_iter(_PATTERN, count=1000), None) is not None


def dump_records(redis: Redis) -> Iterator[str]:
    """Yield a line for each record. Redis keeps on serving meanwhile."""
    for key in sorted(redis.scan_iter(_PATTERN, count=1000)):
        name = key.decode()
        if name in _LEFT_OUT:
            continue
        kind = cast(bytes, redis.type(key)).decode()
        rows = _read(redis, key, kind)
        remaining_ms = redis.pttl(key)
        if rows:  # else it expired meanwhile
            expires_at = time.time() + remaining_ms / 1000 if remaining_ms > 0 else None
            yield json.dumps({"key": name, "kind": kind, "rows": rows, "expires_at": expires_at})


def load_records(redis: Redis, lines: Iterable[str]) -> None:
    """Store what `dump_records` yielded; what has expired since is left out."""
    for line in lines:
        record = json.loads(line)
        if record["expires_at"] is not None and record["expires_at"] <= time.time():
            continue
        with redis.pipeline(transaction=True) as pipeline:
            _write(pipeline, record["key"], record["kind"], record["rows"])
            if record["expires_at"] is not None:
                pipeline.pexpireat(record["key"], int(record["expires_at"] * 1000))
            pipeline.execute()


def _read(redis: Redis, key: bytes, kind: str) -> Rows:
    client = cast(Any, redis)  # its types leave open whether answers are decoded; here they are bytes
    match kind:
        case "string":
            content = client.get(key)
            return [] if content is None else [[_text(content)]]
        case "hash":
            return [[_text(field), _text(value)] for field, value in client.hgetall(key).items()]
        case "zset":
            scored = client.zrange(key, 0, -1, withscores=True)
            return [[_text(member), repr(float(score))] for member, score in scored]
        case "set":
            return [[_text(member)] for member in client.smembers(key)]
        case _:
            return [[_text(entry)] for entry in client.lrange(key, 0, -1)]


def _write(pipeline: Pipeline, key: str, kind: str, rows: Rows) -> None:
    match kind:
        case "string":
            pipeline.set(key, b64decode(rows[0][0]))
        case "hash":
            pipeline.hset(key, mapping={b64decode(field): b64decode(value) for field, value in rows})
        case "zset":
            pipeline.zadd(key, {b64decode(member): float(score) for member, score in rows})
        case "set":
            pipeline.sadd(key, *(b64decode(member) for (member,) in rows))
        case _:
            pipeline.rpush(key, *(b64decode(entry) for (entry,) in rows))


def _text(content: bytes) -> str:
    return b64encode(content).decode()
