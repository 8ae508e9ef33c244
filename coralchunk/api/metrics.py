"""Render the counters of all processes and the state of the queue for Prometheus."""

import os
from collections.abc import Iterator
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from typing_extensions import override

from coralchunk.pipeline.queries.lookup import queue_health
from coralchunk.pipeline.stores import Stores

# prometheus-client reads this variable itself; it is not one of our settings.
_SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


class _QueueCollector(Collector):
    """The state of the queue at the time of the request."""

    def __init__(self, stores: Stores, now: float) -> None:
        self._stores: Final = stores
        self._now: Final = now

    @override
    def collect(self) -> Iterator[Metric]:
        queue = queue_health(self._stores, self._now)
        gauges = {
            "redis_up": ("1 if Redis answers", float(queue.is_reachable)),
            "workers": ("Workers with a recent heartbeat", queue.workers),
            "queued_tasks": ("Tasks that wait for a worker", queue.waiting),
            "queued_chunks": ("Chunks of unfinished jobs that are not classified yet", queue.missing_chunks),
            "oldest_job_seconds": ("Age of the oldest unfinished job", queue.oldest_s or 0.0),
            "chunks_per_second": (
                "Chunks classified per second, over the last 10 to 20 s",
                queue.chunks_per_s,
            ),
            "stored_bytes": ("Bytes of uploads and answers, when last counted", queue.stored_bytes),
        }
        for name, (what, value) in gauges.items():
            yield GaugeMetricFamily(f"coralchunk_{name}", what, value=value)
        restarts = CounterMetricFamily("coralchunk_restarts", "Restarts of processes", labels=["process"])
        for process, count in queue.restarts.items():
            restarts.add_metric([process], count)
        yield restarts


def render_metrics(stores: Stores, now: float) -> bytes:
    """Return all metrics. `now` in Unix seconds."""
    if os.environ.get(_SHARED_FOLDER):  # noqa: TID251 - see above
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest(REGISTRY)
    momentary = CollectorRegistry()
    momentary.register(_QueueCollector(stores, now))
    return counted + generate_latest(momentary)
