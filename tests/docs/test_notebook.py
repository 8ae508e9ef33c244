"""Test that the notebook of a survey runs from top to bottom on a real server."""

import csv
import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

from tests.docs.test_examples import ROOT
from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S

NOTEBOOK = ROOT / "docs/notebooks/survey.ipynb"


def test_the_notebook_of_a_survey_runs(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, seeds in (("march", range(300, 304)), ("september", range(304, 308))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            (tmp_path / folder / f"{seed}.jpg").write_bytes(jpeg(1464, 976, seed=seed))
    monkeypatch.setenv("CORALCHUNK_URL", str(server.client.base_url).rstrip("/"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "clients/python/src")]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)

    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=int(PATIENCE_S), kernel_name="python3", resources=resources).execute()

    with (tmp_path / "photos.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["photo"] for row in rows] == [f"{seed}.jpg" for seed in range(300, 308)]
    assert all(row["total_chunks"] == "24" and not row["error"] for row in rows)
    with Image.open(tmp_path / "cover.png") as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=int)
    assert (np.ptp(pixels, axis=2) > 100).any(), "no figure is drawn"  # lines and letters are grey
    assert {path.name for path in tmp_path.glob("survey-*.csv")} == {
        "survey-2026-03-01.csv",
        "survey-2026-09-01.csv",
    }


def test_the_notebook_is_kept_without_results() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells

    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
