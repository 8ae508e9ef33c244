"""Describe the region of a picture that a network processes, and find its pixels."""

from typing import Annotated, Final, Self

import numpy as np
from pydantic import Field, model_validator

from coralchunk.arrays import Pixels
from coralchunk.imaging.photo import Photo
from coralchunk.networks.preprocessing import Part
from coralchunk.terms import Chunk, Size

_BACKGROUND_DIFFERENCE: Final = 24  # of 255 in one channel; noise and JPEG stay below it
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class BoundingBox(Part):
    """A rectangle, in shares of the picture's width and height; the origin is the top left corner."""

    xmin: _Share
    ymin: _Share
    xmax: _Share
    ymax: _Share

    @model_validator(mode="after")
    def _not_inside_out(self) -> Self:
        if self.xmin >= self.xmax or self.ymin >= self.ymax:
            raise ValueError("xmin must be less than xmax, and ymin less than ymax")
        return self


class PolygonPoint(Part):
    """A corner, in the same shares."""

    x: _Share
    y: _Share


class Region(Part):
    """The part of a picture that a network sees; by default all of it."""

    bbox: BoundingBox | None = None
    polygon: Annotated[list[PolygonPoint], Field(min_length=3, max_length=10_000)] | None = None
    crop_uniform_background: bool = False

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if self.bbox is not None and self.polygon is not None:
            raise ValueError("give bbox or polygon, not both")
        return self

    @property
    def box(self) -> BoundingBox | None:
        """The rectangle, of a polygon the smallest one around it."""
        if self.polygon is None:
            return self.bbox
        xs, ys = [point.x for point in self.polygon], [point.y for point in self.polygon]
        return BoundingBox.model_construct(xmin=min(xs), ymin=min(ys), xmax=max(xs), ymax=max(ys))


def find_region(photo: Photo, region: Region) -> Chunk:
    """Return the pixels of an upright photo that a region means; at least one."""
    whole = Chunk(0, 0, photo.size.width, photo.size.height)
    chosen = whole if region.box is None else _pixels_of(region.box, photo.size)
    if not region.crop_uniform_background:
        return chosen
    inner = foreground(photo.cut(chosen))
    return Chunk(chosen.x + inner.x, chosen.y + inner.y, inner.width, inner.height)


def foreground(pixels: Pixels) -> Chunk:
    """Return the smallest rectangle that holds all that differs from a background of one colour.

    All of the picture if its four corners do not have the same colour, or if nothing differs.

    pixels  (H, W, 3) uint8
    """
    height, width = pixels.shape[:2]
    whole = Chunk(0, 0, width, height)
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]].astype(np.int16)
    if np.ptp(corners, axis=0).max() > _BACKGROUND_DIFFERENCE:
        return whole
    background = np.median(corners, axis=0).astype(np.int16)
    differs = (np.abs(pixels.astype(np.int16) - background) > _BACKGROUND_DIFFERENCE).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if rows.size == 0:
        return whole
    left, top = int(columns[0]), int(rows[0])
    return Chunk(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def _pixels_of(box: BoundingBox, size: Size) -> Chunk:
    left, right = _span(box.xmin, box.xmax, size.width)
    top, bottom = _span(box.ymin, box.ymax, size.height)
    return Chunk(left, top, right - left, bottom - top)


def _span(low: float, high: float, side: int) -> tuple[int, int]:
    start = min(round(low * side), side - 1)
    return start, max(start + 1, round(high * side))
