"""Write all files of a version of the bundled model: graph, manifest, card, pictures, list of models."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from coralchunk.inference.manifest import Manifest
from coralchunk.science import metrics
from coralchunk.storage.model_repository import LIST_FILE
from research import card, figures, foreign, interval_coverage
from research.blank import HELD_OUT, blanks
from research.calibration import risk_coverage
from research.dataset import Item
from research.drawn import classify_photos
from research.evaluation import CLASSES, classify, truth
from research.heads import Scores
from research.measure import Measured
from research.packed import Packed
from research.served import run
from research.table import Table
from research.words import card as card_text

NAME: Final = "coralchunk-lite0"
_INT8: Final = "int8"
_QUANTISING_COST: Final = 0.005  # of balanced accuracy


class QuantisingCosts(RuntimeError):
    """The int8 graph is much worse than the float graph."""


@dataclass(frozen=True, slots=True)
class Build:
    """Everything that a version of the model is written from."""

    items: list[Item]
    table: Table
    measured: Measured
    #: What int8 costs, see `quantising`; of a graph that is bundled again, what its manifest states.
    quantised: dict[str, float]
    small: bytes  # the int8 graph, which is served
    device: str  # that it was trained on


def write(build: Build, models: Path, version: str) -> None:
    """Write a version into the folder of models and list it last, which makes it the default."""
    extra: dict[str, float | str] = {**build.quantised, **blank_figures(build), **foreign_figures(build)}
    extra |= interval_coverage.figures(build.items, build.table, build.measured)
    identity = card.Identity(NAME, version, hashlib.sha256(build.small).hexdigest(), len(build.small))
    stem = models / f"{NAME}-{version}"
    manifest = card.manifest(identity, build.items, build.table, build.measured, extra)
    _beside(stem, ".onnx").write_bytes(build.small)
    _beside(stem, ".json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    words = card_text(identity, build.items, build.table, build.measured, extra, build.device)
    _beside(stem, ".md").write_text(words, encoding="utf-8")
    _paint(stem, build.table, build.measured)
    _paint_intervals(stem, build)
    _enlist(models / LIST_FILE, identity)


def quantising(full: bytes, small: bytes, packed: Packed, table: Table) -> dict[str, float]:
    """Measure what int8 costs, on all classified patches. Raises QuantisingCosts above half a point."""
    real = truth(table)
    rows = np.flatnonzero(table.classified & (real >= 0))
    said = [run(graph, packed, rows)[0].argmax(axis=1) for graph in (full, small)]
    best, less = (metrics.balanced_accuracy(metrics.confusion(real[rows], one, 3)) for one in said)
    if best - less > _QUANTISING_COST:
        raise QuantisingCosts(f"int8 costs {best - less:.4f} of balanced accuracy, over {_QUANTISING_COST}")
    return {
        f"{_INT8} costs in balanced accuracy, patches learned from": round(best - less, 4),
        f"{_INT8} and float say the same, patches learned from": round(float((said[0] == said[1]).mean()), 4),
    }


def stated_quantising(manifest: Manifest) -> dict[str, float]:
    """Return what a manifest states of the cost of int8."""
    return {
        name: value
        for name, value in manifest.figures.items()
        if name.startswith(_INT8) and isinstance(value, float)
    }


def blank_figures(build: Build) -> dict[str, float]:
    """Measure what is said of the chunks of made-up photos in which there is nothing."""
    photos = [patch.photo for patch in blanks(HELD_OUT)]
    said = classify_photos(build.small, photos, build.measured.neighbourhood)
    sure = said.max(axis=1) >= build.measured.unsure_below
    coral = said.argmax(axis=1) < CLASSES.index("not_coral")
    return {
        "made-up water, darkness and glare: photos": len(photos),
        "made-up water, darkness and glare: chunks": len(said),
        "made-up water, darkness and glare: called coral": round(float(np.mean(sure & coral)), 4),
        "made-up water, darkness and glare: called not coral": round(float(np.mean(sure & ~coral)), 4),
    }


def foreign_figures(build: Build) -> dict[str, float]:
    """Measure how the chunks of drawn pictures that show no reef are classified."""
    found = {}
    for kind in foreign.KINDS:
        said = classify_photos(build.small, foreign.pictures(kind), build.measured.neighbourhood)
        sure = said.max(axis=1) >= build.measured.unsure_below
        coral = said.argmax(axis=1) < CLASSES.index("not_coral")
        found[f"drawn pictures, {kind}: not called coral"] = round(1 - float(np.mean(sure & coral)), 4)
    return found


def _paint(stem: Path, table: Table, measured: Measured) -> None:
    real = truth(table)
    chosen = card.places(table)["surveys"] & (real >= 0)
    ways = {f"{way} left out": measured.said[way] for way in ("photo", "sea")}
    confusion = classify(measured.said["photo"], table, chosen).confusion
    figures.confusion_picture(confusion, _beside(stem, "-confusion.png"))
    curves = {name: (real[chosen], said[chosen]) for name, said in ways.items()}
    figures.reliability_picture(curves, _beside(stem, "-reliability.png"))
    risks: dict[str, tuple[Scores, Scores]] = {}
    answered: dict[str, float] = {}
    for name, (labelled, said) in curves.items():
        confidence, coverage, risk = risk_coverage(said.argmax(axis=1) == labelled, said.max(axis=1))
        risks[name] = (coverage, risk)
        answered[name] = float(np.mean(confidence >= measured.unsure_below))
    figures.risk_picture(risks, answered, _beside(stem, "-risk.png"))


def _paint_intervals(stem: Path, build: Build) -> None:
    compared = [
        one
        for way in ("photo", "sea")
        for one in interval_coverage.of_photos(build.items, build.table, build.measured, way)
    ]
    intervals = {
        f"{kind} cover": [(*one.interval, one.labelled) for one in compared if one.kind == kind]
        for kind in ("coral", "bleached")
    }
    figures.interval_picture(intervals, _beside(stem, "-intervals.png"))


def _beside(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)


def _enlist(path: Path, identity: card.Identity) -> None:
    listed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in listed if line.split()[:2] != [identity.name, identity.version]]
    line = f"{identity.name} {identity.version} {identity.sha256} {identity.size_bytes} bundled"
    path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")
