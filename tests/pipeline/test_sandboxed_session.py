"""Test models of chunks whose graph came from a user: they run in a process of their own."""

import hashlib
import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from coralchunk.errors.networks import NetworkFailed
from coralchunk.inference.classifier import Classifier
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.training.training_job import MappedNetwork
from coralchunk.pipeline.worker.network_cache import ONNX_FILE
from coralchunk.pipeline.worker.sandboxed_session import SandboxedSession
from coralchunk.sandbox.network_process import Limits
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.terms import CHUNK_PX, State
from coralchunk.training.network_mapping import map_network, open_mapped
from tests.networks import onnx_files
from tests.waiting import wait_for

LIMITS = Limits(200_000_000, 5.0)
COLOURS = np.array([(240, 240, 240), (120, 80, 50), (200, 180, 120)])
STATES = (State.BLEACHED, State.HEALTHY, State.NOT_CORAL)
HOW = Preprocessing.model_validate(
    {
        "inputs": [
            {
                "tensor_name": "data",
                "image": {
                    "resize_type": "SQUASH",
                    "data_type": "FLOAT32",
                    "dimension_order": "NCHW",
                    "pixel_scaling": 255.0,
                    "mean_file": "",
                    "target_size": "64x64",
                    "color_channels": "RGB",
                },
            }
        ],
        "batched_output": True,
    }
)


@pytest.fixture
def mapped(tmp_path: Path) -> Iterator[Classifier]:
    """A stored network that knows three colours, as a model of chunks."""
    onnx, store = onnx_files.nearest_colour(COLOURS), FolderStore(tmp_path)
    store.write(f"abc/{ONNX_FILE}", BytesIO(onnx))
    network = MappedNetwork(
        name="colours",
        blob="abc",
        sha256=hashlib.sha256(onnx).hexdigest(),
        preprocessing=HOW,
        output="prob",
        labels=("pale", "brown", "sand"),
        states=STATES,
    )
    classifier = open_mapped(map_network(store, network, "classifier-1", "1"), LIMITS)
    yield classifier
    classifier.close()


def windows() -> list[np.ndarray]:
    return [np.full((CHUNK_PX, CHUNK_PX, 3), colour, dtype=np.uint8) for colour in COLOURS]


def said(classifier: Classifier) -> list[int]:
    found: list[int] = classifier.probabilities(windows(), np.zeros(0, np.float32)).argmax(axis=1).tolist()
    return found


def test_a_mapped_network_classifies_windows_in_another_process(mapped: Classifier) -> None:
    assert mapped.manifest.sandboxed
    assert mapped.manifest.classifies_coral
    assert said(mapped) == [0, 1, 2]


def test_a_process_that_has_died_is_started_again(mapped: Classifier) -> None:
    session = mapped._session
    assert isinstance(session, SandboxedSession)
    os.kill(session.pid, signal.SIGKILL)
    wait_for(lambda: not session.is_running, "the end of the process")

    assert said(mapped) == [0, 1, 2]


def test_a_network_that_needs_too_much_fails_alone(tmp_path: Path) -> None:
    onnx = onnx_files.greedy()
    session = SandboxedSession(onnx, LIMITS)

    with pytest.raises(NetworkFailed):
        session.run(["seen"], {"data": np.zeros((1, 3, 8, 8), np.float32)})
    session.close()


def test_a_network_whose_file_was_damaged_is_not_mapped(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.write(f"abc/{ONNX_FILE}", BytesIO(b"something else"))
    network = MappedNetwork(
        name="x", blob="abc", sha256="0" * 64, preprocessing=HOW, output="prob", labels=(), states=()
    )

    with pytest.raises(NetworkFailed, match="damaged"):
        map_network(store, network, "classifier-1", "1")
