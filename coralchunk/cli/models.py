"""coralchunk models: what models.txt lists."""

import click

from coralchunk.assets import folder
from coralchunk.storage.models import ModelShelf


@click.command()
def models() -> None:
    """List the models and check their files."""
    shelf = ModelShelf(folder("models"))
    default = shelf.find()
    for model in shelf.listed():
        shelf.manifest(model)
        shelf.onnx(model)
        mark = "*" if model == default else " "
        click.echo(f"{mark} {model.label:<28} {model.size_bytes / 1e6:6.1f} MB  sha256 {model.sha256}  ok")
