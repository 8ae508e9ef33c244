"""Run a real `coralchunk serve` in a separate process, and use it as users and operators do."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.databases import provide_database
from tests.waiting import PATIENCE_S, wait_for

_SETTLED_S = 30.0
_UNPREFIXED = {"REDIS_URL", "DATABASE_URL"}
COMMAND = str(Path(sys.executable).with_name("coralchunk"))


@dataclass(frozen=True)
class ServerProcess:
    """One process that belongs to a server."""

    pid: int
    parent: int
    command: str

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the process is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


class RunningServer:
    """A server on a free port, with its own data folder.

    settings  names without their prefix, as in WORKERS="1"
    """

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.log = data_dir.with_name(f"{data_dir.name}.log")
        self.settings = {"PORT": str(self.port), "WORKERS": "2", "DATA_DIR": str(data_dir), **settings}
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE_S)
        self._arguments = ["serve"]
        self._process: subprocess.Popen[bytes] | None = None

    def use_tls(self, port: int) -> None:
        """Serve https from the next start on, at this port and with the page about trust at the next."""
        self.port, self.settings["PORT"], self._arguments = port, str(port), ["serve", "--tls"]
        self.client.close()
        self.client = httpx.Client(base_url=f"https://127.0.0.1:{port}", timeout=PATIENCE_S, verify=False)  # noqa: S501

    def start(self) -> None:
        """Start it and wait until a photo would be classified."""
        if self._process is not None:
            self._process.wait(PATIENCE_S)
        if not self.data_dir.exists() and "DATABASE_URL" not in self.settings:
            provide_database(self.data_dir)  # once for all servers, instead of step by step for each
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [COMMAND, *self._arguments], env=environment(**self.settings), stderr=log, stdout=log
            )
        wait_for(self.is_ready, "the server being ready")

    def stop(self) -> int:
        """End it as an operator does. Returns its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """Kill its parent process, which can then put nothing in order."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def destroy(self) -> None:
        """Leave no process behind, whatever a test did."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        for process in self.processes():
            process.send(signal.SIGKILL)
        self.client.close()

    def is_ready(self) -> bool:
        """Tell whether a photo sent now would be classified."""
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        with contextlib.suppress(httpx.TransportError):
            ready = self.client.get("/V1/api/ready")
            workers = f"{self.settings['WORKERS']} of {self.settings['WORKERS']} at work"
            return (
                ready.status_code == 200
                and ready.json()["workers"]["detail"] == workers
                and self._has_one_web()
            )
        return False

    def settles(self) -> bool:
        """Tell whether soon all of its processes are at work, and no job is open."""

        def is_settled() -> bool:
            return self.is_ready() and self.client.get("/V1/api/ready").json()["oldest_queued_s"] is None

        with contextlib.suppress(AssertionError):
            return wait_for(is_settled, "the server being ready, with no open job", _SETTLED_S)
        return False

    def _has_one_web(self) -> bool:
        """Tell whether no process is left of a killed web process, which may still answer briefly."""
        assert self._process is not None
        webs = self.processes("gunicorn")
        masters = {web.pid for web in webs if web.parent == self._process.pid}
        return bool(masters) and all(web.pid in masters or web.parent in masters for web in webs)

    def processes(self, command: str = "") -> list[ServerProcess]:
        """Return its living processes, known by its data folder, whose command line contains `command`."""
        mark = f"CORALCHUNK_DATA_DIR={self.data_dir}\0".encode()
        return [
            process
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit()
            and (process := _belonging(folder, mark, self.data_dir))
            and command in process.command
        ]

    def pids(self, command: str) -> list[int]:
        """Return the ids of its processes whose command line contains `command`."""
        return [process.pid for process in self.processes(command)]

    def workers(self) -> list[ServerProcess]:
        """Return its classifying processes."""
        return self.processes(" -m jobs ")

    def fork_servers(self) -> list[ServerProcess]:
        """Return the process from which its workers are forked."""
        return self.processes(" -m jobs.fork_server ")

    def redis(self) -> ServerProcess:
        """Return its Redis."""
        (redis,) = self.processes("-server ")
        return redis

    @contextmanager
    def workers_halted(self) -> Iterator[None]:
        """Hold all workers where they are, so that nothing moves while a test looks."""
        halted = self.workers()
        for worker in halted:
            worker.send(signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in halted:
                worker.send(signal.SIGCONT)

    def command(self, *arguments: str, typed: str = "") -> str:
        """Run a command of the operator's on its data. Returns what it printed."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=environment(**self.settings),
            input=typed,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        ).stdout

    def submit(self, photo: bytes, name: str = "reef.jpg") -> int:
        """Send a photo. Returns the job's id."""
        answer = self.client.post("/V1/api/classify", files={"image": (name, photo)})
        assert answer.status_code == 200, answer.text
        return answer.json()["job_id"]

    def status(self, job_id: int, include: str | None = None) -> dict[str, Any]:
        """Return the status of a job that exists."""
        answer = self.client.get(
            f"/V1/api/status/{job_id}", params={} if include is None else {"include": include}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def finished(self, job_id: int) -> dict[str, Any]:
        """Wait until a job is done or given up, and return its whole answer."""
        wait_for(lambda: self.status(job_id, "")["status"] in {"completed", "error"}, "the end of the job")
        return self.status(job_id)

    def completed(self, job_id: int) -> dict[str, Any]:
        """Wait until a job is done and return its whole answer."""
        answer = self.finished(job_id)
        assert answer["status"] == "completed", answer
        return answer

    def begun(self, job_id: int, chunks: int = 1) -> dict[str, Any]:
        """Wait until some chunks of a job have results and others not; return that status."""
        wait_for(lambda: self.status(job_id, "")["completed_chunks"] >= chunks, "the first chunks")
        return self.status(job_id, "")


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with exactly these settings; names without their prefix."""
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - what a shell would hand on
        if not name.startswith("CORALCHUNK_") and name not in _UNPREFIXED
    }
    if "COVERAGE_PROCESS_CONFIG" in inherited:  # see there
        inherited["COV_LATE_CONFIG"] = inherited.pop("COVERAGE_PROCESS_CONFIG")
        inherited["PYTHONPATH"] = str(Path(__file__).with_name("measured"))
    return inherited | {
        name if name in _UNPREFIXED else f"CORALCHUNK_{name}": value for name, value in settings.items()
    }


def client_environment(**settings: str) -> dict[str, str]:
    """Return the environment for programs of users, whose coverage is not measured.

    Coverage's handler for SIGTERM can hold up the processes that such a program starts and ends.
    """
    return {name: value for name, value in environment(**settings).items() if not name.startswith("COV")}


@contextlib.contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[RunningServer]:
    """Run a server; also if it does not start, no process of it is left."""
    running = RunningServer(data_dir, **settings)
    try:
        running.start()
        yield running
    finally:
        running.destroy()


def free_port(host: str = "127.0.0.1") -> int:
    """Return a free TCP port of an IPv4 or IPv6 address."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> int:
    """Return the first of some free TCP ports that follow each other."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError, OverflowError):
            for port in range(first, first + count):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


def _belonging(folder: Path, mark: bytes, data_dir: Path) -> ServerProcess | None:
    try:
        # Redis overwrites its environment with its title; it is known by the folder it works in.
        is_ours = (
            mark in (folder / "environ").read_bytes() or (folder / "cwd").readlink() == data_dir / "redis"
        )
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        # "pid (name) state parent ..."; a zombie does not count as a process.
        state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return ServerProcess(int(folder.name), int(parent), command) if is_ours and state != "Z" else None
