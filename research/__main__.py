"""Build the bundled model from labelled photos: `python -m research train` and `python -m research folds`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np
import torch

from coralchunk.storage.model_repository import ModelRepository
from research import held_out, store
from research.arrange import arrange
from research.bundle import NAME, Build, quantising, stated_quantising, write
from research.dataset import Item, gather, table
from research.fit import Recipe, Run, Tell
from research.folds import train as train_model
from research.measure import measure
from research.packed import Packed, to_torch
from research.packing import pack
from research.served import Served, export
from research.table import Table

_SEED: Final = 0  # of the patches that are cut off the grid
_ANSWERS: Final = Path(__file__).with_name("held_out.npz")
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_TELL_EVERY: Final = 25  # steps
_THREADS: Final = 1  # of a CPU: with another number sums are rounded differently, and so is the model
_data: Final = click.option(
    "--data", type=_FOLDER, required=True, help="Labelled photos, see research/sources.py."
)
_esd: Final = click.option("--esd", type=_FOLDER, help="Patches in the layout of NOAA PIFSC ESD, as well.")
_work: Final = click.option(
    "--work", type=_FOLDER, default=Path(".train"), show_default=True, help="What takes long is kept here."
)
_device: Final = click.option(
    "--device", default="cpu", show_default=True, help="Where to train: cpu or cuda."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is learned from and measured on."""

    items: list[Item]
    table: Table
    packed: Packed
    fingerprint: str  # of the patches and the recipe


@click.group()
def main() -> None:
    """Build the bundled model."""


@main.command()
@_data
@_esd
@_work
@_device
def folds(data: Path, esd: Path | None, work: Path, device: str) -> None:
    """Train without each part in turn and keep the answers, from which `train` takes all figures."""
    tell, recipe = _clock(), Recipe()
    ready = _prepare(data, esd, work, recipe, tell)
    answers = held_out.ask(recipe, ready.packed, ready.table, device, tell)
    held_out.save(
        _ANSWERS, answers, recipe, ready.items, f"those models were trained with `--device {device}`"
    )
    tell(f"Wrote {_ANSWERS}")


@main.command()
@_data
@_esd
@_work
@_device
@click.option(
    "--models", type=_FOLDER, default=Path("models"), show_default=True, help="Where the model goes."
)
@click.option("--version", default="1.1.1", show_default=True, help="Version of the model.")
def train(data: Path, esd: Path | None, work: Path, device: str, models: Path, version: str) -> None:
    """Train on all patches, and write model, manifest, card and pictures."""
    tell, recipe = _clock(), Recipe()
    ready = _prepare(data, esd, work, recipe, tell)
    answers, note = held_out.load(_ANSWERS, recipe, ready.items)
    measured = measure(answers, ready.table, note)
    everything = np.zeros(len(ready.items), dtype=bool)
    key = f"{ready.fingerprint[:12]}-{device}"
    run = Run(_steps(tell), work / f"steps-{key}.pt")

    def make() -> store.Trained:
        tell(f"Training on {device}")
        patches = to_torch(ready.packed, ready.table.targets, device)
        return train_model(recipe, ready.packed, ready.table, everything, patches, run=run)

    trained = store.trained(work / f"trained-{key}.pt", recipe, make)
    tell("Exporting")
    graph, small = export(Served(trained, measured.scaling, measured.far), recipe, ready.packed)
    cost = quantising(graph, small, ready.packed, ready.table)
    write(Build(ready.items, ready.table, measured, cost, small, device), models, version)
    tell(f"Wrote version {version}: {len(small)} bytes")


@main.command()
@_data
@_esd
@click.option(
    "--models", type=_FOLDER, default=Path("models"), show_default=True, help="Where the models are."
)
@click.option("--graph", required=True, help="Version whose graph is bundled again, trained with --device.")
@click.option("--version", required=True, help="Version of what is written.")
@_device
def restate(data: Path, esd: Path | None, models: Path, graph: str, version: str, device: str) -> None:
    """Bundle a graph again, arranged, with thresholds and figures measured anew from the held-out answers."""
    items = gather(data, np.random.default_rng(_SEED), esd)
    answers, note = held_out.load(_ANSWERS, Recipe(), items)
    measured = measure(answers, table(items), note)
    repository = ModelRepository(models, models)
    known = repository.find(f"{NAME}-{graph}")
    cost = stated_quantising(repository.manifest(known))
    small = arrange(repository.onnx(known), measured.scaling.temperature, measured.far)
    write(Build(items, table(items), measured, cost, small, device), models, version)


def _prepare(
    data: Path, esd: Path | None, work: Path, recipe: Recipe, tell: Callable[[str], None]
) -> Prepared:
    torch.set_num_threads(_THREADS)
    items = gather(data, np.random.default_rng(_SEED), esd)
    fingerprint = held_out.fingerprint(recipe, items)
    tell(f"Cutting {len(items)} patches")
    packed = store.packed(
        work / f"packed-{fingerprint[:12]}.npz", lambda: pack([item.patch for item in items])
    )
    return Prepared(items, table(items), packed, fingerprint)


def _clock() -> Callable[[str], None]:
    start = time.monotonic()

    def tell(words: str) -> None:
        click.echo(f"{time.monotonic() - start:6.0f} s  {words}")

    return tell


def _steps(tell: Callable[[str], None]) -> Tell:
    def told(step: int, loss: float) -> None:
        if step % _TELL_EVERY == 0:
            tell(f"Step {step}, loss {loss:.3f}")

    return told


if __name__ == "__main__":
    main()
