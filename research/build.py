"""Fit the decisions on labelled patches, apply them to held-out patches, and build the served graphs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from coralchunk.science import metrics
from research.augment import Sample
from research.backbone import Backbone, pretrained
from research.calibration import Scaling, cross_calibrated, fit_all, threshold
from research.dataset import Table
from research.evaluation import CLASSES, truth
from research.extract import Rows, as_single, as_taken, rows, session, to_onnx, varied
from research.heads import by_group, by_site, held_out_logits, learn, strangeness
from research.network import Classify, Decisions, Features
from research.quantise import Feeds, quantise

_VARIANTS: Final = 3  # augmented passes in addition to the original
_RISK: Final = 0.10  # share of answers that may be wrong before "unsure" is the better answer
_FAR: Final = 0.99  # share of a left-out sea that must count as near
_PARITY: Final = 1e-3
_QUANTISING_COST: Final = 0.005  # of balanced accuracy
_RANGE_SAMPLES: Final = 60  # their activations are held in memory at once: 2 GB
_PARITY_SAMPLES: Final = 40

Scores = NDArray[np.float64]
Tell = Callable[[str], None]


class ParityLost(RuntimeError):
    """Two forms of one graph disagree more than they may."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Features of every patch, through the int8 graph: decisions are learned on what they will be served."""

    backbone: Backbone
    ranges: list[Feeds]  # inputs that activations' ranges are taken from
    passes: list[Rows]  # as taken, then varied
    single: Rows  # as if each window were all of its photo
    full: Rows  # as taken, through the float graph
    blank: Rows  # made-up photos in which there is nothing, and that nothing was learned from


@dataclass(frozen=True, slots=True)
class Measured:
    """Calibrated probabilities of patches whose photo, or whose whole sea, was left out."""

    by_photo: Scores
    by_sea: Scores
    ablations: dict[str, tuple[Scores, Scores]]
    scaling: Scaling
    unsure_below: float
    far: float


def look(samples: list[Sample], blank: list[Sample], tell: Tell) -> Seen:
    """Run the backbone over every patch.

    blank  samples of photos in which there is nothing, that nothing is learned from
    """
    backbone = pretrained()
    full = to_onnx(Features(backbone), ["features"])
    some = samples[:: max(1, len(samples) // _RANGE_SAMPLES)]
    ranges = [{"windows": windows, "scene": scene} for windows, scene in as_taken(some)]
    graph = quantise(full, ranges)
    tell(f"Looking at {len(samples)} patches as taken")
    passes = [rows(graph, as_taken(samples))]
    for seed in range(1, _VARIANTS + 1):
        tell(f"Looking at variant {seed} of each")
        passes.append(rows(graph, varied(samples, np.random.default_rng(seed))))
    tell("Looking at each window as a photo of its own, and at all in float")
    single = rows(graph, as_single(samples))
    floats = rows(full, as_taken(samples))
    return Seen(backbone, ranges, passes, single, floats, rows(graph, as_taken(blank)))


def measure(seen: Seen, table: Table, tell: Tell) -> Measured:
    """Classify every patch by decisions learned without its photo, and without its sea."""
    tell("Judging patches whose photo, or sea, was left out")
    kinds = (by_group, by_site)
    raw = [held_out_logits(seen.passes, table, split(table)) for split in kinds]

    def calibrated(scores: list[Scores]) -> tuple[Scores, Scores]:
        photo, sea = (
            cross_calibrated(one, scores, table.targets, table.classified, split(table))
            for one, split in zip(scores, kinds, strict=True)
        )
        return photo, sea

    said = calibrated(raw)
    ablations = {"as served": said}
    for name, options in {
        "without the photo's scene": {"passes": seen.passes, "with_scene": False},
        "without augmentation": {"passes": seen.passes[:1]},
        "each window a photo of its own": {"passes": seen.passes, "shown": seen.single},
    }.items():
        tell(f"Judging them again {name}")
        ablations[name] = calibrated(
            [held_out_logits(table=table, splits=split(table), **options) for split in kinds]
        )
    real, classified = truth(table), table.classified & (truth(table) >= 0)
    both, answers = np.concatenate([one[classified] for one in said]), np.tile(real[classified], 2)
    far = float(np.quantile(strangeness(seen.passes, by_site(table))[table.classified], _FAR))
    return Measured(
        *said,
        ablations,
        fit_all([one[table.classified] for one in raw], table.targets[table.classified]),
        round(threshold(both.argmax(axis=1) == answers, both.max(axis=1), _RISK), 2),
        round(far, 2),
    )


def decide(seen: Seen, table: Table, measured: Measured) -> Decisions:
    """Train on everything, with the calibration from held-out patches."""
    learned = learn(seen.passes, table, np.ones(len(table.labels), dtype=bool))
    scaling = measured.scaling
    return replace(learned, temperature=scaling.temperature, shift=scaling.shift, far=measured.far)


def export(seen: Seen, decisions: Decisions) -> bytes:
    """Export the int8 graph, having proved torch, float and int8 to say what they should.

    Raises ParityLost where they do not.
    """
    classify = Classify(Features(seen.backbone), decisions).eval()
    exported = to_onnx(classify, ["probabilities", "distance"])
    some = seen.ranges[:_PARITY_SAMPLES]
    with torch.inference_mode():
        expected = [
            classify(*(torch.from_numpy(part) for part in feeds.values()))[0].numpy() for feeds in some
        ]
    _prove("torch and ONNX Runtime", expected, _run(exported, some))
    small = quantise(exported, seen.ranges)
    features = _run(quantise(to_onnx(Features(seen.backbone), ["features"]), seen.ranges), some)
    _prove("learned and served int8", [decisions.classify(row) for row in features], _run(small, some))
    return small


def blank_figures(seen: Seen, decisions: Decisions, unsure_below: float) -> dict[str, float]:
    """Measure the predictions for drawn photos that show nothing."""
    said = decisions.classify(seen.blank)
    sure, coral = said.max(axis=1) >= unsure_below, said.argmax(axis=1) < CLASSES.index("not_coral")
    return {
        "made-up water, darkness and glare: photos": len(said),
        "made-up water, darkness and glare: called coral": round(float(np.mean(sure & coral)), 4),
        "made-up water, darkness and glare: called not coral": round(float(np.mean(sure & ~coral)), 4),
    }


def quantising(seen: Seen, table: Table) -> dict[str, float]:
    """Measure what int8 costs: held-out photos, by heads fitted on float and on int8 features.

    Raises ParityLost when that is more than half a point of balanced accuracy.
    """
    real = truth(table)
    classified = table.classified & (real >= 0)
    found = []
    for features in (seen.full, seen.passes[0]):
        said = held_out_logits([features], table, by_group(table))[classified].argmax(axis=1)
        found.append((said, metrics.balanced_accuracy(metrics.confusion(real[classified], said, 3))))
    (full, best), (small, less) = found
    if best - less > _QUANTISING_COST:
        raise ParityLost(f"int8 costs {best - less:.4f} of balanced accuracy, over {_QUANTISING_COST}")
    return {
        "int8 costs in balanced accuracy": round(best - less, 4),
        "int8 and float say the same": round(float((full == small).mean()), 4),
    }


def _run(graph: bytes, feeds: list[Feeds]) -> list[Scores]:
    opened = session(graph)
    return [opened.run(None, dict(one))[0] for one in feeds]


def _prove(what: str, expected: list[Scores], found: list[Scores]) -> None:
    gap = max(float(np.abs(one - other).max()) for one, other in zip(expected, found, strict=True))
    if gap > _PARITY:
        raise ParityLost(f"{what} differ by {gap:.4f}, over {_PARITY}")
