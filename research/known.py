"""Tell how far a patch lies from everything that a model learned from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

_DIRECTIONS: Final = 24
_EXAMPLES: Final = 256

Rows = NDArray[np.floating]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Known:
    """What the training patches look like: their texture in a few whitened directions, and some of them."""

    directions: Scores  # (T, K)
    middle: Scores  # (T,)
    examples: Scores  # (M, K)

    def distance(self, texture: Rows) -> Scores:
        """Return how far each row lies from the nearest example."""
        placed = (texture - self.middle) @ self.directions
        squares = (placed**2).sum(1)[:, None] - 2 * placed @ self.examples.T + (self.examples**2).sum(1)
        return np.sqrt(np.maximum(squares.min(axis=1), 0))


def know(texture: Rows) -> Known:
    """Remember what training patches look like: 256 of them, in 24 whitened directions."""
    middle, spread = texture.mean(axis=0), texture.std(axis=0) + 1e-6
    _, strengths, directions = np.linalg.svd((texture - middle) / spread, full_matrices=False)
    kept = directions[:_DIRECTIONS].T / spread[:, np.newaxis]
    whitened = kept / (strengths[:_DIRECTIONS] / np.sqrt(len(texture)))
    placed = (texture - middle) @ whitened
    examples = KMeans(min(_EXAMPLES, len(texture)), n_init=1, random_state=0).fit(placed).cluster_centers_
    return Known(whitened.astype(np.float64), middle.astype(np.float64), examples.astype(np.float64))
