"""Read boxes, scores and labels from the tensors of a detecting network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.errors.networks import BadTensor
from coralchunk.networks.postprocessing import AnchoredOutput, DirectOutput, Labels, YoloOutput
from coralchunk.networks.tensors import Tensor

Floats = NDArray[np.float64]
_LARGEST_EXPONENT: Final = 50.0  # e^50 is larger than any picture, and no overflow
_CORNERS: Final = 4


@dataclass(frozen=True, slots=True)
class Candidates:
    """N boxes that a network proposes."""

    boxes: Floats  # (N, 4): xmin, ymin, xmax, ymax; in pixels, or in shares of the network's input
    scores: Floats  # (N,)
    rows: NDArray[np.int64]  # (N,): which label, counted in its specification
    regions: NDArray[np.int64]  # (N,): the place that candidates of different labels have in common, from 1


def direct_candidates(tensors: Mapping[str, Tensor], output: DirectOutput, labels: Labels) -> Candidates:
    """Read boxes that a network gives as they are. Raises BadTensor."""
    boxes = _table(tensors, output.boxes_tensor, _CORNERS)[:, [1, 0, 3, 2]]  # ymin comes first
    scores = _flat(tensors, output.scores_tensor, len(boxes))
    classes = _flat(tensors, output.classes_tensor, len(boxes))
    rows_of = {label.id: row for row, label in enumerate(labels.labels)}
    found = [rows_of.get(int(one)) if np.isfinite(one) else None for one in np.rint(classes).tolist()]
    known = np.array([row is not None for row in found], dtype=bool)
    rows = np.array([row for row in found if row is not None], dtype=np.int64)
    return Candidates(boxes[known], scores[known], rows, np.flatnonzero(known) + 1)


def anchored_candidates(tensors: Mapping[str, Tensor], output: AnchoredOutput, labels: Labels) -> Candidates:
    """Move and scale anchors by the offsets of each label, as in Faster R-CNN (Ren et al., 2015).

    Anchors are corners, as in Caffe's networks, after one column that is not a coordinate.

    Raises BadTensor.
    """
    count = len(labels.labels)
    anchors = _table(tensors, output.anchors_tensor, 1 + _CORNERS)[:, 1:]
    proposals = len(anchors)
    scores = _sized(tensors, output.scores_tensor, (proposals, count + 1))[:, 1:]
    offsets = _sized(tensors, output.offsets_tensor, (proposals, (count + 1) * _CORNERS))
    offsets = offsets.reshape(proposals, count + 1, _CORNERS)[:, 1:]
    corners = anchors[:, np.newaxis, :]
    sizes = corners[..., 2:] - corners[..., :2]
    centres = corners[..., :2] + sizes / 2 + offsets[..., :2] * sizes
    halves = sizes * np.exp(np.minimum(offsets[..., 2:], _LARGEST_EXPONENT)) / 2
    boxes = np.concatenate([centres - halves, centres + halves], axis=-1)
    return _each_label(boxes.reshape(-1, _CORNERS), scores)


def yolo_candidates(tensors: Mapping[str, Tensor], output: YoloOutput, labels: Labels) -> Candidates:
    """Read the grid of YOLO v2 (Redmon and Farhadi, 2017). Raises BadTensor."""
    count = len(labels.labels)
    anchors = np.array(output.anchors, dtype=np.float64).reshape(-1, 2)
    grid = _yolo_grid(tensors, output.output_tensor, len(anchors), 5 + count)  # (A, 5 + L, H, W)
    height, width = grid.shape[2:]
    columns, lines = np.meshgrid(np.arange(width), np.arange(height))
    sizes = np.exp(np.minimum(grid[:, 2:4], _LARGEST_EXPONENT)) * anchors[:, :, np.newaxis, np.newaxis]
    x, y = (columns + _sigmoid(grid[:, 0])) / width, (lines + _sigmoid(grid[:, 1])) / height
    half_w, half_h = sizes[:, 0] / width / 2, sizes[:, 1] / height / 2
    boxes = np.stack([x - half_w, y - half_h, x + half_w, y + half_h], axis=-1)
    scores = _sigmoid(grid[:, 4:5]) * _softmax(grid[:, 5:])
    return _each_label(
        np.repeat(boxes.reshape(-1, _CORNERS), count, axis=0), np.moveaxis(scores, 1, -1).reshape(-1, count)
    )


def without_batch(tensor: Tensor, rank: int) -> Tensor:
    """Return a tensor without leading sides of 1 that stand too much."""
    while tensor.ndim > rank and tensor.shape[0] == 1:
        tensor = tensor[0]
    return tensor


def _each_label(boxes: Floats, scores: Floats) -> Candidates:
    """Make a candidate of each label of each region. `boxes` has a row for each of them."""
    regions, count = scores.shape
    return Candidates(
        boxes,
        scores.reshape(-1),
        np.tile(np.arange(count), regions),
        np.repeat(np.arange(1, regions + 1), count),
    )


def _yolo_grid(tensors: Mapping[str, Tensor], name: str, anchors: int, depth: int) -> Floats:
    grid = without_batch(tensors[name], 3)
    channels = anchors * depth
    if grid.ndim == 3 and grid.shape[0] != channels and grid.shape[2] == channels:
        grid = grid.transpose(2, 0, 1)
    if grid.ndim != 3 or grid.shape[0] != channels:
        raise BadTensor(name, tensors[name].shape, f"a grid with {anchors} x {depth} = {channels} channels")
    return grid.astype(np.float64).reshape(anchors, depth, *grid.shape[1:])


def _table(tensors: Mapping[str, Tensor], name: str, columns: int) -> Floats:
    tensor = tensors[name]
    if tensor.ndim == 0 or tensor.shape[-1] != columns:
        raise BadTensor(name, tensor.shape, f"N x {columns}")
    return tensor.astype(np.float64).reshape(-1, columns)


def _sized(tensors: Mapping[str, Tensor], name: str, shape: tuple[int, int]) -> Floats:
    tensor = tensors[name]
    if tensor.size != shape[0] * shape[1]:
        raise BadTensor(name, tensor.shape, f"{shape[0]} x {shape[1]}")
    return tensor.astype(np.float64).reshape(shape)


def _flat(tensors: Mapping[str, Tensor], name: str, count: int) -> Floats:
    tensor = tensors[name]
    if tensor.size != count:
        raise BadTensor(name, tensor.shape, f"one number for each of {count} boxes")
    return tensor.astype(np.float64).reshape(-1)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values.clip(-500, 500))), dtype=np.float64)


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)
