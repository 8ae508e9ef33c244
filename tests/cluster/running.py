"""Run a server on several hosts: its Redis, PostgreSQL and object store on one, its roles on the others."""

import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx

from coralchunk.pipeline.connection import connect
from coralchunk.pipeline.records.keys import SWEEPER
from coralchunk.pipeline.records.leases import SWEEP_LEASE_S
from coralchunk.supervisor.redis_server import server_binary
from tests import object_store, postgres
from tests.cluster import hosts
from tests.cluster.hosts import Host, Network
from tests.coralnet.host import ImageHost
from tests.object_store import ObjectStoreServer
from tests.postgres import Postgres
from tests.server import environment, free_port
from tests.waiting import PATIENCE_S, wait_for

V1 = "/V1/api"
PORT = 5001
_REDIS_PORT = 6379
#: Where each role runs.
ROLES = {"a": ("web", "sweep"), "b": ("web", "worker"), "c": ("worker", "sweep")}


class Cluster:
    """One server on the hosts a, b and c; what they share is on the host `store`.

    store_mb  size of the disk of the object store; None for a folder of this machine's disk
    """

    def __init__(self, folder: Path, store_mb: int | None = None) -> None:
        self.network = Network(folder)
        self.store = self.network.add("store")
        self.a, self.b, self.c = (self.network.add(name) for name in ROLES)
        self._redis: subprocess.Popen[bytes] | None = None
        self.objects = ObjectStoreServer(self.store.address, self.store.prefix)
        self._has_disk = store_mb is not None
        if store_mb is not None:
            mount("-t", "tmpfs", "-o", f"size={store_mb}m", "tmpfs", str(self.objects.volumes))
        self.photos = ImageHost(self.network.address)
        self.hook_port = free_port()  # of what webhooks may be sent to
        self.start_redis()
        self.objects.start()
        self.bucket = self.objects.new_bucket()
        self.postgres = Postgres(postgres.newest(), self.store.address, self.store.prefix)
        self.settings = environment(
            REDIS_URL=f"redis://{self.store.address}:{_REDIS_PORT}/0",
            DATABASE_URL=self.postgres.new_database(),
            STORAGE_URL=f"s3://{self.bucket}/season",
            HOST="0.0.0.0",  # noqa: S104 - of a network that only this machine has
            PORT=str(PORT),
            WEB_WORKERS="1",
            WORKERS="2",
            RATE_LIMIT="off",
            FETCH_URLS="1",
            FETCH_ALLOW=f"{self.network.address}:{self.photos.port},{self.network.address}:{self.hook_port}",
            WEBHOOKS="1",
        )
        self.settings |= self.objects.environment
        self._clients: dict[str, httpx.Client] = {}

    def start(self) -> None:
        """Migrate the database, start every role, and wait until a photo would be classified."""
        for name in ROLES:
            self.start_roles(self.network.hosts[name])
        self.a.once("migrate", environment=self.settings)
        wait_for(lambda: self.is_ready(self.a) and self.is_ready(self.b), "both webs being ready")

    def start_roles(self, host: Host) -> None:
        """Start what runs on a host."""
        for role in ROLES[host.name]:
            host.run(role, self.settings)

    def start_redis(self) -> None:
        """Start Redis, with the data that an earlier one left."""
        options = ["--bind", self.store.address, "--port", str(_REDIS_PORT), "--protected-mode", "no"]
        options += ["--dir", str(self.store.folder), "--appendonly", "yes", "--save", ""]
        options += ["--maxmemory-policy", "noeviction", "--logfile", str(self.store.folder / "redis.log")]
        self._redis = subprocess.Popen([*self.store.prefix, server_binary(), *options])

    def elect(self, host: Host) -> None:
        """Give the right to sweep to a host, as if its sweeper had been the first."""
        with connect(self.settings["REDIS_URL"], 5) as redis:
            redis.set(SWEEPER, f"{host.name}:{host.folder / 'sweep'}", px=int(SWEEP_LEASE_S * 1000))

    def kill_redis(self) -> None:
        """End Redis as a power cut does."""
        assert self._redis is not None
        self._redis.send_signal(signal.SIGKILL)
        self._redis.wait(PATIENCE_S)

    def destroy(self) -> None:
        """Leave nothing behind."""
        for client in self._clients.values():
            client.close()
        for name in ROLES:
            self.network.hosts[name].remove()
            del self.network.hosts[name]
        self.postgres.stop()
        self.objects.stop()
        if self._has_disk:
            unmount("--lazy", str(self.objects.volumes))
        self.objects.remove()
        self.kill_redis()
        self.photos.close()
        self.network.remove()

    def web(self, host: Host) -> httpx.Client:
        """Return a client of a host's web."""
        if host.name not in self._clients:
            self._clients[host.name] = httpx.Client(
                base_url=f"http://{host.address}:{PORT}", timeout=PATIENCE_S
            )
        return self._clients[host.name]

    def command(self, *arguments: str, typed: str = "") -> str:
        """Run a command of the operator's on host a. Returns what it printed."""
        return self.a.once(*arguments, environment=self.settings, typed=typed)

    def is_ready(self, host: Host, workers: int = 2) -> bool:
        """Tell whether a host's web answers, with all that it needs."""
        with contextlib.suppress(httpx.TransportError):
            ready = self.web(host).get(f"{V1}/ready").json()
            at_work = f"{workers} of 2 at work"
            return ready["status"] == "ready" and ready["workers"]["detail"] == at_work
        return False

    def submit(self, host: Host, photo: bytes, **headers: str) -> int:
        """Send a photo to a host's web. Returns the job's id."""
        answer = self.web(host).post(f"{V1}/classify", files={"image": ("reef.jpg", photo)}, headers=headers)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["job_id"])

    def status(self, host: Host, job_id: int, include: str | None = None) -> dict[str, Any]:
        """Return the status of a job, as a host's web tells it."""
        params = {} if include is None else {"include": include}
        answer = self.web(host).get(f"{V1}/status/{job_id}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def completed(self, host: Host, job_id: int) -> dict[str, Any]:
        """Wait until a job is done, and return its whole answer."""
        is_final = ("completed", "error")
        wait_for(lambda: self.status(host, job_id, "")["status"] in is_final, "the end of the job")
        answer = self.status(host, job_id)
        assert answer["status"] == "completed", answer
        return answer

    def begun(self, host: Host, job_id: int) -> None:
        """Wait until some chunks of a job have results."""
        wait_for(lambda: self.status(host, job_id, "")["completed_chunks"], "the first chunks")

    def logs(self, role: str) -> str:
        """Return what a role has logged, on all hosts."""
        return "".join(host.log(role) for host in (self.a, self.b, self.c))


def mount(*arguments: str) -> None:
    """Run mount(8)."""
    subprocess.run(["mount", *arguments], check=True, timeout=PATIENCE_S)  # noqa: S607


def unmount(*arguments: str) -> None:
    """Run umount(8)."""
    subprocess.run(["umount", *arguments], check=True, timeout=PATIENCE_S)  # noqa: S607


def why_not() -> str | None:
    """Say why there can be no cluster here, if so."""
    return hosts.why_not() or postgres.why_not() or object_store.why_not()
