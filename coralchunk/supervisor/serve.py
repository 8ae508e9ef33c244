"""Run a whole server: Redis, web and workers under one parent process."""

import os
import pkgutil
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, cast

import structlog
from redis import Redis

from coralchunk.config import VARIABLES, Settings
from coralchunk.pipeline.queue.admission import Admission
from coralchunk.processes import PARENT_VARIABLE, preload
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.supervisor.child_process import STOP_TIMEOUT_S, Child, Process, stop_all
from coralchunk.supervisor.instance_lock import hold_instance_lock
from coralchunk.supervisor.listening_socket import listening_socket
from coralchunk.supervisor.preflight import check_redis, prepare_data_folder
from coralchunk.supervisor.redis_server import RedisServer
from coralchunk.supervisor.signals import ShutdownSignal, signals
from coralchunk.supervisor.tls.files import TlsFiles
from coralchunk.supervisor.web_process import shared_metrics, start_web

# By name, and imported when web is on its way: what it needs takes a second to load, as web's own modules do.
_WATCH: Final = "coralchunk.supervisor.process_monitor:monitor"
_TLS: Final = "coralchunk.supervisor.tls.setup"  # likewise, and only some servers need it
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
        open_model_repository(settings).find(
            settings.model
        )  # before anything is started that would have to be shutdown
        prepare_data_folder(settings)
        check_redis(settings)
        with (
            hold_instance_lock(settings.data_dir),
            signals() as shutdown,
            listening_socket(settings) as listener,
            shared_metrics(settings, "serve") as shared,
        ):
            self._environment.update(shared)
            settings, redis = self._with_redis()
            tls, trust = self._with_tls()
            web = Child("web", lambda: start_web(settings, self._environment, listener, tls))
            try:
                for child in [*redis, *trust]:
                    child.start()
                if redis:
                    _open_again(str(settings.redis_url))
                web.start()  # before all that takes long: clients wait for it
                preload(_WATCH.partition(":")[0])
                watch = cast(Watch, pkgutil.resolve_name(_WATCH))
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
        tls = cast(Prepare, pkgutil.resolve_name(f"{_TLS}:prepare_tls"))(self._settings)
        start = cast(StartPage, pkgutil.resolve_name(f"{_TLS}:start_trust_page"))
        return tls, [Child("trust page", partial(start, self._settings, self._environment, tls))]

    def _with_redis(self) -> tuple[Settings, list[Child]]:
        if self._settings.redis_url:
            return self._settings, []
        server = RedisServer(self._settings.data_dir)
        self._environment[VARIABLES["redis_url"]] = server.url
        return self._settings.model_copy(update={"redis_url": server.url}), [Child("redis", server.start)]


def _open_again(redis_url: str) -> None:
    """Take photos: the server that was stopped before this one has closed the door behind it."""
    Admission(Redis.from_url(redis_url)).open()
