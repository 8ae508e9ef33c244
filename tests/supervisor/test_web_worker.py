"""Test that one request of a web process does not hold up others."""

import subprocess
import sys
from typing import Final

from tests.waiting import PATIENCE_S

_SLOW_DISK: Final = f"""
from gevent import monkey, spawn
monkey.patch_all()
from coralchunk.supervisor import web_worker
written = monkey.get_original("_thread", "allocate_lock")()
written.acquire()
web_worker._fsync = lambda descriptor: print(descriptor, written.acquire(timeout={PATIENCE_S}))
spawn(written.release)  # another request; the disk has written the file once this could run
web_worker.wait_for_disk(7)
"""


def test_other_requests_go_on_while_one_waits_for_the_disk() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _SLOW_DISK],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=True,
    )

    assert ended.stdout == "7 True\n"
