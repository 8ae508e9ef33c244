"""Disturb a server that is spread over hosts, and check that nothing was lost: python -m chaos.cluster."""

import random
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

import click

from chaos.clients import Ledger, Phone, photos
from chaos.faults import Fault, filled
from chaos.run import Report, storm
from chaos.verdict import finished_twice, wrong_jobs
from tests.cluster import running
from tests.cluster.hosts import Host
from tests.cluster.running import PORT, V1, Cluster
from tests.waiting import wait_for

_PATIENCE_S: Final = 180.0
_CUT_S: Final = 20.0
_DOWN_S: Final = 6.0
_ROOM_MB: Final = 900
_TIDIED_S: Final = 150.0  # the sweeper compares files and records once a minute


class ClusterFaults:
    """The faults of one cluster; each ends when everything is at work again."""

    def __init__(self, cluster: Cluster, dice: random.Random) -> None:
        self._cluster: Final = cluster
        self._dice: Final = dice

    def all(self) -> dict[str, Fault]:
        """Return them by name."""
        cluster = self._cluster
        return {
            "host killed": self.kill_host,
            "line cut for 20 s": self.cut_line,
            "line of the store cut for 20 s": self.cut_store,
            "Redis killed": lambda: self._restart(cluster.kill_redis, cluster.start_redis),
            "PostgreSQL killed": lambda: self._restart(cluster.postgres.kill, cluster.postgres.start),
            "object store killed": lambda: self._restart(cluster.objects.stop, cluster.objects.start),
            "object store full": self.fill_store,
        }

    def kill_host(self) -> None:
        """Switch a host off that has a worker, and on again."""
        host = self._a_worker_host()
        host.kill()
        Event().wait(_DOWN_S)
        self._cluster.start_roles(host)
        self._healed()

    def cut_line(self) -> None:
        """Cut the line of a host that has a worker."""
        with self._a_worker_host().cut_off():
            Event().wait(_CUT_S)
        self._healed()

    def cut_store(self) -> None:
        """Cut Redis, PostgreSQL and the object store off from all others."""
        with self._cluster.store.cut_off():
            Event().wait(_CUT_S)
        self._healed()

    def fill_store(self) -> None:
        """Leave the object store no room for a while."""
        with filled(self._cluster.objects.volumes):
            Event().wait(_DOWN_S)
        self._healed()

    def _restart(self, kill: Callable[[], None], start: Callable[[], None]) -> None:
        kill()
        Event().wait(_DOWN_S)
        start()
        self._healed()

    def _a_worker_host(self) -> Host:
        return self._dice.choice([self._cluster.b, self._cluster.c])

    def _healed(self) -> None:
        cluster = self._cluster
        wait_for(
            lambda: cluster.is_ready(cluster.a) and cluster.is_ready(cluster.b),
            "all being at work again",
            _PATIENCE_S,
        )


def run(duration_s: float, seed: int, report: Report, folder: Path) -> None:
    """Let phones upload to both webs while faults are injected, then look at every job."""
    dice, ended = random.Random(seed), threading.Event()
    cluster = Cluster(folder, store_mb=_ROOM_MB)
    ledger = Ledger()
    report.ledgers.append(ledger)
    try:
        cluster.start()
        expected = {
            name: cluster.completed(cluster.a, cluster.submit(cluster.a, photo))
            for name, photo in photos().items()
        }
        urls = [f"http://{host.address}:{PORT}" for host in (cluster.a, cluster.b, cluster.a)]
        phones = [Phone(url, ledger, ended, dice.randrange(2**32)) for url in urls]
        for phone in phones:
            phone.start()
        storm(ClusterFaults(cluster, dice).all(), duration_s, dice, report)
        ended.set()
        for phone in phones:
            phone.join()
        report.wrong.extend(wrong_jobs(cluster.web(cluster.b), ledger, expected))
        report.wrong.extend(finished_twice(cluster.logs("worker")))
        report.wrong.extend(_leftovers(cluster))
    except AssertionError as failure:
        report.wrong.append(str(failure))
    finally:
        ended.set()
        if report.log is not None:
            report.log.write_text("".join(cluster.logs(role) for role in ("web", "worker", "sweep")))
        cluster.destroy()


def _leftovers(cluster: Cluster) -> list[str]:
    """Return the keys in the bucket that belong to no job."""
    web = cluster.web(cluster.a)

    def strange() -> list[str]:
        folders = {key.split("/")[2] for key in cluster.objects.keys(cluster.bucket) if key.count("/") > 2}
        jobs = {folder for folder in folders if folder.isdigit()}
        return [job for job in jobs if web.get(f"{V1}/status/{job}").status_code != 200]

    try:
        wait_for(lambda: not strange(), "leftover objects being removed", _TIDIED_S)
    except AssertionError:
        return [f"left over: {job}" for job in strange()]
    return []


@click.command()
@click.option("--seconds", default=300, show_default=True, help="How long faults go on.")
@click.option("--seed", default=1, show_default=True, help="Which faults come in which order.")
@click.option("--log", type=click.Path(path_type=Path), help="Keep the logs of all hosts in this file.")
def main(seconds: int, seed: int, log: Path | None) -> None:
    """Inject faults into a cluster, then check that every accepted photo was classified exactly once."""
    reason = running.why_not()
    if reason is not None:
        raise click.ClickException(f"There can be no cluster here: {reason}")
    click.echo(f"{seconds} s of faults, seed {seed}")
    report = Report(click.echo, log)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        run(seconds, seed, report, Path(folder))
    for line in report.lines():
        click.echo(line)
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
