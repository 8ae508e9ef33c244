"""Load the model and run a worker until it is told to stop."""

import os
import resource
import sys
from typing import Final

from coralchunk import tracing
from coralchunk.config import Settings
from coralchunk.errors.setup import BadSetup, OtherStorage
from coralchunk.logs import set_up
from coralchunk.pipeline.queries.storage_identity import check_storage
from coralchunk.pipeline.stores import open_stores
from coralchunk.pipeline.worker.context import open_worker_context
from coralchunk.pipeline.worker.sign_off import put_back_held
from coralchunk.probes import probed
from coralchunk.processes import PARENT_VARIABLE, end_with_parent
from coralchunk.storage.model_repository import open_model_repository
from jobs.lease import leased
from jobs.worker import ChunkWorker

# Of address space, which libraries reserve generously; decoding the largest allowed photo fits in easily, and
# a file that makes a decoder request more causes an error of its own job.
_MAX_MEMORY_BYTES: Final = 6 * 2**30


def main(name: str) -> None:
    """Load the model, then take tasks from the queue."""
    parent = os.environ.get(PARENT_VARIABLE)  # noqa: TID251 - set by our parent, not by an operator
    end_with_parent(int(parent) if parent else None)
    settings = Settings.from_environment(os.environ)  # noqa: TID251 - an entry point
    set_up(settings.log_level)
    tracing.set_up(settings.traces_url, "worker")
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    models = open_model_repository(settings)
    context = open_worker_context(open_stores(settings), models, models.find(settings.model))
    try:
        check_storage(context.stores)
    except OtherStorage as other:
        sys.exit(str(other))
    worker = ChunkWorker(name, context)
    port = None if parent else settings.metrics_port  # of all workers of one parent, web tells
    try:
        with leased(worker, context.stores) as renewing, probed(settings.host, port, renewing.is_alive):
            worker.work(logging_level="WARNING")
            put_back_held(context.stores)
    except BadSetup as taken:
        sys.exit(str(taken))
