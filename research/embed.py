"""Run a trained network over patches, as they are served or varied, and keep their features."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from research.batches import Patches
from research.fit import Recipe
from research.heads import Rows
from research.network import Network, standardised
from research.packed import Packed
from research.views import varied

_BATCH: Final = 128


def as_served(network: Network, packed: Packed, rows: NDArray[np.int64]) -> Rows:
    """Describe the patches as the server would get them, each in its photo."""
    return _features(network, _served(packed, rows, packed.scenes[packed.photo[rows]]))


def as_single(network: Network, packed: Packed, rows: NDArray[np.int64]) -> Rows:
    """Describe the patches as if each were a photo of its own."""
    return _features(network, _served(packed, rows, packed.single[rows]))


def as_varied(network: Network, recipe: Recipe, patches: Patches, rows: NDArray[np.int64], seed: int) -> Rows:
    """Describe one variant of each patch, drawn as for training."""
    torch.manual_seed(seed)
    batches = (patches.chosen(torch.from_numpy(some)) for some in _parts(rows))
    return _features(network, (varied(batch, recipe.input_px, recipe.framing) for batch in batches))


def _served(packed: Packed, rows: NDArray[np.int64], scenes: Rows) -> Iterator[tuple[Tensor, Tensor]]:
    for some, scene in zip(_parts(rows), _parts(scenes), strict=True):
        yield torch.from_numpy(packed.served[some]).permute(0, 3, 1, 2).float() / 255, torch.from_numpy(scene)


def _features(network: Network, inputs: Iterator[tuple[Tensor, Tensor]]) -> Rows:
    device = next(network.parameters()).device
    found = []
    with torch.inference_mode():
        for rgb, scene in inputs:
            windows, around = rgb.to(device), scene.to(device)
            found.append(network.features(standardised(windows, around), windows, around).cpu().numpy())
    return np.concatenate(found)


def _parts(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
