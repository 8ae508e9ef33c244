"""Define the faults. Each is injected, reverted if it does not end by itself, and timed until recovery."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

import httpx

from chaos.proxy import Proxy
from tests.server import RunningServer, ServerProcess
from tests.waiting import wait_for

_PATIENCE_S: Final = 90.0
_FULL_S: Final = 6.0

Fault = Callable[[], None]


class Faults:
    """The faults of one server."""

    def __init__(self, server: RunningServer, random_: random.Random, longest_halt_s: float) -> None:
        self._server: Final = server
        self._random: Final = random_
        self._halt_s: Final = longest_halt_s

    def all(self) -> dict[str, Fault]:
        """Return them by name; a server with its own Redis has all of them but those that need a proxy."""
        return {
            "worker killed": self.kill_worker,
            "all workers killed": self.kill_workers,
            "fork server killed": self.kill_fork_server,
            "training killed": self.kill_training,
            "worker halted": self.halt_worker,
            "web process killed": self.kill_web_process,
            "web master killed": self.kill_web_master,
            "Redis killed": self.kill_redis,
            "supervisor killed": self.kill_supervisor,
            "server stopped and started": self.restart,
        }

    def kill_worker(self) -> None:
        """End when as many are at work as before."""
        self._kill(self._random.choice(self._server.workers() or [None]))
        wait_for(self._server.is_ready, "all workers being at work", _PATIENCE_S)

    def kill_workers(self) -> None:
        """End when as many are at work as before."""
        for worker in self._server.workers():
            self._kill(worker)
        wait_for(self._server.is_ready, "all workers being at work", _PATIENCE_S)

    def kill_fork_server(self) -> None:
        """End when as many workers are at work as before: its workers end too."""
        for process in self._server.fork_servers():
            self._kill(process)
        wait_for(self._server.is_ready, "all workers being at work", _PATIENCE_S)

    def kill_training(self) -> None:
        """Kill the process of a training, if one is at work; its worker notices."""
        for process in self._server.processes("-m coralchunk.training"):
            self._kill(process)

    def halt_worker(self) -> None:
        """Hold a worker where it is for a while."""
        worker = self._random.choice(self._server.workers())
        worker.send(signal.SIGSTOP)
        Event().wait(self._halt_s)
        worker.send(signal.SIGCONT)

    def kill_web_process(self) -> None:
        """End when the server answers."""
        masters = {process.pid for process in self._masters()}
        self._kill(
            self._random.choice([p for p in self._server.processes("gunicorn") if p.pid not in masters])
        )
        wait_for(self._answers, "the web answering", _PATIENCE_S)

    def kill_web_master(self) -> None:
        """End when the server answers."""
        for master in self._masters():
            self._kill(master)
        wait_for(self._answers, "the web answering", _PATIENCE_S)

    def kill_redis(self) -> None:
        """End when jobs are known again."""
        self._kill(self._server.redis())
        wait_for(self._knows_jobs, "Redis answering", _PATIENCE_S)

    def kill_supervisor(self) -> None:
        """End when a new one serves."""
        self._server.kill()
        self._server.start()

    def restart(self) -> None:
        """Stop it as an operator does, and start it again."""
        assert self._server.stop() == 0
        self._server.start()

    def _masters(self) -> list[ServerProcess]:
        return [p for p in self._server.processes("gunicorn") if p.parent in self._server.pids("serve")]

    def _kill(self, process: ServerProcess | None) -> None:
        if process is not None:
            process.send(signal.SIGKILL)

    def _answers(self) -> bool:
        return self._status_of("/V1/api/health") == 200

    def _knows_jobs(self) -> bool:
        return self._status_of("/V1/api/status/1") == 404

    def _status_of(self, path: str) -> int:
        try:
            return self._server.client.get(path).status_code
        except httpx.TransportError:
            return 0


def cut_off(proxy: Proxy, server: RunningServer, seconds: float) -> None:
    """Put Redis out of reach for a while; end when jobs are known again."""
    with proxy.cut():
        Event().wait(seconds)
        assert server.client.get("/V1/api/health").status_code == 200
        assert server.client.get("/V1/api/ready").status_code == 503
    wait_for(server.is_ready, "the server being ready", _PATIENCE_S)


def fill(folder: Path, server: RunningServer) -> None:
    """Leave no room in the data folder for a while; end when the server is ready."""
    with filled(folder):
        Event().wait(_FULL_S)
    wait_for(server.is_ready, "the server being ready", _PATIENCE_S)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Leave no room in a folder during the block."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 24, 1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
        os.fsync(file.fileno())
    try:
        yield
    finally:
        filler.unlink()


def seconds(fault: Fault) -> float:
    """Do a fault and return how long it took until it was over."""
    began = time.monotonic()
    fault()
    return time.monotonic() - began
