"""Implement `coralchunk label`: label the chunks of a folder's photos on a local page."""

from functools import partial
from pathlib import Path
from typing import Final

import click
from rich.progress import track
from werkzeug.serving import make_server

from coralchunk.cli.photo_paths import find_photos
from coralchunk.config import Settings
from coralchunk.errors import Unreadable
from coralchunk.errors.setup import BadModel
from coralchunk.labelling.page import create_page
from coralchunk.labelling.session import Session, Tile
from coralchunk.labelling.tiles import Photos, tiles_of
from coralchunk.pipeline.worker.classifier_cache import classify_chunks, load_classifier
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.terms import CHUNK_PX, CLASSES

_HOST: Final = "127.0.0.1"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--labels",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table of the labels; labels.csv in FOLDER by default. An existing one is continued.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=5002, show_default=True, help="0: any free one."
)
@click.pass_obj
def label(settings: Settings, folder: Path, labels: Path | None, port: int) -> None:
    """Label the chunks of the photos in FOLDER by eye, the ones that the model is least certain of first.

    The page is served on this computer alone. Keys: B bleached, P partly bleached, H healthy, N not coral,
    U unsure, Z undo. The table has one line a photo and one letter for each whole chunk, row by row.
    """
    repository = open_model_repository(settings)
    classifier = load_classifier(repository, repository.find(settings.model), network_limits(settings))
    if not classifier.manifest.classifies_coral:
        raise BadModel(f"{classifier.manifest.name} does not classify chunks as {', '.join(CLASSES)}.")
    photos = Photos(folder, settings.max_pixels)
    tiles: list[Tile] = []
    columns: dict[str, int] = {}
    for path in track(find_photos((str(folder),), folder / "labels.csv").photos, description="Classifying"):
        name = path.relative_to(folder).as_posix()
        try:
            photo = photos.get(name)
        except Unreadable as unreadable:
            click.echo(f"  {name}: {unreadable}", err=True)
            continue
        tiles += tiles_of(name, photo, partial(classify_chunks, classifier), tuple(CLASSES))
        columns[name] = photo.size.width // CHUNK_PX
    session = Session(tiles, columns, labels or folder / "labels.csv")
    server = make_server(_HOST, port, create_page(session, photos))
    click.echo(f"{len(tiles)} chunks, {session.labelled} labelled. Open http://{_HOST}:{server.port}/")
    click.echo("Ctrl-C ends it; labels are stored after each key.")
    server.serve_forever()
