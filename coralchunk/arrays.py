"""Name the types of arrays. Apart from terms.py, so that a command that handles no pixels loads no NumPy."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W, 3), RGB, upright
Windows = NDArray[np.uint8]  # (N, 244, 244, 3), RGB: what the network sees of N chunks
Probabilities = NDArray[np.float32]  # (N, 3), columns in the order of CLASSES, rows add up to 1
