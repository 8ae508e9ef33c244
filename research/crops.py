"""Cut more patches from labelled tiles and masks, off the grid and at other scales.

A chunk is 244 px of whatever photo a diver takes: a colony fills it in one photo and a polyp in the next. So
patches of 122 to 488 px are cut wherever the labels around a place agree.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from research.sources import Patch, mosaic

SMALLEST_PX: Final = 122
LARGEST_PX: Final = 488
_AGREEING: Final = 0.75  # share of a patch that must carry its label
_CONTRARY: Final = 0.10  # share that may carry another one
_EILAT_CORAL: Final = (0, 1, 2, 3, 4, 5, 7)  # taxon values of hard and fire corals
_EILAT_BARE: Final = (6, 9)  # substrate; invertebrates other than coral
_TRIES: Final = 40


def off_grid(tiles: Sequence[Patch], count: int, random: np.random.Generator) -> list[Patch]:
    """Cut `count` patches around each tile where its neighbours agree with it."""
    photos: dict[Path, list[Patch]] = defaultdict(list)
    for tile in tiles:
        photos[tile.photo].append(tile)
    found = []
    for photo, here in sorted(photos.items()):
        labels = _painted(photo, here)
        names = sorted({tile.label for tile in here})
        for tile in here:
            value = names.index(tile.label) + 1
            places = (_around(tile, labels.shape, random) for _ in range(_TRIES))
            agreeing = (place for place in places if _agrees(labels, place, value))
            found += [
                Patch(photo, tile.site, tile.group, *place, tile.label)
                for place, _ in zip(agreeing, range(count), strict=False)
            ]
    return found


def from_masks(root: Path, count: int, random: np.random.Generator) -> list[Patch]:
    """Draw up to `count` coral and as many bare patches from each photo of root/eilat."""
    found = []
    for mask in sorted((root / "eilat" / "masks").glob("*.png")):
        photo = root / "eilat" / "photos" / f"{mask.stem}.jpg"
        with Image.open(mask) as picture:
            values = np.asarray(picture)
        shares = {
            "healthy": (np.isin(values, _EILAT_CORAL), 0.75),
            "not_coral": (np.isin(values, _EILAT_BARE), 0.93),
        }
        for label, (covered, least) in shares.items():
            places = (_anywhere(values.shape, random) for _ in range(_TRIES * 3))
            enough = (place for place in places if _share(covered, place) >= least)
            found += [
                Patch(photo, "eilat", mosaic(photo), *place, label)
                for place, _ in zip(enough, range(count), strict=False)
            ]
    return found


def _painted(photo: Path, tiles: Sequence[Patch]) -> NDArray[np.uint8]:
    with Image.open(photo) as picture:
        width, height = picture.size
    labels = np.zeros((height, width), dtype=np.uint8)
    names = sorted({tile.label for tile in tiles})
    for tile in tiles:
        area = (
            slice(tile.top, tile.top + tile.side_px),
            slice(tile.left, tile.left + tile.side_px),
        )
        labels[area] = names.index(tile.label) + 1
    return labels


def _around(tile: Patch, shape: tuple[int, ...], random: np.random.Generator) -> tuple[int, int, int]:
    side = _side(random)
    x = tile.left + random.uniform(0, tile.side_px) - side / 2
    y = tile.top + random.uniform(0, tile.side_px) - side / 2
    return _inside(x, y, side, shape)


def _anywhere(shape: tuple[int, ...], random: np.random.Generator) -> tuple[int, int, int]:
    side = _side(random)
    return _inside(random.uniform(0, shape[1] - side), random.uniform(0, shape[0] - side), side, shape)


def _side(random: np.random.Generator) -> int:
    return round(math.exp(random.uniform(math.log(SMALLEST_PX), math.log(LARGEST_PX))))


def _inside(x: float, y: float, side: int, shape: tuple[int, ...]) -> tuple[int, int, int]:
    return int(np.clip(x, 0, shape[1] - side)), int(np.clip(y, 0, shape[0] - side)), side


def _agrees(labels: NDArray[np.uint8], place: tuple[int, int, int], value: int) -> bool:
    left, top, side = place
    seen = labels[top : top + side, left : left + side]
    agreeing = np.mean(seen == value)
    return bool(agreeing >= _AGREEING and np.mean(seen != 0) - agreeing <= _CONTRARY)


def _share(covered: NDArray[np.bool_], place: tuple[int, int, int]) -> float:
    left, top, side = place
    return float(covered[top : top + side, left : left + side].mean())
