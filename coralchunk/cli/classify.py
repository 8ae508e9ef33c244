"""Implement `coralchunk classify`: the same pipeline in this process, without Redis."""

import csv
import json
from pathlib import Path
from typing import Any

import click
from rich.progress import track

from coralchunk.cli.photo_paths import find_photos
from coralchunk.config import Settings
from coralchunk.errors import Unreadable
from coralchunk.imaging.card.in_photo import card_in
from coralchunk.imaging.decoding.decode import open_halved, open_photo
from coralchunk.imaging.decoding.georeference import read_georeference
from coralchunk.imaging.decoding.header import read_header
from coralchunk.imaging.grid import grid
from coralchunk.imaging.halved import may_halve
from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.queries.chunk_map import chunk_features, world_file
from coralchunk.pipeline.steps.stitch import Answer, stitch
from coralchunk.pipeline.worker.classifier_cache import classify_chunks, load_classifier
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.storage.model_repository import open_model_repository


@click.command()
@click.argument("photos", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    default=Path("coralchunk-results"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results.",
)
@click.pass_obj
def classify(settings: Settings, photos: tuple[str, ...], out: Path) -> None:
    """Classify PHOTOS without a server; write a picture and JSON for each, and the table summary.csv.

    PHOTOS are files, folders (with all photos below them) or patterns such as "dive*/*.jpg".
    """
    found = find_photos(photos, out)
    repository = open_model_repository(settings)
    classifier = load_classifier(repository, repository.find(settings.model), network_limits(settings))
    out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for number, path in enumerate(track(found.photos, description="Classifying"), start=1):
        row: dict[str, Any] = {"photo": str(path)}
        try:
            answer = _answer(path, classifier, settings)
            row |= _write(answer, out / f"{number:04d}-{path.stem}")
            _write_map(path, answer, out / f"{number:04d}-{path.stem}")
        except Unreadable as unreadable:
            row["error"] = str(unreadable)
        rows.append(row)
    _write_table(rows, out / "summary.csv")
    failed = [row for row in rows if "error" in row]
    click.echo(f"{len(rows) - len(failed)} of {len(rows)} photos classified; results in {out}/")
    if found.other_files:
        click.echo(f"Left out in folders, as no photos by their names: {found.other_files} files")
    for row in failed:
        click.echo(f"  {row['photo']}: {row['error']}", err=True)
    if failed:
        raise SystemExit(1)


def _answer(path: Path, classifier: Classifier, settings: Settings) -> Answer:
    input_px, max_side = classifier.manifest.preprocessing.input_px, settings.result_max_side
    with path.open("rb") as stream:
        size = read_header(stream, settings.max_pixels).size
        opened = open_halved if may_halve(size, input_px, max_side) else open_photo
        photo = opened(stream, settings.max_pixels)
    classified = classify_chunks(classifier, photo, grid(photo.size))
    return stitch(photo, classified, classifier.manifest, max_side, lambda: card_in(photo))


def _write(answer: Answer, stem: Path) -> dict[str, Any]:
    """Write picture and JSON. Returns the photo's row of the table."""
    summary: dict[str, Any] = json.loads(answer.summary)
    Path(f"{stem}.png").write_bytes(answer.png)
    Path(f"{stem}.json").write_bytes(b'{"summary":' + answer.summary + b',"chunks":' + answer.chunks + b"}")
    model, quality = summary.pop("model"), summary.pop("quality")
    notes = " ".join(note["code"] for note in quality["notes"]) if quality else ""
    return {**summary, "quality": notes, "model": f"{model['name']}-{model['version']}"}


def _write_map(photo: Path, answer: Answer, stem: Path) -> None:
    """Write the chunks of a GeoTIFF on their map, and the world file of its picture."""
    with photo.open("rb") as stream:
        place = read_georeference(stream)
    if place is not None:
        Path(f"{stem}.geojson").write_bytes(chunk_features(answer.chunks, place))
        Path(f"{stem}.pgw").write_text(world_file(place, answer.photo, answer.picture), encoding="ascii")


def _write_table(rows: list[dict[str, Any]], path: Path) -> None:
    columns = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(columns))
        table.writeheader()
        table.writerows(rows)
