"""Connect to the Redis that REDIS_URL names: one server (TCP, TLS or Unix socket), or Sentinel's master."""

import socket
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.connection import parse_url
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from redis.sentinel import Sentinel

LOCAL_REDIS: Final = "redis://127.0.0.1:6379/0"
_CONNECT_TIMEOUT_S: Final = 2.0
_SENTINEL_TIMEOUT_S: Final = 1.0  # of one of several; the next is asked after that
_SENTINEL_PORT: Final = 26379
#: Scheme of a URL of Sentinels, and that of the same connection to one server.
_SENTINEL: Final = {"redis+sentinel": "redis", "rediss+sentinel": "rediss"}
_LOST_AFTER_MS: Final = 10_000
_HOW_TO: Final = "write redis+sentinel://host:26379,host:26379/name-of-the-master/0"


def connect(
    url: str | None,
    timeout_s: float | None,
    retry: Retry | None = None,
    connect_timeout_s: float = _CONNECT_TIMEOUT_S,
) -> Redis:
    """Return a client, which connects when it is first used. Raises ValueError for a malformed URL.

    url        None for a Redis at its usual port on this machine
    timeout_s  how long an answer is waited for; None where a blocking read is wanted
    retry      None to ride over a restart of Redis, which takes a fraction of a second
    """
    url = url or LOCAL_REDIS
    if retry is None:
        retry = Retry(ExponentialBackoff(cap=0.4, base=0.05), 5, supported_errors=(RedisConnectionError,))
    options: dict[str, Any] = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": connect_timeout_s,
        "retry": retry,
    }
    parts = urlsplit(url)
    if parts.scheme != "unix":
        options["socket_keepalive_options"] = _keepalive()
    if parts.scheme in _SENTINEL:
        return _master(parts, options)
    return Redis.from_url(url, **options)


def without_password(url: str) -> str:
    """Return a URL of Redis as it may be shown: without user, password and options."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _keepalive() -> dict[int, int]:
    """Return the options by which the kernel notices within ten seconds that the other host is gone.

    A host that lost its power closes no connection. A worker that waits for a task would otherwise wait for
    minutes, although Redis has long been started elsewhere.
    """
    wanted = {
        "TCP_KEEPIDLE": 5,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": _LOST_AFTER_MS,  # for what was sent and not acknowledged (tcp(7))
    }
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}


def _master(parts: SplitResult, options: dict[str, Any]) -> Redis:
    user, _, hosts = parts.netloc.rpartition("@")
    service, _, database = parts.path.strip("/").partition("/")
    addresses = [_address(host) for host in hosts.split(",")]
    if not service:
        raise ValueError(f"the name of the master is missing; {_HOW_TO}")
    # As for one server: the parser of the library reads user, password, database and options.
    alone = f"{_SENTINEL[parts.scheme]}://{user}{'@' if user else ''}host/{database}?{parts.query}"
    given: dict[str, Any] = parse_url(alone)  # type: ignore[no-untyped-call]
    given.pop("host")
    sentinel: dict[str, Any] = {
        "socket_timeout": _SENTINEL_TIMEOUT_S,
        "socket_connect_timeout": _SENTINEL_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
    }
    if given.pop("connection_class", None) is not None:
        given["ssl"] = True
        sentinel |= {name: value for name, value in given.items() if name.startswith("ssl")}
    for name in ("username", "password"):
        if f"sentinel_{name}" in given:
            sentinel[name] = given.pop(f"sentinel_{name}")
    sentinels = Sentinel(addresses, sentinel_kwargs=sentinel, **given, **options)  # type: ignore[no-untyped-call]
    master: Redis = sentinels.master_for(service)  # type: ignore[no-untyped-call]
    return master


def _address(host: str) -> tuple[str, int]:
    parsed = urlsplit(f"//{host}")
    if not parsed.hostname:
        raise ValueError(f"{host!r} is no address; {_HOW_TO}")
    return parsed.hostname, parsed.port or _SENTINEL_PORT
