"""Implement `coralchunk evaluate`: measure a model on labelled photos."""

import json
from collections.abc import Set
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from coralchunk.arrays import Pixels, Probabilities
from coralchunk.config import Settings
from coralchunk.errors.setup import BadLabels
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.encode import png
from coralchunk.imaging.grid import grid
from coralchunk.imaging.matrix import draw_matrix
from coralchunk.imaging.photo import Photo
from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.steps.measured_model import refined_as_stated
from coralchunk.pipeline.worker.classifier_cache import classify_chunks, load_classifier
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.science import metrics
from coralchunk.storage.labelled import Labelled, read_labels
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.terms import CHUNK_PX, CLASSES, Chunk, Size, State


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--model", help="Name and version, as `coralchunk models list` shows them.")
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for evaluation.json and confusion.png.",
)
@click.pass_obj
def evaluate(settings: Settings, source: Path, model: str | None, out: Path | None) -> None:
    """Measure a model on the labelled photos of SOURCE, a CSV of squares or a folder of class folders."""
    repository = open_model_repository(settings)
    chosen = repository.find(model or settings.model)
    classifier = load_classifier(repository, chosen, network_limits(settings))
    found = measure(classifier, source, settings)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        named = {"model": chosen.label, "sha256": chosen.sha256, "source": str(source), **found}
        (out / "evaluation.json").write_text(json.dumps(named, indent=2) + "\n", encoding="utf-8")
        names = [state.value for state in CLASSES]
        (out / "confusion.png").write_bytes(png(draw_matrix(np.array(found["confusion"]), names)))
        click.echo(f"Written to {out}/")


def measure(classifier: Classifier, source: Path, settings: Settings) -> dict[str, Any]:
    """Measure a model on labelled photos, show the figures and return them. Raises BadLabels."""
    labelled = read_labels(source)
    classified = [_classify(one, classifier, settings) for one in track(labelled, description="Judging")]
    if not any(truths for _, truths in classified):
        raise BadLabels(str(source), "its squares lie where the photos are empty")
    probabilities = np.concatenate([probabilities for probabilities, _ in classified])
    truth = np.array([CLASSES.index(state) for _, truths in classified for state in truths])
    found = _figures(truth, probabilities, classifier.manifest.thresholds.unsure_below)
    label = f"{classifier.manifest.name}-{classifier.manifest.version}"
    _show(found, f"{label} on {source}: {len(truth)} squares of {len(labelled)} photos")
    return found


def _classify(one: Labelled, classifier: Classifier, settings: Settings) -> tuple[Probabilities, list[State]]:
    photo = _opened(one.photo, settings)
    scene = photo.scene if one.context is None else _opened(one.context, settings).scene
    squares = list(one.squares) if one.truth is None else [(_middle(photo.size), one.truth)]
    seen = [(square, state) for square, state in squares if _has_data(photo, square)]
    found = {} if one.context is not None else _in_photo(photo, {square for square, _ in seen}, classifier)
    alone = [square for square, _ in seen if square not in found]
    said = classifier.probabilities([_window(photo, square, one.photo) for square in alone], scene)
    found |= dict(zip(alone, said, strict=True))
    rows = [found[square] for square, _ in seen]
    return np.array(rows, dtype=np.float32).reshape(-1, said.shape[1]), [state for _, state in seen]


def _in_photo(photo: Photo, squares: Set[Chunk], classifier: Classifier) -> dict[Chunk, NDArray[np.float32]]:
    """Answer as the server does, with neighbours, for those squares that are chunks of the grid."""
    chunks = grid(photo.size)
    if classifier.manifest.neighbours is None or squares.isdisjoint(chunks):
        return {}
    said = refined_as_stated(classify_chunks(classifier, photo, chunks), photo.size, classifier.manifest)
    return {chunk: row for chunk, row in zip(chunks, said, strict=True) if chunk in squares}


def _has_data(photo: Photo, square: Chunk) -> bool:
    """Tell whether a model would classify a square; one outside the photo is refused later."""
    is_inside = square.x + square.width <= photo.size.width and square.y + square.height <= photo.size.height
    return not is_inside or photo.has_data(square)


def _opened(path: Path, settings: Settings) -> Photo:
    with path.open("rb") as stream:
        return open_photo(stream, settings.max_pixels)


def _middle(size: Size) -> Chunk:
    side = min(size.width, size.height)
    return Chunk((size.width - side) // 2, (size.height - side) // 2, side, side)


def _window(photo: Photo, square: Chunk, path: Path) -> Pixels:
    if square.x + square.width > photo.size.width or square.y + square.height > photo.size.height:
        raise BadLabels(str(path), f"the square at {square.x}, {square.y} px lies outside the photo")
    how = cv2.INTER_AREA if square.width > CHUNK_PX else cv2.INTER_LINEAR
    scaled = cv2.resize(photo.seen(square), (CHUNK_PX, CHUNK_PX), interpolation=how)
    return np.asarray(scaled, dtype=np.uint8)


def _figures(truth: metrics.Truth, probabilities: Probabilities, unsure_below: float) -> dict[str, Any]:
    said = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= unsure_below
    table = metrics.confusion(truth, said, len(CLASSES))
    recall, precision = metrics.recalls(table), metrics.precisions(table)
    return {
        "squares": len(truth),
        "balanced_accuracy": _number(metrics.balanced_accuracy(table)),
        "balanced_accuracy_where_sure": _number(
            metrics.balanced_accuracy(metrics.confusion(truth[sure], said[sure], len(CLASSES)))
        ),
        "unsure_share": _number(float(1 - sure.mean())),
        "calibration_error": _number(metrics.calibration_error(truth, probabilities)),
        "classes": {
            state.value: {
                "squares": int((truth == column).sum()),
                "precision": _number(float(precision[column])),
                "recall": _number(float(recall[column])),
                "roc_auc": _number(metrics.roc_auc(truth == column, probabilities[:, column])),
            }
            for column, state in enumerate(CLASSES)
        },
        "confusion": table.tolist(),
    }


def _number(value: float) -> float | None:
    """Round for reading; a figure that cannot be measured is null, because JSON has no NaN."""
    return None if np.isnan(value) else round(value, 4)


def _show(found: dict[str, Any], title: str) -> None:
    table = Table("class", "squares", "precision", "recall", "ROC-AUC", title=title)
    for name, row in found["classes"].items():
        table.add_row(name, *(str(row[key]) for key in ("squares", "precision", "recall", "roc_auc")))
    console = Console()
    console.print(table)
    for name in ("balanced_accuracy", "balanced_accuracy_where_sure", "unsure_share", "calibration_error"):
        console.print(f"{name.replace('_', ' ')}: {found[name]}")
