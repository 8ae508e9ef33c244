"""Serve health, readiness and metrics to probes and operators."""

import time

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from coralchunk.api.context import services
from coralchunk.api.metrics import render_metrics
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Dependency, Ready, Success
from coralchunk.errors import QueueDown, StorageDown
from coralchunk.errors.access import DatabaseDown
from coralchunk.errors.setup import BadModel
from coralchunk.pipeline.queries.lookup import queue_health
from coralchunk.pipeline.queries.storage_identity import is_same_storage

ops = Blueprint("ops", __name__)


@ops.get("/V1/api/health")
@operation(Operation(answers={200: Success}, problems={}))
def health() -> ResponseReturnValue:
    """Answer if this process runs; checks nothing else."""
    return jsonify(status="success")


@ops.get("/V1/api/ready")
@operation(Operation(answers={200: Ready, 503: Ready}, problems={}))
def ready() -> ResponseReturnValue:
    """Report whether a photo sent now would be classified, and what is missing if not."""
    queue = queue_health(services().stores, time.time())
    redis = Dependency(ok=queue.is_reachable, detail="answers" if queue.is_reachable else "does not answer")
    workers = Dependency(ok=queue.workers > 0, detail=_at_work(queue.workers, services().settings.workers))
    storage, model, database = _storage(), _model(), _database()
    needed = [redis, storage, model, workers]
    if services().settings.v1_require_token:
        needed.append(database)
    is_ready = all(part.ok for part in needed)
    body = Ready(
        status="ready" if is_ready else "not ready",
        redis=redis,
        storage=storage,
        model=model,
        workers=workers,
        database=database,
        oldest_queued_s=queue.oldest_s,
    )
    return jsonify(body.model_dump()), 200 if is_ready else 503


@ops.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Return the counters of all processes and the state of the queue, for Prometheus."""
    return Response(render_metrics(services().stores, time.time()), content_type=CONTENT_TYPE_LATEST)


def _at_work(living: int, planned: int) -> str:
    """Describe the workers; those on other machines may be more than this one starts."""
    return f"{living} of {planned} at work" if living <= planned else f"{living} at work"


def _storage() -> Dependency:
    try:
        services().stores.blobs.check()
        is_same = is_same_storage(services().stores)
    except QueueDown:
        is_same = True  # unknown now; another field reports that Redis does not answer
    except (OSError, StorageDown) as failure:
        return Dependency(ok=False, detail=str(failure))
    if not is_same:
        return Dependency(ok=False, detail="is not the storage that the jobs in Redis are in")
    return Dependency(ok=True, detail="can be written and read")


def _database() -> Dependency:
    try:
        services().accounts.database.check()
    except DatabaseDown as down:
        return Dependency(ok=False, detail=str(down))
    return Dependency(ok=True, detail="answers")


def _model() -> Dependency:
    try:
        services().models.onnx(services().model)
    except BadModel as damage:
        return Dependency(ok=False, detail=str(damage))
    return Dependency(ok=True, detail=f"{services().model.label}, sha256 as listed")
