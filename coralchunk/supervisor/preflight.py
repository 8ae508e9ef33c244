"""Check that Redis can be used before a server starts, so that a wrong address is refused in one line."""

import threading
import time
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors.setup import BadSetting
from coralchunk.pipeline.connection import connect, without_password

_REDIS_TIMEOUT_S: Final = 10.0  # a Redis that is started at the same time may answer a little later
_LOOK_AGAIN_S: Final = 0.2


def check_redis(settings: Settings) -> None:
    """Return once the Redis of the settings answers; at once where none is set.

    Raises BadSetting for a URL that cannot be used, and for a Redis that does not answer in time.
    """
    if settings.redis_url is None:
        return
    shown = without_password(settings.redis_url)
    try:
        client = connect(settings.redis_url, 2, Retry(NoBackoff(), 0))
    except ValueError as malformed:
        raise BadSetting(VARIABLES["redis_url"], shown, f"{malformed}") from None
    with client:
        deadline = time.monotonic() + _REDIS_TIMEOUT_S
        while (failure := _failure(client)) is not None:
            if time.monotonic() > deadline or not _may_pass(failure):
                raise BadSetting(VARIABLES["redis_url"], shown, _reason(failure))
            threading.Event().wait(_LOOK_AGAIN_S)


def _failure(client: Redis) -> RedisError | None:
    try:
        client.ping()
    except RedisError as failure:
        return failure
    return None


def _may_pass(failure: RedisError) -> bool:
    """Tell whether waiting can help: it does not where the password is wrong, or where no Redis answers."""
    return type(failure) in {RedisConnectionError, RedisTimeoutError}


def _reason(failure: RedisError) -> str:
    return f"this Redis cannot be used: {str(failure).rstrip('.')}. Start it, or correct the address"
