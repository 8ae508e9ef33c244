"""Send webhooks and e-mail from the process that sweeps."""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.errors import CoralchunkError
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.migrate import is_current
from coralchunk.storage.rows import webhooks
from coralchunk.storage.sql.database import open_database
from coralchunk.webhooks.collect import collect
from coralchunk.webhooks.deliver import KEPT_S, deliver_due

_EVERY_S: Final = 1.0
_TIDY_EVERY: Final = 3600  # rounds
_log: Final = structlog.get_logger()


def notify_periodically(stores: Stores, stopping: threading.Event, is_elected: Callable[[], bool]) -> None:
    """Collect and send what happened until the process stops, while this process is the one that sweeps."""
    database = open_database(stores.settings.database_url, stores.settings.data_dir)
    is_migrated, rounds = False, 0
    while not stopping.wait(_EVERY_S):
        if not is_elected():
            continue
        try:
            # On several hosts a sweeper may start before the database is migrated.
            is_migrated = is_migrated or is_current(database)
            if not is_migrated:
                continue
            collect(stores, database, time.time())
            deliver_due(database, stores.settings, time.time())
            if rounds % _TIDY_EVERY == 0:
                with database.writing() as connection:
                    webhooks.delete_deliveries_before(connection, time.time() - KEPT_S)
            rounds += 1
        except (RedisError, OSError, CoralchunkError) as failure:
            _log.warning("webhooks put off", reason=str(failure))
    database.close()
