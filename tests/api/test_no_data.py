"""Test that what was not seen in a photo is part of no figure, in every answer."""

import csv
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.hostile.parts import saved
from tests.reef import encoded, reef
from tests.server import RunningServer

WIDE, ROWS = 1952, 488
SEEN = reef(WIDE, ROWS, seed=9)  # sixteen chunks
HALF = 366  # px of the partly seen photo: a chunk and a half


def margined() -> bytes:
    """Sixteen chunks of reef above as many of nothing."""
    pixels = np.zeros((2 * ROWS, WIDE, 4), np.uint8)
    pixels[:ROWS] = np.dstack([SEEN, np.full((ROWS, WIDE), 255, np.uint8)])
    return saved(Image.fromarray(pixels), "PNG")


@pytest.fixture(scope="module")
def job_id(server: RunningServer) -> int:
    return server.submit(margined(), "mosaic.png")


@pytest.fixture(scope="module")
def answer(server: RunningServer, job_id: int) -> dict[str, Any]:
    return server.completed(job_id)


@pytest.fixture(scope="module")
def alone(server: RunningServer) -> dict[str, Any]:
    """The same reef without its margin."""
    return server.completed(server.submit(encoded(SEEN, "PNG"), "reef.png"))


def test_an_empty_chunk_has_no_data_and_the_counts_add_up(answer: dict[str, Any]) -> None:
    summary = answer["summary"]
    names = ("bleached", "healthy", "not_coral", "unsure", "no_data")

    assert [chunk["predicted_label"] == "No Data" for chunk in answer["chunks"]] == [False] * 16 + [True] * 16
    assert summary["no_data_chunks"] == 16
    assert sum(summary[f"{name}_chunks"] for name in names) == summary["total_chunks"] == 32
    assert [chunk["seen_px"] for chunk in answer["chunks"]] == [244 * 244] * 16 + [0] * 16
    for chunk in answer["chunks"][16:]:
        assert chunk["probability"] == 0
        assert chunk["probabilities"] == {"bleached": 0, "healthy": 0, "not_coral": 0}


def test_a_margin_changes_nothing_of_what_is_said_of_the_reef(
    answer: dict[str, Any], alone: dict[str, Any]
) -> None:
    for with_margin, without in zip(answer["chunks"], alone["chunks"], strict=False):
        assert with_margin["predicted_label"] == without["predicted_label"]
        for name, probability in with_margin["probabilities"].items():
            assert probability == pytest.approx(without["probabilities"][name], abs=0.05)
    for name in ("coral_cover", "bleached_cover", "severity"):
        assert answer["summary"][name] == alone["summary"][name]
    for name in ("brightness", "red_share", "green_share", "blue_share", "contrast"):
        assert answer["summary"]["quality"][name] == pytest.approx(
            alone["summary"]["quality"][name], abs=0.03
        )
    codes = [[note["code"] for note in one["summary"]["quality"]["notes"]] for one in (answer, alone)]
    assert codes[0] == codes[1]


def test_the_picture_is_clear_where_nothing_was_seen(
    server: RunningServer, job_id: int, answer: dict[str, Any]
) -> None:
    with Image.open(BytesIO(server.client.get(f"/V1/api/result/{job_id}.png").content)) as image:
        shown = np.asarray(image.convert("RGBA"))

    assert (shown[ROWS + 1 :, :, 3] == 0).all()
    assert (shown[:ROWS, :, 3] == 255).all()


def test_the_table_has_no_probabilities_there(
    server: RunningServer, job_id: int, answer: dict[str, Any]
) -> None:
    rows = list(csv.DictReader(StringIO(server.client.get(f"/V1/api/result/{job_id}.csv").text)))

    assert [row["seen_px"] for row in rows] == ["59536"] * 16 + ["0"] * 16
    assert rows[0]["probability_bleached"] != ""
    assert {rows[20][f"probability_{name}"] for name in ("bleached", "healthy", "not_coral")} == {""}
    assert rows[20]["predicted_label"] == "No Data"


def test_a_chunk_counts_with_the_part_of_it_that_was_seen(server: RunningServer) -> None:
    pixels = np.zeros((488, WIDE, 4), np.uint8)
    pixels[:HALF] = np.dstack([reef(WIDE, HALF, seed=9), np.full((HALF, WIDE), 255, np.uint8)])

    told = server.completed(server.submit(saved(Image.fromarray(pixels), "PNG"), "mosaic.png"))

    assert [chunk["seen_px"] for chunk in told["chunks"]] == [244 * 244] * 8 + [122 * 244] * 8
    assert told["summary"]["no_data_chunks"] == 0
    area = {
        label: sum(chunk["seen_px"] for chunk in told["chunks"] if chunk["predicted_label"] == label)
        for label in ("Bleached Coral", "Healthy Coral", "Not Coral")
    }
    coral = area["Bleached Coral"] + area["Healthy Coral"]
    assert told["summary"]["coral_cover"] == pytest.approx(coral / sum(area.values()), abs=1e-4)


def test_one_row_less_than_half_is_no_data(server: RunningServer) -> None:
    pixels = np.zeros((244, 244, 4), np.uint8)
    pixels[:121] = np.dstack([reef(244, 121), np.full((121, 244), 255, np.uint8)])

    told = server.completed(server.submit(saved(Image.fromarray(pixels), "PNG"), "mosaic.png"))

    assert [chunk["predicted_label"] for chunk in told["chunks"]] == ["No Data"]
    assert told["summary"]["quality"] is None
    assert told["summary"]["coral_cover"] is None
    assert told["summary"]["severity"] == "unknown"


def test_surveys_count_what_was_seen(
    server: RunningServer, job_id: int, answer: dict[str, Any], alone: dict[str, Any]
) -> None:
    made = server.client.post("/V1/api/surveys", json={"name": "Mosaics", "date": "2024-03-09"}).json()
    path = f"/V1/api/surveys/{made['survey_id']}"
    added = server.client.post(f"{path}/photos", json={"job_id": job_id})

    rows = list(csv.DictReader(StringIO(server.client.get(f"{path}.csv").text.lstrip("\ufeff"))))

    assert added.status_code == 201, added.text
    assert [row["no_data_chunks"] for row in rows] == ["16"]
    assert float(rows[0]["coral_cover"]) == alone["summary"]["coral_cover"]


def test_a_chunk_without_data_cannot_be_corrected(
    server: RunningServer, job_id: int, answer: dict[str, Any]
) -> None:
    path = f"/V1/api/classify/{job_id}/chunks/{{}}/correction"

    refused = server.client.put(path.format(20), json={"label": "Healthy Coral"})
    taken = server.client.put(path.format(1), json={"label": "Healthy Coral"})

    assert refused.status_code == 422
    assert "Chunk 20 has no data" in refused.json()["detail"]
    assert taken.status_code == 200
