"""Write the probabilities of chunks as records keep them, and read them."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from coralchunk.arrays import Probabilities
from coralchunk.terms import CLASSES

_FLOAT32: Final = np.dtype("<f4")


def packed(probabilities: Probabilities) -> list[bytes]:
    """Return each row as it is kept: float32, little-endian."""
    return [row.astype(_FLOAT32).tobytes() for row in probabilities]


def unpacked(rows: Sequence[bytes]) -> Probabilities:
    """Return the probabilities that are kept in these rows."""
    return np.frombuffer(b"".join(rows), dtype=_FLOAT32).reshape(-1, len(CLASSES))
