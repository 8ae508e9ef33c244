"""Hold all training patches in memory and draw batches of them."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Some patches, their photos and what they show."""

    windows: Tensor  # (N, 3, W, W) uint8
    photos: Tensor  # (N, 3, S, S) uint8, the whole photo scaled to a square
    places: Tensor  # (N, 4): left, top, width and height of the window in its photo, as shares of it
    targets: Tensor  # (N, 3): how much of it is bleached, healthy, not coral


@dataclass(frozen=True, slots=True)
class Patches:
    """All patches, on one device."""

    windows: Tensor  # (N, 3, W, W) uint8
    photos: Tensor  # (P, 3, S, S) uint8
    photo: Tensor  # (N,) which photo a patch is of
    places: Tensor  # (N, 4)
    targets: Tensor  # (N, 3)

    def drawn(self, chances: Tensor, count: int) -> Batch:
        """Draw `count` patches, with replacement; `chances` (N,) of each."""
        return self.chosen(torch.multinomial(chances, count, replacement=True))

    def chosen(self, rows: Tensor) -> Batch:
        """Take the patches of these rows."""
        rows = rows.to(self.windows.device)
        return Batch(self.windows[rows], self.photos[self.photo[rows]], self.places[rows], self.targets[rows])
