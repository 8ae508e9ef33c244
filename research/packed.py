"""All patches as arrays: what is learned from, and what the served model gets."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from research.batches import Patches


@dataclass(frozen=True, slots=True)
class Packed:
    """Patches in the order they were given in."""

    windows: NDArray[np.uint8]  # (N, 160, 160, 3)
    served: NDArray[np.uint8]  # (N, 122, 122, 3), as the server scales them
    single: NDArray[np.float32]  # (N, 28), scenes as if each window were a photo of its own
    photo: NDArray[np.int64]  # (N,), row of the photo that a patch is of
    places: NDArray[np.float32]  # (N, 4): left, top, width, height as shares of the photo
    photos: NDArray[np.uint8]  # (P, 64, 64, 3)
    scenes: NDArray[np.float32]  # (P, 28)


def to_torch(packed: Packed, targets: NDArray[np.float64], device: str) -> Patches:
    """Move what is learned from to a device."""
    windows, photos = (
        torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous().to(device)
        for pixels in (packed.windows, packed.photos)
    )
    return Patches(
        windows,
        photos,
        torch.from_numpy(packed.photo).to(device),
        torch.from_numpy(packed.places).to(device),
        torch.from_numpy(targets.astype(np.float32)).to(device),
    )
