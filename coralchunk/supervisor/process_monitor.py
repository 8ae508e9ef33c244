"""Start the workers, and restart every process of this server that dies."""

import secrets
import socket
import threading
from collections.abc import Mapping
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.config import Settings
from coralchunk.pipeline.queries.storage_identity import check_storage
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.processes import load
from coralchunk.supervisor.child_process import STOP_TIMEOUT_S, Child, Process, python, stop_all
from coralchunk.supervisor.fork_server import CAN_FORK, ForkServer
from coralchunk.supervisor.signals import ShutdownSignal

# By name, and imported when the fork server is on its way: SQLAlchemy takes 0.2 s to load.
_PREPARE_DATABASE: Final = "coralchunk.supervisor.database:prepare_database"
_SWEEP: Final = "coralchunk.supervisor.sweeper:sweep_periodically"
_LOOK_AGAIN_S: Final = 0.5
_log: Final = structlog.get_logger()


def monitor(
    settings: Settings,
    environment: Mapping[str, str],
    others: list[Child],
    shutdown: ShutdownSignal,
    scheme: str,
) -> None:
    """Start the workers and restart dead processes until the server is told to stop; then stop the workers.

    settings     with the URL of the running Redis
    environment  of the workers
    others       processes that were started before
    scheme       http or https, for the log

    Raises BadSetup and DatabaseDown if the database cannot be migrated.
    """
    workers = _Workers(settings, environment)
    try:
        for child in workers.fork_servers:
            child.start()  # it loads the code of workers meanwhile
        load(_PREPARE_DATABASE)(settings)
        stores = open_stores(settings, redis_timeout_s=5)
        check_storage(stores)
        _log.info("listening", url=f"{scheme}://{settings.host}:{settings.port}", workers=settings.workers)
        _run(workers, others, stores, shutdown)
    finally:
        stop_all(workers.fork_servers, STOP_TIMEOUT_S)


def _run(workers: "_Workers", others: list[Child], stores: Stores, shutdown: ShutdownSignal) -> None:
    stopping = threading.Event()
    sweeper = threading.Thread(target=load(_SWEEP), args=(stores, stopping), name="sweeper")
    sweeper.start()
    try:
        _keep_running([*others, *workers.fork_servers, *workers.children], workers, stores, shutdown)
    finally:
        _log.info("stopping")
        stopping.set()
        # Workers first: while they finish their batches, web processes still answer but accept nothing new.
        _drain(stores)
        stop_all(workers.children, STOP_TIMEOUT_S)
        sweeper.join()


class _Workers:
    """The workers, through all their restarts, and the dead processes that Redis does not know of yet."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._environment: Final = environment
        self._names: Final[dict[Child, str]] = {}
        self._died: Final[list[str]] = []
        self._unrecovered: Final[list[str]] = []  # dead workers whose tasks are still to be put back
        self._fork_server: ForkServer | None = None  # the one that was started last
        self.fork_servers: Final = [Child("fork server", self._start_fork_server)] if CAN_FORK else []
        self.children: Final = [self._worker(slot) for slot in range(settings.workers)]

    def can_start(self, child: Child) -> bool:
        """Tell whether a process can be started now; workers wait until their code is loaded."""
        if child not in self.children or not CAN_FORK:
            return True
        return self._fork_server is not None and self._fork_server.is_ready()

    def note_death(self, child: Child) -> None:
        """Remember that a process of the server has died."""
        self._died.append(child.name)
        if child in self._names:
            self._unrecovered.append(self._names[child])

    def recover(self, stores: Stores) -> None:
        """Put back what dead workers had taken, and count deaths. After a RedisError: to be called again."""
        while self._unrecovered:
            put_back = stores.tasks.recover(self._unrecovered[0])
            _log.info("tasks of a dead worker put back", worker=self._unrecovered.pop(0), tasks=put_back)
        while self._died:
            stores.counters.count_restart(self._died[0])
            self._died.pop(0)

    def _worker(self, slot: int) -> Child:
        def start() -> Process:
            # RQ refuses a name that it has not yet seen die, so each start takes a new one.
            name = f"{socket.gethostname()}.{slot}.{secrets.token_hex(4)}"
            self._names[child] = name
            if self._fork_server is not None:
                return self._fork_server.fork(name)
            return python(["-m", "jobs", name], self._environment)

        child = Child(f"worker {slot}", start)
        return child

    def _start_fork_server(self) -> Process:
        self._fork_server = ForkServer(self._environment)
        return self._fork_server


def _keep_running(children: list[Child], workers: _Workers, stores: Stores, shutdown: ShutdownSignal) -> None:
    is_open = False  # whether Redis knows that photos are accepted (again)
    while not shutdown.is_received:
        for child in children:
            if child.has_died():
                workers.note_death(child)
            if workers.can_start(child):
                child.start()
        try:
            if not is_open:
                stores.admission.open()
                is_open = True
            workers.recover(stores)
        except RedisError:
            _log.warning("Redis does not answer; tasks are put back later")
        shutdown.wait(_LOOK_AGAIN_S)


def _drain(stores: Stores) -> None:
    try:
        stores.admission.close(int(3 * STOP_TIMEOUT_S))
    except RedisError:
        _log.warning("Redis does not answer; uploads are refused for that")
