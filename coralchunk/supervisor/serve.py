"""Settings -> a running server: Redis, web and workers under one watching parent."""

import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.config import VARIABLES, Settings
from coralchunk.processes import PARENT_VARIABLE
from coralchunk.services import Services, model_shelf, open_services
from coralchunk.storage.database import open_database
from coralchunk.storage.migrate import migrate
from coralchunk.supervisor.children import Child, Process, python, stop_all
from coralchunk.supervisor.guards import Ended, listening, only_one, signals
from coralchunk.supervisor.private import private_folder
from coralchunk.supervisor.redis_server import RedisServer
from coralchunk.supervisor.sweeper import dead_workers, keep_swept

_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, see private.py
_PATIENCE_S: Final = 20.0  # for requests and batches under way when the server stops
_LOOK_AGAIN_S: Final = 0.5
_log: Final = structlog.get_logger()


class Server:
    """One running server. `environment` is what its processes inherit."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings: Final = settings
        self._environment: Final = {
            **environment,
            PARENT_VARIABLE: str(os.getpid()),
        }
        self._redis: Child | None = None
        self._is_open = False  # whether Redis has been told that photos are taken (again)
        self._worker_names: Final[dict[Child, str]] = {}
        self._died: Final[list[str]] = []  # processes whose death is still to be counted
        self._unrecovered: Final[list[str]] = []  # dead workers whose tasks are still to be put back

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises BadSetup if that cannot begin."""
        settings = self._settings
        model_shelf(settings).find(settings.model)  # before anything is started that would have to be ended
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with only_one(settings.data_dir), signals() as ended, listening(settings) as listener:
            _bring_up_to_date(settings)
            metrics = _metrics_folder(settings.data_dir.resolve())
            shutil.rmtree(metrics, ignore_errors=True)  # counts begin anew with the processes
            metrics.mkdir(mode=0o700)
            self._environment["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
            try:
                self._serve(self._with_redis(), listener, ended)
            finally:
                stop_all(self._own_redis(), _PATIENCE_S)
                shutil.rmtree(metrics.parent, ignore_errors=True)
                _log.info("stopped")

    def _serve(self, settings: Settings, listener: socket.socket, ended: Ended) -> None:
        services = open_services(settings, redis_timeout_s=5)
        web = Child("web", lambda: self._start_web(listener))
        workers = [self._worker(slot) for slot in range(settings.workers)]
        _log.info("listening", url=f"http://{settings.host}:{settings.port}", workers=len(workers))
        stopping = threading.Event()
        sweeper = threading.Thread(target=keep_swept, args=(services, stopping), name="sweeper")
        sweeper.start()
        try:
            self._watch([*self._own_redis(), web, *workers], services, ended)
        finally:
            _log.info("stopping")
            stopping.set()
            # Workers first: while they end what they have begun, web still answers, but takes nothing new.
            _drain(services)
            stop_all(workers, _PATIENCE_S)
            listener.close()
            stop_all([web], _PATIENCE_S)
            sweeper.join()

    def _watch(self, children: list[Child], services: Services, ended: Ended) -> None:
        while not ended.is_told:
            for child in children:
                if child.has_died():
                    self._died.append(child.name)
                    if child in self._worker_names:
                        self._unrecovered.append(self._worker_names[child])
                child.start()
            self._recover(services)
            ended.wait(_LOOK_AGAIN_S)

    def _recover(self, services: Services) -> None:
        try:
            if not self._is_open:
                services.stores.admission.open()
                self._unrecovered.extend(dead_workers(services))
                self._is_open = True
            while self._unrecovered:
                put_back = services.stores.tasks.recover(self._unrecovered[0])
                _log.info("tasks of a dead worker put back", worker=self._unrecovered.pop(0), tasks=put_back)
            while self._died:
                services.stores.tallies.note_restart(self._died[0])
                self._died.pop(0)
        except RedisError:
            _log.warning("Redis does not answer; tasks are put back later")

    def _with_redis(self) -> Settings:
        if self._settings.redis_url:
            return self._settings
        server = RedisServer(self._settings.data_dir)
        self._redis = Child("redis", server.start)
        self._redis.start()
        self._environment[VARIABLES["redis_url"]] = server.url
        return self._settings.model_copy(update={"redis_url": server.url})

    def _own_redis(self) -> list[Child]:
        return [self._redis] if self._redis is not None else []

    def _worker(self, slot: int) -> Child:
        def start() -> Process:
            # RQ refuses a name that it has not yet seen die, so each start takes a new one.
            name = f"{socket.gethostname()}.{slot}.{secrets.token_hex(4)}"
            self._worker_names[child] = name
            return python(["-m", "jobs", name], self._environment)

        child = Child(f"worker {slot}", start)
        return child

    def _start_web(self, listener: socket.socket) -> Process:
        command = ["-m", "gunicorn", "--config", "python:coralchunk.supervisor.gunicorn_conf"]
        command += ["--workers", str(self._settings.web_workers), "--bind", f"fd://{listener.fileno()}"]
        return python([*command, "coralchunk.app:from_environment()"], self._environment, [listener.fileno()])


def _bring_up_to_date(settings: Settings) -> None:
    database = open_database(settings.database_url, settings.data_dir)
    migrate(database)
    database.close()


def _drain(services: Services) -> None:
    try:
        services.stores.admission.close(int(3 * _PATIENCE_S))
    except RedisError:
        _log.warning("Redis does not answer; uploads are refused for that")


def _metrics_folder(data_folder: Path) -> Path:
    """Say where the processes share their counts: in memory where that can be had (Linux).

    They map these files; on a disk that is full, writing to one would end the process that counts (SIGBUS).
    """
    parent = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    return private_folder(parent, data_folder) / "metrics"
