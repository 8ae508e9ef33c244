"""Implement `coralchunk models`: list, verify and install models."""

import shutil
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import click
from rich.progress import Progress

from coralchunk.cli.map_network import map_network
from coralchunk.config import Settings
from coralchunk.errors.setup import BadModel
from coralchunk.imaging.scene import SCENE_NUMBERS
from coralchunk.inference.contract import problems
from coralchunk.pipeline.worker.classifier_cache import load_classifier
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.storage.model_repository import open_model_repository

_MAX_BYTES: Final = 512_000_000
_TIMEOUT_S: Final = 30


@click.group()
def models() -> None:
    """List, verify and install models."""


models.add_command(map_network)


@models.command("list")
@click.pass_obj
def list_models(settings: Settings) -> None:
    """List the models; the one in use is marked."""
    repository = open_model_repository(settings)
    in_use = repository.find(settings.model)
    for model in repository.listed():
        mark = "*" if model == in_use else " "
        click.echo(f"{mark} {model.label:<28} {model.size_bytes / 1e6:6.1f} MB  {model.origin}")


@models.command()
@click.argument("label", required=False)
@click.pass_obj
def verify(settings: Settings, label: str | None) -> None:
    """Check the files of model LABEL, or of all models, against models.txt, and load them."""
    repository = open_model_repository(settings)
    for model in [repository.find(label)] if label else repository.listed():
        load_classifier(repository, model, network_limits(settings))
        click.echo(f"ok  {model.label}  sha256 {model.sha256}")


@models.command()
@click.argument("source")
@click.pass_obj
def install(settings: Settings, source: str) -> None:
    """Install the model SOURCE: a .onnx file or its https URL, with its manifest (.json) next to it.

    It is checked first, as by `coralchunk models check`; a model with problems is not installed.
    """
    repository = open_model_repository(settings)
    onnx, manifest = _checked(source)
    model = repository.add(onnx, manifest, source)
    load_classifier(repository, model, network_limits(settings))
    click.echo(f"Installed {model.label}. Use it with CORALCHUNK_MODEL={model.label}.")


@models.command()
@click.argument("source")
def check(source: str) -> None:
    """Say what keeps the model SOURCE from being installed: a .onnx file, with its manifest next to it."""
    _checked(source)
    click.echo(f"{source} and its manifest can be installed.")


def _checked(source: str) -> tuple[bytes, bytes]:
    """Fetch a model and its manifest. Raises BadModel with everything that is wrong with them."""
    with tempfile.TemporaryDirectory() as folder:
        onnx = _fetch(source, Path(folder) / "model.onnx").read_bytes()
        manifest = _fetch(f"{source.removesuffix('.onnx')}.json", Path(folder) / "model.json").read_bytes()
    found = problems(onnx, manifest, SCENE_NUMBERS)
    if found:
        listed = "\n".join(f"  - {problem}" for problem in found)
        raise BadModel(f"{source} cannot be used (see docs/own-model.md):\n{listed}")
    return onnx, manifest


def _fetch(source: str, target: Path) -> Path:
    scheme = urlsplit(source).scheme
    if scheme not in {"http", "https"}:
        if not Path(source).is_file():
            raise BadModel(f"There is no file {source}.")
        return Path(shutil.copyfile(source, target))
    if scheme == "http":
        raise BadModel(f"{source}: models are fetched over https only.")
    try:
        with urlopen(source, timeout=_TIMEOUT_S) as answer, target.open("wb") as file, Progress() as bar:  # noqa: S310
            size = int(answer.headers.get("Content-Length") or 0)
            task = bar.add_task(Path(urlsplit(source).path).name, total=size or None)
            while block := answer.read(1 << 16):
                file.write(block)
                bar.advance(task, len(block))
                if file.tell() > _MAX_BYTES:
                    raise BadModel(f"{source} is larger than {_MAX_BYTES // 10**6} MB.")
    except OSError as failure:
        raise BadModel(f"{source} cannot be fetched: {failure}") from failure
    return target
