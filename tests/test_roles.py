"""The roles web, worker and sweep, each started on its own around one Redis, as on several machines."""

import contextlib
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from coralchunk.pipeline.stores import Stores
from tests.databases import migrated_sqlite
from tests.reef import jpeg
from tests.server import COMMAND, environment, free_port
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow
V1 = "/V1/api"


class Cluster:
    """Roles on one Redis, one folder of photos and one database; every role has its own data folder."""

    def __init__(self, folder: Path, redis_url: str, database_url: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE_S)
        self._redis_url = redis_url
        self._database_url = database_url
        self._metrics: dict[str, int] = {}
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def provide_database(self) -> None:
        """Put an up-to-date database where the roles look for it."""
        (self.folder / "shared.db").write_bytes(migrated_sqlite())

    def run(
        self, name: str, *command: str, photos: str = "photos", metrics_of: str | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a command as `name`; with the port for metrics of another one, if that is given."""
        self._metrics[name] = self._metrics[metrics_of] if metrics_of else free_port()
        with (self.folder / f"{name}.log").open("ab") as log:
            self.started[name] = subprocess.Popen(
                [COMMAND, *command], env=self._environment(name, photos), stdout=log, stderr=log
            )
        return self.started[name]

    def probe(self, name: str, path: str) -> httpx.Response:
        """Ask a role at its port for metrics."""
        return self.client.get(f"http://127.0.0.1:{self._metrics[name]}/{path}")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def is_ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return self.client.get(f"{V1}/ready").status_code == 200
        return False

    def submit(self, photo: bytes) -> int:
        return int(self.client.post(f"{V1}/classify", files={"image": ("reef.jpg", photo)}).json()["job_id"])

    def progress(self, job_id: int) -> dict[str, object]:
        return self.client.get(f"{V1}/status/{job_id}?include=").json()

    def completed(self, job_id: int) -> dict[str, object]:
        wait_for(lambda: self.progress(job_id)["status"] == "completed", "the end of the job")
        return self.progress(job_id)

    def end(self) -> dict[str, int]:
        """End all that still runs. Returns the exit status of each."""
        for process in self.started.values():
            process.terminate()
        statuses = {name: process.wait(PATIENCE_S) for name, process in self.started.items()}
        self.client.close()
        return statuses

    def _environment(self, name: str, photos: str) -> dict[str, str]:
        return environment(
            PORT=str(self.port),
            DATA_DIR=str(self.folder / name),
            STORAGE_URL=str(self.folder / photos),
            REDIS_URL=self._redis_url,
            DATABASE_URL=self._database_url,
            METRICS_PORT=str(self._metrics[name]),
            WORKERS="2",
            WEB_WORKERS="1",
        )


@pytest.fixture
def cluster(tmp_path: Path, stores: Stores, redis_url: str) -> Iterator[Cluster]:
    made = Cluster(tmp_path, redis_url, f"sqlite:///{tmp_path}/shared.db")
    yield made
    made.end()


def test_the_roles_together_are_a_server(cluster: Cluster) -> None:
    cluster.run("migrate", "migrate").wait(PATIENCE_S)
    for name, command in (("web", "web"), ("one", "worker"), ("two", "worker"), ("sweep", "sweep")):
        cluster.run(name, command)
    wait_for(cluster.is_ready, "the web role being ready")

    status = cluster.completed(cluster.submit(jpeg(2000, 1500)))
    probes = [cluster.probe(name, "health") for name in ("one", "two", "sweep")]
    metrics = [cluster.probe(name, "metrics").text for name in ("one", "two")]
    taken = cluster.run("three", "worker", metrics_of="one").wait(PATIENCE_S)

    assert status["progress"] == "63/63"
    assert "is up to date" in cluster.log("migrate")
    assert [(probe.status_code, probe.json()) for probe in probes] == [(200, {"status": "success"})] * 3
    assert any(re.search(r"^coralchunk_batch_seconds_count [1-9]", one, re.MULTILINE) for one in metrics)
    assert taken == 1
    assert "CORALCHUNK_METRICS_PORT" in cluster.log("three")
    del cluster.started["three"]
    assert set(cluster.end().values()) == {0}


def test_web_waits_for_the_database_to_be_brought_up_to_date(cluster: Cluster) -> None:
    cluster.run("web", "web")
    wait_for(lambda: "coralchunk migrate" in cluster.log("web"), "web saying what it waits for")
    with pytest.raises(httpx.ConnectError):
        cluster.client.get(f"{V1}/health")

    cluster.run("migrate", "migrate")
    cluster.run("one", "worker", "one")

    wait_for(cluster.is_ready, "the web role being ready")


def test_roles_with_another_storage_are_refused_and_ruin_no_photo(cluster: Cluster) -> None:
    roles = ("web", "worker", "sweep")
    cluster.provide_database()
    cluster.run("first", "sweep")
    wait_for((cluster.folder / "photos" / "storage-id").exists, "the storage getting its id")

    strangers = {role: cluster.run(role, role, photos="others") for role in roles}
    statuses = {role: stranger.wait(PATIENCE_S) for role, stranger in strangers.items()}

    assert statuses == dict.fromkeys(roles, 1)
    for role in roles:
        assert "is not the storage of the other processes" in cluster.log(role), role
        assert "Traceback" not in cluster.log(role), role


def test_a_worker_whose_storage_vanishes_ends_and_another_does_its_work(cluster: Cluster) -> None:
    cluster.provide_database()
    for name, command in (("web", "web"), ("one", "worker"), ("sweep", "sweep")):
        cluster.run(name, command)
    wait_for(cluster.is_ready, "the web role being ready")
    photos, away = cluster.folder / "photos", cluster.folder / "away"
    one = cluster.started["one"]
    one.send_signal(signal.SIGSTOP)
    job_id = cluster.submit(jpeg(3000, 2000))

    photos.rename(away)
    photos.mkdir()
    one.send_signal(signal.SIGCONT)
    wait_for(lambda: one.poll() is not None, "the end of the worker")
    ready = cluster.client.get(f"{V1}/ready").json()
    photos.rmdir()
    away.rename(photos)
    cluster.run("two", "worker")

    assert not ready["storage"]["ok"]
    assert cluster.completed(job_id)["progress"] == "117/117"


@pytest.mark.parametrize("role", ["web", "worker", "sweep"])
def test_a_role_without_a_redis_is_refused_with_what_to_set(role: str, tmp_path: Path) -> None:
    refused = subprocess.run(
        [COMMAND, role],
        env=environment(DATA_DIR=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert refused.returncode == 1
    assert "REDIS_URL is not set" in refused.stderr
    assert "coralchunk serve" in refused.stderr
