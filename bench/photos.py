"""Generate reef-like photos as a phone would send them.

Patches of coral, sand and water with grain on top, so that JPEG has as much to keep as in a real photo:
3.5 to 6 MB for 12 megapixels.
"""

import math
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.grid import count
from coralchunk.terms import Size

_TILE_PX: Final = 1024
_GRAIN: Final = ((1, 6.0), (2, 8.0), (4, 9.0), (8, 8.0), (32, 8.0))  # side of a grain in px, its strength
_PATCH_PX: Final = 260  # corals are about as large as a chunk
_QUALITY: Final = 90  # what phones use
# Deep water, algae, living coral, sand, bleached coral: RGB.
_PALETTE: Final = ((22, 70, 110), (60, 80, 50), (120, 84, 52), (170, 150, 120), (228, 226, 214))
_COMMENT: Final = b"\xff\xfe"  # JPEG COM marker, ITU-T T.81 B.2.4.5
_START_BYTES: Final = 2  # of the SOI marker, which comes before all others


@dataclass(frozen=True, slots=True)
class Upload:
    """A generated photo, encoded."""

    size: Size
    jpeg: bytes

    @property
    def megapixels(self) -> float:
        """Its size as people say it."""
        return self.size.pixels / 1e6

    @property
    def megabytes(self) -> float:
        """Its size on the wire, MB (10^6 bytes)."""
        return len(self.jpeg) / 1e6

    @property
    def chunks(self) -> int:
        """How many chunks it has."""
        return count(self.size)

    def numbered(self, number: int) -> tuple[bytes, memoryview]:
        """Return the same photo with a comment in it: no server can have seen these bytes before."""
        note = f"photo {number:08d}".encode()
        head = self.jpeg[:_START_BYTES] + _COMMENT + (len(note) + 2).to_bytes(2, "big") + note
        return head, memoryview(self.jpeg)[_START_BYTES:]


@cache
def upload(megapixels: float, seed: int = 1) -> Upload:
    """Make a photo of 4:3; the same arguments give the same pixels."""
    width = round(math.sqrt(megapixels * 1e6 * 4 / 3))
    size = Size(width, round(width * 3 / 4))
    encoded = BytesIO()
    Image.fromarray(reef(size, seed)).save(encoded, "JPEG", quality=_QUALITY)
    return Upload(size, encoded.getvalue())


def reef(size: Size, seed: int) -> Pixels:
    """Paint a reef-like photo. Returns a new (height, width, 3) uint8 RGB array."""
    random = np.random.default_rng(seed)
    rough = random.uniform(0, 255, (size.height // _PATCH_PX + 3, size.width // _PATCH_PX + 3))
    relief = cv2.resize(rough.astype(np.uint8), (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    photo = np.asarray(cv2.LUT(cv2.merge([relief] * 3), _colours()), dtype=np.uint8)
    grain = _grain(random)
    for y in range(0, size.height, _TILE_PX):
        for x in range(0, size.width, _TILE_PX):
            tile = photo[y : y + _TILE_PX, x : x + _TILE_PX]
            turned = np.rot90(grain, random.integers(4))[: tile.shape[0], : tile.shape[1]]
            tile[:] = np.clip(tile + turned, 0, 255).astype(np.uint8)
    return photo


def _colours() -> Pixels:
    """Return the colour of each height of the relief: steps with soft edges, as (1, 256, 3)."""
    steps = np.array(_PALETTE, dtype=np.float32)[np.arange(256) * len(_PALETTE) // 256]
    soft = cv2.blur(steps, (1, 13), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft[np.newaxis], dtype=np.uint8)


def _grain(random: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    """Return what textures and a sensor add to a tile: (_TILE_PX, _TILE_PX, 3) int16 around 0."""
    grain = np.zeros((_TILE_PX, _TILE_PX, 3), dtype=np.float32)
    for px, strength in _GRAIN:
        side = _TILE_PX // px
        noise = random.standard_normal((side, side, 1)) + random.standard_normal((side, side, 3)) / 4
        grain += strength * cv2.resize(
            noise.astype(np.float32), (_TILE_PX, _TILE_PX), interpolation=cv2.INTER_LINEAR
        )
    return grain.astype(np.int16)
