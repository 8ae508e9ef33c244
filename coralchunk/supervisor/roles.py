"""Run one role of a server that is spread over several machines."""

import os
import threading
from collections.abc import Mapping
from typing import Final

import structlog

from coralchunk.config import Settings
from coralchunk.errors.access import DatabaseDown
from coralchunk.errors.setup import BadSetup
from coralchunk.pipeline.queries.storage_identity import check_storage
from coralchunk.pipeline.stores import open_stores
from coralchunk.probes import probed
from coralchunk.processes import PARENT_VARIABLE
from coralchunk.storage.migrate import is_current
from coralchunk.storage.sql.database import open_database
from coralchunk.supervisor.child_process import STOP_TIMEOUT_S, Child, stop_all
from coralchunk.supervisor.data_folder import prepare_data_folder
from coralchunk.supervisor.listening_socket import listening_socket
from coralchunk.supervisor.preflight import check_redis
from coralchunk.supervisor.signals import ShutdownSignal, signals
from coralchunk.supervisor.sweeper import sweep_periodically
from coralchunk.supervisor.web_process import shared_metrics, start_web

_LOOK_AGAIN_S: Final = 0.5
_DATABASE_TIMEOUT_S: Final = 60.0  # to be reachable and up to date
_log: Final = structlog.get_logger()


def run_web(settings: Settings, environment: Mapping[str, str]) -> None:
    """Answer requests until SIGINT or SIGTERM; requests that are under way are finished.

    Raises BadSetup where REDIS_URL is missing, the port is taken, or the database is not up to date in time.
    """
    check_shared(settings)
    prepare_data_folder(settings)
    with signals() as shutdown:
        _await_database(settings, shutdown)
        check_storage(open_stores(settings, redis_timeout_s=5))
        with listening_socket(settings) as listener, shared_metrics(settings, "web") as shared:
            inherited = {**environment, **shared, PARENT_VARIABLE: str(os.getpid())}
            web = Child("web", lambda: start_web(settings, inherited, listener))
            try:
                while not shutdown.is_received:
                    web.has_died()
                    web.start()
                    shutdown.wait(_LOOK_AGAIN_S)
            finally:
                listener.close()
                stop_all([web], STOP_TIMEOUT_S)


def run_sweep(settings: Settings) -> None:
    """Sweep until SIGINT or SIGTERM, or stand by while another sweeper does. Raises BadSetup."""
    check_shared(settings)
    stores = open_stores(settings, redis_timeout_s=5)
    check_storage(stores)
    stopping = threading.Event()
    sweeper = threading.Thread(target=sweep_periodically, args=(stores, stopping), name="sweeper")
    with signals() as shutdown, probed(settings.host, settings.metrics_port, sweeper.is_alive):
        sweeper.start()
        _log.info("sweeping")
        while not shutdown.is_received:
            shutdown.wait(_LOOK_AGAIN_S)
    stopping.set()
    sweeper.join()


def check_shared(settings: Settings) -> None:
    """Raise BadSetup where a role would not find the others."""
    if settings.redis_url is None:
        raise BadSetup(
            "REDIS_URL is not set. The roles web, worker and sweep find each other through one Redis: set it"
            " to that Redis, such as redis://host:6379/0, or use `coralchunk serve`, which starts one itself."
        )
    check_redis(settings)


def _await_database(settings: Settings, shutdown: ShutdownSignal) -> None:
    database = open_database(settings.database_url, settings.data_dir)
    waited_s = 0.0
    while not shutdown.is_received:
        try:
            if is_current(database):
                break
            reason = "its tables are not those of this version; run `coralchunk migrate`"
        except DatabaseDown as down:
            reason = str(down)
        if waited_s >= _DATABASE_TIMEOUT_S:
            raise BadSetup(f"{database.place} cannot be used after {_DATABASE_TIMEOUT_S:.0f} s: {reason}")
        if waited_s == 0:
            _log.warning("waiting for the database", place=database.place, reason=reason)
        shutdown.wait(_LOOK_AGAIN_S)
        waited_s += _LOOK_AGAIN_S
    database.close()
