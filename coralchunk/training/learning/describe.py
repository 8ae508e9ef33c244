"""Describe pictures by the features of a frozen backbone."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.imaging.whole import fitted
from coralchunk.inference.classifier import WINDOWS_INPUT
from coralchunk.inference.session import open_session
from coralchunk.training.learning.backbone import FEATURES, Backbone
from coralchunk.training.learning.near_duplicates import Fingerprint, fingerprint

_AHEAD: Final = 8  # pictures that are held decoded, for each thread


@dataclass(frozen=True, slots=True)
class Description:
    """What is kept of a picture."""

    features: NDArray[np.float32]  # (D,)
    mirrored: NDArray[np.float32]  # (D,), of its mirror image
    fingerprint: Fingerprint


class Describer:
    """A loaded backbone. Belongs to the process that made it."""

    def __init__(self, backbone: Backbone, threads: int = 1, *, has_wide_sums: bool = False) -> None:
        """Load a backbone.

        threads        pictures that are described at once
        has_wide_sums  as in inference.Classifier
        """
        self.side_px: Final = backbone.side_px
        self._threads: Final = threads
        onnx = backbone.graph.SerializeToString()
        self._session: Final = open_session(onnx, backbone.name, has_wide_sums=has_wide_sums)

    def describe(self, pictures: Iterable[Pixels]) -> Iterator[Description]:
        """Yield the description of each picture, in order; only a few are taken ahead.

        pictures  (H, W, 3) uint8, RGB, upright; left as they were
        """
        waiting = iter(pictures)
        with ThreadPoolExecutor(self._threads) as pool:
            while several := list(islice(waiting, _AHEAD * self._threads)):
                yield from pool.map(self._one, several)

    def _one(self, picture: Pixels) -> Description:
        square = fitted(picture, self.side_px)
        mirrored = np.ascontiguousarray(square[:, ::-1])
        return Description(self._features(square), self._features(mirrored), fingerprint(square))

    def _features(self, square: Pixels) -> NDArray[np.float32]:
        found = self._session.run([FEATURES], {WINDOWS_INPUT: square[np.newaxis]})[0][0]
        return np.asarray(found, dtype=np.float32)
