"""Turn scores into predictions: those that reach their threshold and those that do not, best first."""

from collections.abc import Sequence
from dataclasses import dataclass

from coralchunk.networks.postprocessing import Label, Labels, PostProcessing


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in shares of the photo's width and height; the origin is the top left corner."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A label that may be there."""

    row: int  # of the label in its specification
    score: float
    region: int | None = None  # which labels of one place have in common; None for the whole picture
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How much of the findings to return."""

    show_discarded: bool = False
    max_predictions: int = 100  # of the predicted, and as many of the discarded


def predictions(
    hypotheses: Sequence[Hypothesis], labels: Labels, how: PostProcessing, answer: Answer
) -> dict[str, list[dict[str, object]]]:
    """Return the findings of one output: `predicted` and `discarded`, each best first."""
    thresholds = how.thresholds
    if thresholds is None:
        thresholds = [labels.default_threshold] * len(labels.labels)
    best_first = sorted(hypotheses, key=lambda one: -one.score)
    predicted = [one for one in best_first if one.score >= thresholds[one.row]]
    discarded = (
        [one for one in best_first if one.score < thresholds[one.row]] if answer.show_discarded else []
    )
    return {
        name: [
            _body(one, labels.labels[one.row], thresholds[one.row]) for one in found[: answer.max_predictions]
        ]
        for name, found in (("predicted", predicted), ("discarded", discarded))
    }


def _body(one: Hypothesis, label: Label, threshold: float) -> dict[str, object]:
    body: dict[str, object] = {
        "label_id": label.id,
        "label_name": label.name,
        "score": one.score,
        "threshold": threshold,
    }
    if one.box is not None:
        box = one.box
        body["roi"] = {
            "region_id": one.region,
            "bbox": {"xmin": box.xmin, "ymin": box.ymin, "xmax": box.xmax, "ymax": box.ymax},
        }
    return body
