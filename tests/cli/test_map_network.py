"""A network is mapped to the states of coral, measured, and used for chunks."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_commands import Ended, coralchunk
from tests.networks import onnx_files
from tests.reef import encoded
from tests.server import RunningServer

pytestmark = pytest.mark.slow

COLOURS = {"bleached": (250, 20, 20), "healthy": (20, 250, 20), "not_coral": (20, 20, 250)}
PREPROCESSING = {
    "inputs": [
        {
            "tensor_name": "data",
            "image": {
                "target_size": "64x64",
                "resize_type": "SQUASH",
                "dimension_order": "NCHW",
                "color_channels": "RGB",
                "pixel_scaling": 1.0,
            },
        }
    ],
    "batched_output": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network that tells red, green and blue apart, and patches of these colours."""
    (tmp_path / "colours.onnx").write_bytes(onnx_files.mean_colour())
    (tmp_path / "preprocessing.json").write_text(json.dumps(PREPROCESSING))
    for state, colour in COLOURS.items():
        (tmp_path / "labelled" / state).mkdir(parents=True)
        patch = np.full((244, 244, 3), colour, dtype=np.uint8)
        (tmp_path / "labelled" / state / "patch.png").write_bytes(encoded(patch, "PNG"))
    return tmp_path


def mapped(folder: Path, red: str = "bleached", green: str = "healthy", *more: str) -> Ended:
    labels = [f"red={red}", f"green={green}", "blue=not_coral"]
    options = [part for label in labels for part in ("--label", label)]
    usual = ["--preprocessing", "preprocessing.json", "--name", "colours", "--check", "labelled"]
    return coralchunk("models", "map", "colours.onnx", *usual, *options, *more, folder=folder)


def test_a_mapped_network_is_measured_installed_and_judges_chunks(
    folder: Path, own_server: Callable[..., RunningServer]
) -> None:
    said = mapped(folder)
    listed = coralchunk("models", "list", folder=folder)
    evaluated = coralchunk("evaluate", "labelled", "--model", "colours-1.0.0", folder=folder)
    server = own_server(MODEL="colours-1.0.0", WORKERS="1", WEB_WORKERS="1")

    assert said.returncode == 0, said.stderr
    assert "colours-1.0.0" in listed.stdout
    assert "balanced accuracy: 1.0" in evaluated.stdout
    manifest = json.loads((folder / "data" / "models" / "colours-1.0.0.json").read_text())
    assert manifest["figures"]["checked on labelled: balanced_accuracy"] == 1.0
    reef = np.full((244, 488, 3), COLOURS["healthy"], dtype=np.uint8)
    reef[:, 244:] = COLOURS["bleached"]
    answer = server.completed(server.submit(encoded(reef, "PNG")))
    assert [chunk["predicted_label"] for chunk in answer["chunks"]] == [
        "Healthy Coral",
        "Bleached Coral",
    ]


def test_a_network_whose_mapping_is_wrong_is_not_installed(folder: Path) -> None:
    said = mapped(folder, "healthy", "bleached")

    assert said.returncode != 0
    assert "balanced accuracy of 0.3333" in said.stderr
    assert not (folder / "data" / "models").exists()


def test_a_lower_limit_can_be_set(folder: Path) -> None:
    assert mapped(folder, "healthy", "bleached", "--least", "0.3").returncode == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(["--label", "white=white"], "STATE is one of", id="an unknown state"),
        pytest.param(["--label", "white=bleached"], "exactly 4 scores", id="more labels than scores"),
        pytest.param(["--output", "other"], "no output 'other'", id="an unknown output"),
        pytest.param(["--name", "My Reef"], "cannot be described", id="a name that no model may have"),
    ],
)
def test_what_cannot_be_mapped_is_refused(folder: Path, change: list[str], says: str) -> None:
    said = mapped(folder, "bleached", "healthy", *change)

    assert said.returncode != 0
    assert says in said.stderr
    assert "Traceback" not in said.stderr
