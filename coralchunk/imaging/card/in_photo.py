"""Measure a photo with the colour card in it: scale, tilt, white balance, and what the card covers."""

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.imaging.card.finding import find_card, shows_marker
from coralchunk.imaging.card.white_balance import WhiteBalance, white_balance
from coralchunk.imaging.overlay import bounded
from coralchunk.terms import Chunk, Size

MOST_TILT_DEGREES: Final = 15.0  # the scale at the edge of the photo is then wrong by up to a seventh
_SEARCHED_PX: Final = 1280  # longer side of the copy that the card is searched in
_FIRST_PX: Final = 854  # longer side of the copy that a marker is searched in first


class Shrinkable(Protocol):
    """A photo that gives smaller copies of itself, see imaging.photo."""

    @property
    def size(self) -> Size:
        """Its size, upright."""

    def shrunk(self, size: Size) -> Pixels:
        """Return a copy of this size."""


@dataclass(frozen=True, slots=True)
class CardInPhoto:
    """The card, in pixels of the upright photo."""

    corners: NDArray[np.float32]  # (4, 2), clockwise from the top left of the card; may lie outside
    markers: int  # that were seen, of four
    px_per_cm: float  # at its centre
    tilt_degrees: float  # between card and picture
    white_balance: WhiteBalance | None  # None where too few greys could be measured

    @property
    def is_flat(self) -> bool:
        """Whether the scale holds for the photo, if the reef lies in the plane of the card."""
        return self.tilt_degrees <= MOST_TILT_DEGREES

    def covered_px(self, chunk: Chunk) -> int:
        """Return how many pixels of a chunk the card covers."""
        right, low = chunk.x + chunk.width, chunk.y + chunk.height
        corners = [(chunk.x, chunk.y), (right, chunk.y), (right, low), (chunk.x, low)]
        area, _ = cv2.intersectConvexConvex(self.corners, np.array(corners, dtype=np.float32))
        return min(round(area), chunk.width * chunk.height)


def card_in(photo: Shrinkable) -> CardInPhoto | None:
    """Look for the card in a photo; None if it is not there."""
    size = bounded(photo.size, _SEARCHED_PX)
    share = _FIRST_PX / max(size.width, size.height)
    if share < 1:
        first = Size(max(1, round(size.width * share)), max(1, round(size.height * share)))
        if not shows_marker(photo.shrunk(first), share):
            return None
    picture = photo.shrunk(size)
    found = find_card(picture)
    if found is None:
        return None
    scale = np.array([photo.size.width / picture.shape[1], photo.size.height / picture.shape[0]])
    least, most = found.scale()
    return CardInPhoto(
        corners=((found.corners() + 0.5) * scale - 0.5).astype(np.float32),
        markers=found.markers,
        px_per_cm=float((least * most) ** 0.5 * scale.mean()),
        tilt_degrees=found.tilt_degrees(),
        white_balance=white_balance(picture, found),
    )
