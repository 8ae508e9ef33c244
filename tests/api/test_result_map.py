"""Test that the result of a GeoTIFF is laid on its map."""

from typing import Any

import numpy as np
import pytest

from tests.imaging.test_georeference import DEGREES, geotiff
from tests.imaging.tiffs import ASCII, DOUBLE
from tests.reef import jpeg, reef
from tests.server import RunningServer

V1 = "/V1/api"


@pytest.fixture(scope="module")
def mosaic(server: RunningServer) -> tuple[int, dict[str, Any]]:
    """A mosaic of 600 x 300 pixels whose last 240 columns hold nothing, and what is said of it."""
    pixels = np.maximum(reef(600, 300), 1)
    pixels[:, 360:] = 0
    job_id = server.submit(geotiff(pixels, t42113=(ASCII, "0")), "mosaic.tif")
    return job_id, server.completed(job_id)


def test_chunks_are_polygons_in_the_coordinates_of_the_map(
    server: RunningServer, mosaic: tuple[int, dict[str, Any]]
) -> None:
    job_id, told = mosaic

    answer = server.client.get(f"{V1}/result/{job_id}.geojson")

    layer = answer.json()
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert layer["crs"] == {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32755"}}
    assert len(layer["features"]) == len(told["chunks"]) == 6
    for number, (feature, chunk) in enumerate(zip(layer["features"], told["chunks"], strict=True)):
        (ring,) = feature["geometry"]["coordinates"]
        west, east = (500_000 + 0.005 * x for x in (chunk["x"], chunk["x"] + chunk["width"]))
        north, south = (8_150_000 - 0.005 * y for y in (chunk["y"], chunk["y"] + chunk["height"]))
        assert ring[0] == ring[-1]
        assert np.allclose(ring[:4], [(west, north), (west, south), (east, south), (east, north)], atol=1e-3)
        properties = feature["properties"]
        assert (properties["chunk"], properties["predicted_label"]) == (number, chunk["predicted_label"])
        assert properties["seen_px"] == chunk["seen_px"]
    assert layer["features"][2]["properties"]["predicted_label"] == "No Data"
    assert layer["features"][2]["properties"]["probability_bleached"] is None


def test_the_world_file_lays_the_picture_on_the_map(
    server: RunningServer, mosaic: tuple[int, dict[str, Any]]
) -> None:
    job_id, told = mosaic

    lines = [float(line) for line in server.client.get(f"{V1}/result/{job_id}.pgw").text.split()]

    pixel = 0.005 * told["image_width"] / told["result_width"]
    assert lines == pytest.approx([pixel, 0, 0, -pixel, 500_000 + pixel / 2, 8_150_000 - pixel / 2], abs=1e-6)


def test_a_map_in_degrees_is_plain_geojson(server: RunningServer) -> None:
    place = {"t33550": (DOUBLE, [1e-6, 1e-6, 0.0]), "t33922": (DOUBLE, [0.0, 0.0, 0.0, 145.7, -16.7, 0.0])}
    job_id = server.submit(geotiff(reef(250, 250), DEGREES, **place), "mosaic.tif")
    server.completed(job_id)

    layer = server.client.get(f"{V1}/result/{job_id}.geojson").json()

    assert "crs" not in layer
    assert layer["features"][0]["geometry"]["coordinates"][0][0] == [145.7, -16.7]


def test_a_photo_without_a_map_says_what_to_send(server: RunningServer) -> None:
    job_id = server.submit(jpeg(60, 50))
    server.completed(job_id)

    for end in ("geojson", "pgw"):
        answer = server.client.get(f"{V1}/result/{job_id}.{end}")
        assert answer.status_code == 404
        assert "GeoTIFF" in answer.json()["detail"]
