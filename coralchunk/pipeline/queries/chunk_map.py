"""Lay the chunks of a photo that has map coordinates on its map."""

import json
from typing import Any, Final

from coralchunk.errors.photos import NoMapCoordinates
from coralchunk.imaging.decoding.georeference import Georeference, read_georeference
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO
from coralchunk.terms import LABELS, Size, State

_PROPERTIES: Final = ("predicted_label", "seen_px")


def georeference_of(stores: Stores, job: Job) -> Georeference:
    """Return where the photo of a job lies. Raises NoMapCoordinates, also where the photo is gone."""
    try:
        with stores.blobs.open(job.id, PHOTO) as photo:
            found = read_georeference(photo)
    except FileNotFoundError:
        found = None
    if found is None:
        raise NoMapCoordinates
    return found


def chunk_features(chunks: bytes, place: Georeference) -> bytes:
    """Return the chunks of a photo as GeoJSON polygons in the coordinates of its map.

    GeoJSON (RFC 7946) knows longitude and latitude only; any other coordinate reference system is named as
    in the version of 2008, which QGIS, GDAL and R read; null where the file does not tell it.

    chunks  JSON array, as it is stored
    """
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if not place.is_wgs84:
        name = f"urn:ogc:def:crs:EPSG::{place.epsg}"
        collection["crs"] = {"type": "name", "properties": {"name": name}} if place.epsg else None
    collection["features"] = [
        {
            "type": "Feature",
            "id": number,
            "geometry": {"type": "Polygon", "coordinates": [_ring(chunk, place)]},
            "properties": _properties(number, chunk),
        }
        for number, chunk in enumerate(json.loads(chunks))
    ]
    return json.dumps(collection, separators=(",", ":")).encode()


def world_file(place: Georeference, photo: Size, picture: Size) -> str:
    """Return the six lines that lay a picture of a photo on its map (ESRI world file)."""
    a, b, c, d, e, f = place.matrix
    across, down = photo.width / picture.width, photo.height / picture.height
    # The last two are the middle of the picture's first pixel.
    x, y = c + (a * across + b * down) / 2, f + (d * across + e * down) / 2
    return "".join(f"{number:.12g}\n" for number in (a * across, d * across, b * down, e * down, x, y))


def _ring(chunk: dict[str, Any], place: Georeference) -> list[tuple[float, float]]:
    left, top = chunk["x"], chunk["y"]
    right, bottom = left + chunk["width"], top + chunk["height"]
    # Counterclockwise on a map whose y runs up, as RFC 7946 asks for.
    corners = ((left, top), (left, bottom), (right, bottom), (right, top), (left, top))
    return [place.at(*corner) for corner in corners]


def _properties(number: int, chunk: dict[str, Any]) -> dict[str, Any]:
    told = {name: chunk.get(name) for name in _PROPERTIES}
    probabilities: dict[str, float | None] = chunk["probabilities"]
    if chunk["predicted_label"] == LABELS[State.NO_DATA]:
        probabilities = dict.fromkeys(probabilities)
    return {
        "chunk": number,
        **told,
        **{f"probability_{name}": value for name, value in probabilities.items()},
    }
