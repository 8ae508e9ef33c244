"""Rebuild the bundled model: `python -m research --data ../shared/data`; seeded, ten minutes."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import numpy as np
import torch

from coralchunk.storage.model_repository import LIST_FILE
from research import card, figures
from research.blank import HELD_OUT, blanks
from research.build import Measured, blank_figures, decide, export, look, measure, quantising
from research.calibration import risk_coverage
from research.dataset import Table, gather, samples, table
from research.evaluation import called_bleached, classify, truth
from research.words import card as card_text

_NAME: Final = "coralchunk-lite0"
_SEED: Final = 0
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option(
    "--data",
    type=_FOLDER,
    required=True,
    help="Labelled photos, laid out as research/sources.py says.",
)
@click.option("--esd", type=_FOLDER, help="Patches in the layout of NOAA PIFSC ESD, to learn from as well.")
@click.option(
    "--models", type=_FOLDER, default=Path("models"), show_default=True, help="Where the model goes."
)
@click.option(
    "--version", default="0.3.0", show_default=True, help="Version of the model; an old file is replaced."
)
def main(data: Path, esd: Path | None, models: Path, version: str) -> None:
    """Learn from DATA, measure on what was left out, export, and write model, manifest, card and pictures."""
    torch.manual_seed(_SEED)
    torch.set_num_threads(1)
    tell = _clock()
    items = gather(data, np.random.default_rng(_SEED), esd)
    rows = table(items)
    cut = samples([item.patch for item in items])
    seen = look(cut, samples(blanks(HELD_OUT)), tell)
    measured = measure(seen, rows, tell)
    tell("Learning from everything and exporting")
    decisions = decide(seen, rows, measured)
    graph = export(seen, decisions)
    extra = quantising(seen, rows) | blank_figures(seen, decisions, measured.unsure_below)
    identity = card.Identity(_NAME, version, hashlib.sha256(graph).hexdigest(), len(graph))
    stem = models / f"{_NAME}-{version}"
    stem.with_name(f"{stem.name}.onnx").write_bytes(graph)
    manifest = card.manifest(identity, items, rows, measured, extra)
    stem.with_name(f"{stem.name}.json").write_text(manifest.model_dump_json(indent=2) + "\n")
    _paint(stem, rows, measured)
    words = card_text(identity, items, rows, measured, extra, _targets(rows, measured, len(graph)))
    stem.with_name(f"{stem.name}.md").write_text(words)
    _enlist(models / LIST_FILE, identity)
    tell(f"Wrote {stem.name}: {len(graph)} bytes")


def _clock() -> Callable[[str], None]:
    start = time.monotonic()

    def tell(words: str) -> None:
        click.echo(f"{time.monotonic() - start:6.0f} s  {words}")

    return tell


def _paint(stem: Path, rows: Table, measured: Measured) -> None:
    real = truth(rows)
    counted = rows.classified & (real >= 0)
    surveys = card.places(rows)["surveys"] & counted
    ways = {"photo left out": measured.by_photo, "sea left out": measured.by_sea}
    figures.confusion_picture(
        classify(measured.by_photo, rows, surveys).confusion, stem.with_name(f"{stem.name}-confusion.png")
    )
    curves = {name: (real[counted], said[counted]) for name, said in ways.items()}
    figures.reliability_picture(curves, stem.with_name(f"{stem.name}-reliability.png"))
    risks, answered = {}, {}
    for name, (labelled, said) in curves.items():
        confidence, coverage, risk = risk_coverage(said.argmax(axis=1) == labelled, said.max(axis=1))
        risks[name] = (coverage, risk)
        answered[name] = float(np.mean(confidence >= measured.unsure_below))
    figures.risk_picture(risks, answered, stem.with_name(f"{stem.name}-risk.png"))


def _targets(rows: Table, measured: Measured, size_bytes: int) -> str:
    ways = (measured.by_photo, measured.by_sea)
    places = card.places(rows)
    lines = []
    for words, place, name in (
        ("balanced accuracy at least 0.85, surveys", "surveys", "balanced_accuracy"),
        ("balanced accuracy at least 0.85, web too", "all", "balanced_accuracy"),
        ("bleached precision at least 0.80 at recall 0.75, surveys", "surveys", "bleached_precision"),
        ("bleached precision at least 0.80 at recall 0.75, web too", "all", "bleached_precision"),
        ("calibration error at most 0.05, surveys", "surveys", "calibration_error"),
        ("calibration error at most 0.05, web too", "all", "calibration_error"),
    ):
        cells = [f"{getattr(classify(said, rows, places[place]), name).value:.3f}" for said in ways]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    eilat = rows.whole & (rows.sites == "eilat")
    called = [f"{called_bleached(said, eilat, measured.unsure_below).value:.3f}" for said in ways]
    lines.append(
        "| healthy reef (Eilat): at most 0.03 of the chunks called bleached | " + " | ".join(called) + " |"
    )
    lines.append(f"| file at most 8 MB | {size_bytes / 1e6:.1f} MB | |")
    return "\n".join(lines)


def _enlist(path: Path, identity: card.Identity) -> None:
    listed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in listed if line.split()[:2] != [identity.name, identity.version]]
    line = f"{identity.name} {identity.version} {identity.sha256} {identity.size_bytes} bundled"
    path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
