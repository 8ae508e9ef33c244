"""Networks run in processes of their own, and nothing that they do harms the process that asks."""

import os
import signal
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from coralchunk.errors.networks import NetworkFailed
from coralchunk.sandbox.network_process import Limits, NetworkProcess
from tests.networks import onnx_files
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

LIMITS = Limits(memory_bytes=1_000_000_000, timeout_s=60)
SHORT = Limits(memory_bytes=1_000_000_000, timeout_s=1)
PICTURE = np.arange(3 * 8 * 8, dtype=np.float32).reshape(1, 3, 8, 8)
Start = Callable[..., NetworkProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes, and ends those that are left."""
    started: list[NetworkProcess] = []

    def begin(onnx: bytes, limits: Limits = LIMITS) -> NetworkProcess:
        started.append(NetworkProcess(onnx, limits))
        return started[-1]

    yield begin
    for process in started:
        process.close()


def test_a_network_answers_with_the_tensors_that_are_asked_for(start: Start) -> None:
    process = start(onnx_files.mean_colour())

    for _ in range(2):
        found = process.run({"data": PICTURE}, ["prob"])
        assert found["prob"].tolist() == [[31.5, 95.5, 159.5]]
    assert process.outputs == ("prob",)


def test_a_wrong_input_is_an_error_and_the_process_goes_on(start: Start) -> None:
    process = start(onnx_files.echo((1, 3, 8, 8)))

    with pytest.raises(NetworkFailed, match="data"):
        process.run({"data": PICTURE[:, :, :4]}, ["seen"])

    assert (process.run({"data": PICTURE}, ["seen"])["seen"] == PICTURE).all()


def test_a_network_that_does_not_end_is_ended(start: Start) -> None:
    process = start(onnx_files.endless(), SHORT)

    with pytest.raises(NetworkFailed, match="longer than 1 s"):
        process.run({"data": PICTURE}, ["prob"])

    assert not process.is_running


def test_a_network_that_wants_too_much_memory_gets_none(start: Start) -> None:
    process = start(onnx_files.greedy())

    with pytest.raises(NetworkFailed, match=r"(?i)memory|allocate|bad_alloc"):
        process.run({"data": PICTURE}, ["prob"])


@pytest.mark.parametrize(
    "onnx",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"no network", id="text"),
        pytest.param(onnx_files.echo()[:60], id="a truncated file"),
        pytest.param(onnx_files.unknown_operator(), id="an unknown operator"),
        pytest.param(onnx_files.external(), id="an external path"),
        pytest.param(onnx_files.giant_initialiser(), id="a giant initialiser"),
        pytest.param(onnx_files.of_domain("com.example"), id="another domain"),
        pytest.param(onnx_files.nested(2000), id="graphs in graphs"),
        pytest.param(onnx_files.many_fields(600_000), id="millions of parts"),
    ],
)
def test_what_cannot_be_loaded_is_an_error(start: Start, onnx: bytes) -> None:
    with pytest.raises(NetworkFailed, match="The network could not be run: "):
        start(onnx)


def test_a_process_that_is_killed_is_an_error(start: Start) -> None:
    process = start(onnx_files.mean_colour())
    os.kill(process.pid, signal.SIGSEGV)
    wait_for(lambda: not process.is_running, "the end of the process")

    with pytest.raises(NetworkFailed, match="SIGSEGV"):
        process.run({"data": PICTURE}, ["prob"])


def test_a_process_knows_nothing_of_the_environment(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://reef:secret@db/reef")
    process = start(onnx_files.mean_colour())

    with open(f"/proc/{process.pid}/environ", "rb") as file:  # noqa: PTH123
        assert b"secret" not in file.read()
