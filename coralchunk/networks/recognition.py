"""Read the findings of a network from its tensors: labels of the whole picture, or of rectangles in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.errors.networks import BadTensor
from coralchunk.networks.detection import (
    Candidates,
    Floats,
    anchored_candidates,
    direct_candidates,
    yolo_candidates,
)
from coralchunk.networks.postprocessing import ClassificationOutput, Detection, Labels, Output, PostProcessing
from coralchunk.networks.predictions import Answer, Box, Hypothesis, predictions
from coralchunk.networks.resizing import Frame
from coralchunk.networks.tensors import Tensor

_MAX_CANDIDATES: Final = 5000  # of one label that are compared with each other, the best ones


@dataclass(frozen=True, slots=True)
class Ran:
    """What a network gave for its inputs."""

    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    frame: Frame  # place of the first picture's tensor in its photo


def recognise(
    ran: Ran, outputs: Sequence[Output], post_processings: Sequence[PostProcessing], answer: Answer
) -> dict[str, object]:
    """Return the answer of a recognition: for each output of the specification, predicted and discarded.

    Raises BadTensor if a tensor is not what its post-processing expects.
    """
    results = [
        {"labels": predictions(_hypotheses(ran, output.labels, how), output.labels, how, answer)}
        for output, how in zip(outputs, post_processings, strict=True)
    ]
    return {"outputs": results}


def _hypotheses(ran: Ran, labels: Labels, how: PostProcessing) -> list[Hypothesis]:
    if how.detection is not None:
        return list(_detected(ran, labels, how.detection))
    if how.classification is not None:
        return _classified(ran, labels, how.classification)
    return []


def _classified(ran: Ran, labels: Labels, how: ClassificationOutput) -> list[Hypothesis]:
    tensor = ran.outputs[how.output_tensor]
    count = len(labels.labels)
    if tensor.size != count:
        raise BadTensor(how.output_tensor, tensor.shape, f"one score for each of {count} labels")
    scores = tensor.astype(np.float64).reshape(-1)
    if not np.isfinite(scores).all():
        raise BadTensor(how.output_tensor, tensor.shape, "finite scores, but some are no numbers")
    return [Hypothesis(row, score) for row, score in enumerate(scores.tolist())]


def _detected(ran: Ran, labels: Labels, how: Detection) -> Iterator[Hypothesis]:
    found = _candidates(ran, labels, how)
    boxes = found.boxes / _sides(ran, how.normalize_wrt_tensor)
    frame = ran.frame
    boxes = boxes * np.array([frame.width, frame.height] * 2) + np.array([frame.left, frame.top] * 2)
    is_usable = np.isfinite(boxes).all(axis=1) & np.isfinite(found.scores)
    is_usable &= found.scores >= how.discard_threshold
    boxes = boxes.clip(0, 1)
    for row in range(len(labels.labels)):
        chosen = np.flatnonzero(is_usable & (found.rows == row))
        for index in _without_overlaps(boxes, found.scores, chosen, how.nms_threshold):
            xmin, ymin, xmax, ymax = boxes[index].tolist()
            yield Hypothesis(
                row, float(found.scores[index]), int(found.regions[index]), Box(xmin, ymin, xmax, ymax)
            )


def _candidates(ran: Ran, labels: Labels, how: Detection) -> Candidates:
    if how.direct_output is not None:
        return direct_candidates(ran.outputs, how.direct_output, labels)
    if how.anchored_output is not None:
        return anchored_candidates(ran.outputs, how.anchored_output, labels)
    assert how.yolo_output is not None  # noqa: S101 - one of the three, see Detection
    return yolo_candidates(ran.outputs, how.yolo_output, labels)


def _sides(ran: Ran, name: str) -> Floats:
    """Return what boxes are divided by: width, height, width, height."""
    if not name:
        return np.ones(4)
    tensor = ran.outputs[name] if name in ran.outputs else ran.inputs[name]
    numbers = tensor.astype(np.float64).reshape(-1)
    if numbers.size < 2 or not (numbers[:2] > 0).all():
        raise BadTensor(name, tensor.shape, "height and width, both positive")
    return np.array([numbers[1], numbers[0]] * 2)


def _without_overlaps(
    boxes: Floats, scores: Floats, chosen: NDArray[np.int64], nms_threshold: float
) -> list[int]:
    """Return which of the chosen boxes of one label stay, best first: none that overlaps a better one."""
    best = chosen[np.argsort(-scores[chosen], kind="stable")][:_MAX_CANDIDATES]
    corners = boxes[best]
    rectangles = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    # OpenCV leaves out scores of 0; one more changes no order.
    kept = cv2.dnn.NMSBoxes(rectangles.tolist(), (scores[best] + 1).tolist(), 0.0, nms_threshold)
    return [int(best[index]) for index in np.asarray(kept, dtype=np.int64).reshape(-1)]
