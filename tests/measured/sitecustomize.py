"""Measure the coverage of a server's processes from the moment when they have imported their code.

Python imports this module at its start where PYTHONPATH names its folder, see tests/server.py. Every process
runs the same lines when it imports, and so does the process of the tests; tracing that takes longer than all
else that a short test does. A process that does not preload is measured from its start.
"""

import gc
import os
import sys

import coverage

CONFIG = os.environ.get("COV_LATE_CONFIG")  # noqa: TID251 - of the tests
PRELOAD = ("coralchunk", "gunicorn", "jobs.fork_server")  # programs that end their imports with gc.freeze
_freeze = gc.freeze


def measure() -> None:
    assert CONFIG is not None
    os.environ["COVERAGE_PROCESS_CONFIG"] = CONFIG  # noqa: TID251 - where coverage looks for it
    coverage.process_startup()
    del os.environ["COVERAGE_PROCESS_CONFIG"]  # noqa: TID251 - processes that this one starts measure late too


def freeze_and_measure() -> None:
    gc.freeze = _freeze
    _freeze()
    measure()


if CONFIG is not None:
    if any(word.rpartition("/")[2] in PRELOAD for word in sys.orig_argv[1:4]):
        gc.freeze = freeze_and_measure
    else:
        measure()
