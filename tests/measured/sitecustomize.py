"""Measure the coverage of a server's processes from the moment when they have imported their code.

Python imports this module at its start where PYTHONPATH names its folder, see tests/server.py. Every process
runs the same lines when it imports, and so does the process of the tests; tracing that takes longer than all
else that a short test does. A process that does not preload is measured from its start.

Only web processes run greenlets, so only they trace them. A process that traces greenlets may hang when one
of its threads ends (coverage 7.17.3, greenlet 3.5.6, Python 3.11: 3 of 600 runs of a command with a progress
bar hung).
"""

import gc
import os
import sys

import coverage
from coverage.config import CoverageConfig

CONFIG = os.environ.get("COV_LATE_CONFIG")  # noqa: TID251 - of the tests
# Programs that end their imports with gc.freeze.
PRELOAD = ("coralchunk", "coralchunk.training", "gunicorn", "jobs.fork_server")
_freeze = gc.freeze


def measure() -> None:
    assert CONFIG is not None
    config = with_greenlets(CONFIG) if starts("gunicorn") else CONFIG
    os.environ["COVERAGE_PROCESS_CONFIG"] = config  # noqa: TID251 - where coverage looks for it
    coverage.process_startup()
    del os.environ["COVERAGE_PROCESS_CONFIG"]  # noqa: TID251 - processes that this one starts measure late too


def with_greenlets(serialized: str) -> str:
    config = CoverageConfig.deserialize(serialized)
    config.concurrency = ["thread", "greenlet"]
    return config.serialize()


def starts(*programs: str) -> bool:
    return any(word.rpartition("/")[2] in programs for word in sys.orig_argv[1:4])


def freeze_and_measure() -> None:
    gc.freeze = _freeze
    _freeze()
    measure()


if CONFIG is not None:
    if starts(*PRELOAD):
        gc.freeze = freeze_and_measure
    else:
        measure()
