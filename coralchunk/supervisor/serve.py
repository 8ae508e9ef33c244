"""Run a whole server: Redis, web and workers under one parent process."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import structlog

from coralchunk.config import VARIABLES, Settings
from coralchunk.processes import PARENT_VARIABLE, load
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.supervisor.child_process import STOP_TIMEOUT_S, Child, Process, stop_all
from coralchunk.supervisor.data_folder import prepare_data_folder
from coralchunk.supervisor.instance_lock import hold_instance_lock
from coralchunk.supervisor.listening_socket import listening_socket
from coralchunk.supervisor.redis_socket import redis_url
from coralchunk.supervisor.signals import ShutdownSignal, signals
from coralchunk.supervisor.tls.files import TlsFiles
from coralchunk.supervisor.web_process import shared_metrics, start_web

# Imported by name after web processes are started: they take half a second to load, as web processes do.
_OPEN_AGAIN: Final = "coralchunk.pipeline.queue.admission:open_again"
_REDIS: Final = "coralchunk.supervisor.redis_server:RedisServer"
_WATCH: Final = "coralchunk.supervisor.process_monitor:monitor"
# Imported by name because only some servers need them.
_CHECK_REDIS: Final = "coralchunk.supervisor.preflight:check_redis"
_TLS: Final = "coralchunk.supervisor.tls.setup"
Prepare = Callable[[Settings], TlsFiles]
StartPage = Callable[[Settings, Mapping[str, str], TlsFiles], Process]
Watch = Callable[[Settings, Mapping[str, str], list[Child], ShutdownSignal, str], None]
_log: Final = structlog.get_logger()


class Server:
    """One running server. `environment` is what its processes inherit."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], *, has_tls: bool) -> None:
        self._settings: Final = settings
        self._has_tls: Final = has_tls
        self._environment: Final = {
            **environment,
            PARENT_VARIABLE: str(os.getpid()),
        }

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises BadSetup if that cannot begin."""
        settings = self._settings
        open_model_repository(settings).find(settings.model)  # before anything starts that would have to stop
        prepare_data_folder(settings)
        if settings.redis_url:
            load(_CHECK_REDIS)(settings)
        with (
            hold_instance_lock(settings.data_dir),
            signals() as shutdown,
            listening_socket(settings) as listener,
            shared_metrics(settings, "serve") as shared,
        ):
            self._environment.update(shared)
            settings = self._with_redis_url()
            tls, trust = self._with_tls()
            web = Child("web", lambda: start_web(settings, self._environment, listener, tls))
            redis: list[Child] = []
            try:
                web.start()  # before all that takes long: clients wait for it
                redis += self._own_redis()
                for child in [*redis, *trust]:
                    child.start()
                if redis:
                    load(_OPEN_AGAIN)(settings.redis_url)
                watch: Watch = load(_WATCH)
                scheme = "http" if tls is None else "https"
                watch(settings, self._environment, [*redis, *trust, web], shutdown, scheme)
            finally:
                listener.close()
                stop_all([web, *trust], STOP_TIMEOUT_S)
                stop_all(redis, STOP_TIMEOUT_S)
                _log.info("stopped")

    def _with_tls(self) -> tuple[TlsFiles | None, list[Child]]:
        if not self._has_tls:
            return None, []
        prepare: Prepare = load(f"{_TLS}:prepare_tls")
        start: StartPage = load(f"{_TLS}:start_trust_page")
        tls = prepare(self._settings)
        return tls, [Child("trust page", partial(start, self._settings, self._environment, tls))]

    def _with_redis_url(self) -> Settings:
        if self._settings.redis_url:
            return self._settings
        url = redis_url(self._settings.data_dir)
        self._environment[VARIABLES["redis_url"]] = url
        return self._settings.model_copy(update={"redis_url": url})

    def _own_redis(self) -> list[Child]:
        if self._settings.redis_url:
            return []
        return [Child("redis", load(_REDIS)(self._settings.data_dir).start)]
