"""Test a child process through its restarts."""

import signal
import subprocess
import sys
import time

from structlog.testing import capture_logs

from coralchunk.supervisor.child_process import Child, stop_all
from tests.waiting import wait_for

STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
signal.pause()
"""


def child(code: str, starts: list["subprocess.Popen[bytes]"]) -> Child:
    def start() -> "subprocess.Popen[bytes]":
        starts.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE))
        return starts[-1]

    return Child("test", start)


def end(starts: list["subprocess.Popen[bytes]"]) -> None:
    for process in starts:
        process.kill()
        process.communicate()


def test_a_child_is_started_once_while_it_lives() -> None:
    starts: list[subprocess.Popen[bytes]] = []
    patient = child("import signal; signal.pause()", starts)

    patient.start()
    patient.start()

    assert len(starts) == 1
    assert patient.is_running()
    assert not patient.has_died()
    end(starts)


def test_a_child_that_died_is_received_once_and_started_again_at_once() -> None:
    starts: list[subprocess.Popen[bytes]] = []
    mortal = child("", starts)
    mortal.start()

    wait_for(mortal.has_died, "its death")
    again = mortal.has_died()
    mortal.start()

    assert not again
    assert len(starts) == 2
    end(starts)


def test_the_log_states_that_a_child_ended_with_its_status() -> None:
    starts: list[subprocess.Popen[bytes]] = []
    mortal = child("raise SystemExit(7)", starts)

    with capture_logs() as lines:
        mortal.start()
        wait_for(mortal.has_died, "its death")

    told = [(line["event"], line["process"], line.get("status")) for line in lines]
    assert told == [("started", "test", None), ("ended", "test", 7)]
    end(starts)


def test_a_child_that_dies_again_and_again_is_started_ever_later() -> None:
    starts: list[subprocess.Popen[bytes]] = []
    doomed = child("", starts)
    began = time.monotonic()

    for _ in range(3):
        wait_for(lambda: doomed.start() or doomed.has_died(), "its death")
    doomed.start()
    held_back = len(starts)
    wait_for(lambda: doomed.start() or len(starts) == 4, "its next start")

    assert held_back == 3
    assert time.monotonic() - began > 1  # 0.4 s before the third start, 0.8 s before the fourth
    end(starts)


def test_a_child_that_does_not_end_in_time_is_killed() -> None:
    starts: list[subprocess.Popen[bytes]] = []
    stubborn = child(STUBBORN, starts)
    stubborn.start()
    assert starts[0].stdout is not None
    starts[0].stdout.readline()

    stop_all([stubborn], timeout_s=0.2)

    assert starts[0].returncode == -signal.SIGKILL
    end(starts)
