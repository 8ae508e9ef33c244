"""Group pictures that are nearly the same, so that they are not in both training and test data.

A picture's fingerprint is 256 bits, whether brightness rises from each of 16 x 17 places to the next
("difference hash"), beside its colours at 8 x 8 places. Two pictures are near-duplicates where at most a
tenth of the bits differ and the colours differ little: bits alone do not identify flat pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels

_BITS_PX: Final = 16
_COLOURS_PX: Final = 8
_MOST_BITS: Final = 25  # that may differ, of 256
_MOST_LEVELS: Final = 8.0  # mean difference of the colours, of 255
_AT_ONCE: Final = 512  # pictures that are compared with all others at once


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What near-duplicates have in common."""

    bits: NDArray[np.uint64]  # (4,)
    colours: NDArray[np.uint8]  # (192,)


def fingerprint(picture: Pixels) -> Fingerprint:
    """Take the fingerprint of a picture, (H, W, 3) uint8."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_BITS_PX + 1, _BITS_PX), interpolation=cv2.INTER_AREA)
    rises = small[:, 1:] > small[:, :-1]
    colours = cv2.resize(picture, (_COLOURS_PX, _COLOURS_PX), interpolation=cv2.INTER_AREA)
    return Fingerprint(np.packbits(rises).view(np.uint64), np.asarray(colours, dtype=np.uint8).reshape(-1))


def group_near_duplicates(fingerprints: Sequence[Fingerprint]) -> NDArray[np.intp]:
    """Put near-duplicates into groups, also those that are so only by way of a third picture.

    Returns (N,): for each picture the index of the first picture of its group.
    """
    count = len(fingerprints)
    bits = np.array([one.bits for one in fingerprints], dtype=np.uint64).reshape(count, -1)
    colours = np.array([one.colours for one in fingerprints], dtype=np.int16).reshape(count, -1)
    first = np.arange(count)
    for begin in range(0, count, _AT_ONCE):
        several = slice(begin, begin + _AT_ONCE)
        different = np.bitwise_count(bits[several, np.newaxis] ^ bits[np.newaxis]).sum(axis=2)
        for row, other in np.argwhere(different <= _MOST_BITS):
            one = begin + row
            if other > one and np.abs(colours[one] - colours[other]).mean() <= _MOST_LEVELS:
                _join(first, one, other)
    return np.array([_first(first, one) for one in range(count)], dtype=np.intp)


def _first(first: NDArray[np.intp], one: int) -> int:
    while first[one] != one:
        first[one] = first[first[one]]
        one = int(first[one])
    return one


def _join(first: NDArray[np.intp], one: int, other: int) -> None:
    low, high = sorted((_first(first, one), _first(first, other)))
    first[high] = low
