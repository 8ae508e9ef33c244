"""Find the colour card in a photo."""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from cv2 import aruco
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.imaging.card.layout import CARD_MM, dictionary, marker_corners

LEAST_MARKERS: Final = 3  # one may be covered; fewer would take shapes in a reef for a card
_WINDOW_PX: Final = 23  # of the adaptive threshold, at the size in which a card is searched
_MOST_ERROR_MM: Final = 2.0  # of a corner, between where it is seen and where the others place it

Plane = NDArray[np.float64]  # (3, 3), a homography


@dataclass(frozen=True, slots=True)
class FoundCard:
    """Where the card lies in a picture."""

    plane: Plane  # from mm on the card to px of the picture
    markers: int  # that were seen

    def corners(self) -> NDArray[np.float64]:
        """Return the corners of the card in px, (4, 2), clockwise from its top left."""
        width, height = CARD_MM
        return self.place(np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64))

    def place(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where points of the card are in the picture, (N, 2) px."""
        placed = cv2.perspectiveTransform(points_mm[np.newaxis], self.plane)[0]
        return np.asarray(placed, dtype=np.float64)

    def scale(self) -> tuple[float, float]:
        """Return how many px a cm has at the centre of the card: least, most, as directions differ."""
        middle = np.array(CARD_MM) / 2
        step = np.array([(0, 0), (1, 0), (0, 1)], dtype=np.float64)
        origin, right, down = self.place(middle + step)
        least, most = np.linalg.svd(np.stack([right - origin, down - origin]), compute_uv=False)[::-1]
        return 10 * float(least), 10 * float(most)

    def tilt_degrees(self) -> float:
        """Return the angle between card and picture, as a distant camera would see it."""
        least, most = self.scale()
        return math.degrees(math.acos(min(1.0, least / most)))


def shows_marker(picture: Pixels, share: float) -> bool:
    """Tell whether any marker of the card is seen in a smaller copy of the picture that `find_card` takes.

    Searching that copy first takes a third of the time, and few photos contain a card.

    picture  (H, W, 3) uint8, RGB
    share    its width over that of the picture that `find_card` takes
    """
    parameters = _parameters(round(_WINDOW_PX * share / 2) * 2 - 1)
    seen, numbers, _ = aruco.ArucoDetector(dictionary(), parameters).detectMarkers(_grey(picture))
    return bool(seen) and any(int(number) in marker_corners() for number in np.ravel(numbers))


def find_card(picture: Pixels) -> FoundCard | None:
    """Find the card; None if there is none, or too little of it to be sure.

    picture  (H, W, 3) uint8, RGB; a marker has to be some 20 px wide

    A card is three of its four markers, each with its own code, in the places that one plane gives them.
    """
    parameters = _parameters(_WINDOW_PX)
    parameters.cornerRefinementMethod = aruco.CORNER_REFINE_SUBPIX
    seen, numbers, _ = aruco.ArucoDetector(dictionary(), parameters).detectMarkers(_grey(picture))
    known = marker_corners()
    found = {
        int(number): corners[0]
        for number, corners in zip(np.ravel(numbers) if seen else (), seen, strict=True)
        if int(number) in known
    }
    if len(found) < LEAST_MARKERS:
        return None
    on_card = np.concatenate([known[number] for number in found]).astype(np.float64)
    in_picture = np.concatenate(list(found.values())).astype(np.float64)
    return _consistent(on_card, in_picture, len(found))


def _consistent(
    on_card: NDArray[np.float64], in_picture: NDArray[np.float64], markers: int
) -> FoundCard | None:
    plane, _ = cv2.findHomography(on_card, in_picture)
    if np.linalg.det(plane) <= 0:  # a mirrored card is none
        return None
    card = FoundCard(np.asarray(plane, dtype=np.float64), markers)
    error_px = np.linalg.norm(card.place(on_card) - in_picture, axis=1).max()
    return card if error_px <= _MOST_ERROR_MM * card.scale()[0] / 10 else None


def _parameters(window_px: int) -> aruco.DetectorParameters:
    parameters = aruco.DetectorParameters()
    # One pass instead of three.
    parameters.adaptiveThreshWinSizeMin = parameters.adaptiveThreshWinSizeMax = window_px
    parameters.minMarkerPerimeterRate = 0.05  # a marker 1/80 of the longer side wide
    return parameters


def _grey(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
