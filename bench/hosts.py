"""Compare one worker host with two, each limited to half a core, and say where many workers meet their limit.

python -m bench.hosts (as root): hosts are network namespaces, as in tests/cluster. The cost of each operation
is measured and handed to a simulation of the queue (bench/queue_model.py).
"""

import re
import statistics
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import Final

import click

from bench.queue_model import Costs, saturation, simulate
from coralchunk.pipeline.connection import connect
from coralchunk.pipeline.records import keys
from tests.cluster import running
from tests.cluster.hosts import Host
from tests.cluster.running import V1, Cluster
from tests.reef import jpeg
from tests.waiting import wait_for

_SHARE: Final = 0.5  # of a core, for each worker host
_SIZE: Final = (3000, 2000)
_CHUNKS: Final = 117
_IDLE_S: Final = 4.0
_SIMULATED: Final = (1, 10, 100, 300, 1000, 3000)
_TICKS_A_S: Final = 100.0  # of /proc/<pid>/stat (proc(5), USER_HZ)


@click.command()
@click.option("--photos", default=10, show_default=True, help="Photos a round.")
@click.option("--rounds", default=3, show_default=True)
def main(photos: int, rounds: int) -> None:
    """Measure and print."""
    reason = running.why_not()
    if reason is not None:
        raise click.ClickException(reason)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        cluster = Cluster(Path(folder))
        try:
            cluster.start()
            _measure(cluster, photos, rounds)
        finally:
            cluster.destroy()


def _measure(cluster: Cluster, photos: int, rounds: int) -> None:
    cluster.b.stop("web")
    for host in (cluster.b, cluster.c):
        host.stop("worker")
        host.limit(_SHARE)  # of what is started from now on: the workers
        host.run("worker", cluster.settings)
    wait_for(lambda: cluster.is_ready(cluster.a, 2), "the limited workers")
    rates: dict[int, list[float]] = {1: [], 2: []}
    costs: list[Costs] = []
    for _ in range(rounds):
        for hosts, found in rates.items():
            if hosts == 1:
                cluster.c.stop("worker")
            else:
                cluster.c.run("worker", cluster.settings)
            wait_for(lambda hosts=hosts: cluster.is_ready(cluster.a, hosts), "the workers")
            _work(cluster, hosts)  # each has decoded and classified once
            rate, cost = _round(cluster, photos)
            click.echo(f"  {hosts} host(s): {rate:.1f} chunks/s")
            found.append(rate)
            costs.append(cost)
    for hosts, found in rates.items():
        click.echo(f"{hosts} host(s): {statistics.median(found):6.1f} chunks/s  ({_listed(found)})")
    gains = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    click.echo(f"gain: {statistics.median(rates[2]) / statistics.median(rates[1]):.2f}  ({_listed(gains)})")
    cost = Costs(
        *(statistics.median(values) for values in zip(*(one.values() for one in costs), strict=True))
    )
    click.echo(
        f"Redis: {1e6 * cost.redis_s_a_batch:.0f} us of its core a batch of {cost.chunks_a_batch:.0f} chunks"
    )
    click.echo(f"web: {1e3 * cost.web_s_a_photo:.1f} ms of a core a photo, with its polls")
    click.echo(f"worker: {1e3 * cost.worker_s_a_batch / cost.chunks_a_batch:.2f} ms of a core a chunk")
    for workers in _SIMULATED:
        found = simulate(cost, workers)
        click.echo(
            f"  {workers:5} workers of a core: {found.chunks_a_s:8.0f} chunks/s,"
            f" Redis busy {found.redis_share:5.1%}, web needs {found.web_cores:5.1f} cores"
        )
    click.echo(f"One Redis is full with about {saturation(cost):.0f} workers.")


def _work(cluster: Cluster, photos: int) -> list[int]:
    jobs = [cluster.submit(cluster.a, jpeg(*_SIZE, seed=number)) for number in range(photos)]
    for job_id in jobs:
        cluster.completed(cluster.a, job_id)
        cluster.web(cluster.a).delete(f"{V1}/classify/{job_id}")
    return jobs


def _round(cluster: Cluster, photos: int) -> tuple[float, Costs]:
    bodies = [jpeg(*_SIZE, seed=number) for number in range(photos)]
    with connect(cluster.settings["REDIS_URL"], 5) as redis:
        idle_s = _redis_s(redis.info("cpu"))
        Event().wait(_IDLE_S)
        idle_share = (_redis_s(redis.info("cpu")) - idle_s) / _IDLE_S  # leases, heartbeats, the sweeper
        before = (_redis_s(redis.info("cpu")), _web_s(cluster.a), _worker_s(cluster))
        began = time.perf_counter()
        jobs = [cluster.submit(cluster.a, body) for body in bodies]
        batch = int(redis.hget(keys.job(jobs[-1]), "batch") or 1)
        for job_id in jobs:
            _await(cluster, job_id)
        took_s = time.perf_counter() - began
        after = (_redis_s(redis.info("cpu")), _web_s(cluster.a), _worker_s(cluster))
    for job_id in jobs:
        cluster.web(cluster.a).delete(f"{V1}/classify/{job_id}")
    redis_s, web_s, worker_s = (late - early for early, late in zip(before, after, strict=True))
    batches = photos * -(-_CHUNKS // batch)
    redis_s = max(0.0, redis_s - idle_share * took_s)
    cost = Costs(worker_s / batches, redis_s / batches, _CHUNKS * photos / batches, web_s / photos, _CHUNKS)
    return photos * _CHUNKS / took_s, cost


def _await(cluster: Cluster, job_id: int) -> None:
    """Wait as a phone does, with long polls."""
    while (
        cluster.web(cluster.a).get(f"{V1}/status/{job_id}?include=&wait=20").json()["status"] != "completed"
    ):
        pass


def _redis_s(told: dict[str, float]) -> float:
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def _web_s(host: Host) -> float:
    return sum(_cpu_s(pid) for pid in host.pids() if "gunicorn" in _command(pid))


def _worker_s(cluster: Cluster) -> float:
    pids = [*cluster.b.pids(), *cluster.c.pids()]
    return sum(_cpu_s(pid) for pid in pids if " -m jobs" in _command(pid))


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _cpu_s(pid: int) -> float:
    fields = re.sub(r"^.*\) ", "", Path(f"/proc/{pid}/stat").read_text()).split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_S


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


if __name__ == "__main__":
    main()
