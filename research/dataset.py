"""List what is learned from and what the model is measured on, from folders of labelled photos."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from coralchunk.terms import CHUNK_PX
from research.blank import LEARNED, blanks
from research.crops import from_masks, off_grid
from research.sources import TARGETS, Patch, read_esd, read_letters, read_squares, read_tiles
from research.table import Table

_LABELS: Final = Path(__file__).parent / "labels"
_OFF_GRID: Final = 3  # patches cut round each tile
_FROM_MASK: Final = 5  # patches of coral, and as many of rock, from each masked photo
#: How much a patch counts whose label comes from a mask: masks were grown from sparse points and often err.
_MASKED: Final = 0.3
#: Chunks of nothing are easily learned; counted more they cost accuracy on a sea left out (0.1: a hundredth).
_BLANK: Final = 0.01


@dataclass(frozen=True, slots=True)
class Item:
    """A patch, how far its label is trusted, and whether it is one to be classified by."""

    patch: Patch
    trust: float  # weight when learning; 0 for what is only classified
    classified: bool


def gather(root: Path, random: np.random.Generator, esd: Path | None = None) -> list[Item]:
    """List every patch there is: whole chunks, squares of web photos, off-grid cuts and blanks to learn from.

    root  a folder with a tiles.csv, and with web.csv, eilat/masks and corrections/tiles.csv if it has them
    esd   a folder in the layout of NOAA PIFSC ESD; its test part is classified and never learned from
    """
    chunks = read_tiles(root)
    if (root / "corrections" / "tiles.csv").exists():
        chunks += read_tiles(root / "corrections")
    seen = _labels("eilat_tiles.csv", root)
    looked_at = {patch.photo for patch in seen}
    surveyed = [patch for patch in chunks if patch.site != "eilat"]
    masked = [patch for patch in chunks if patch.site == "eilat" and patch.photo not in looked_at]
    web = read_squares(_LABELS / "web_squares.csv", root) if (root / "web.csv").exists() else []
    whole = [patch for patch in surveyed + seen if patch.context is None]  # of others there is nothing around
    coral = [patch for patch in whole if patch.label != "not_coral"]
    loose = [patch for patch in off_grid(whole, _OFF_GRID, random) if patch.label != "not_coral"]
    grown = [patch for patch in from_masks(root, _FROM_MASK, random) if patch.photo not in looked_at]
    return [
        *(Item(patch, 1.0, classified=True) for patch in surveyed + seen + web),
        *(Item(patch, 1 / (1 + len(loose) / max(len(coral), 1)), classified=False) for patch in loose),
        *(Item(patch, _MASKED, classified=False) for patch in masked + grown),
        *(_published(esd) if esd else ()),
        *(Item(patch, _BLANK, classified=False) for patch in blanks(LEARNED)),
    ]


def _published(esd: Path) -> Iterator[Item]:
    for part, patches in read_esd(esd).items():
        for patch in patches:
            yield Item(patch, 0.0 if part == "test" else 1.0, classified=part == "test")


def table(items: Sequence[Item]) -> Table:
    """Lay a list out as columns."""
    return Table(
        np.array([TARGETS[item.patch.label] for item in items]),
        np.array([item.trust for item in items]),
        np.array([item.classified for item in items]),
        np.array([item.patch.label for item in items]),
        np.array([item.patch.site for item in items]),
        np.array([item.patch.group for item in items]),
        np.array([_photo(item.patch) for item in items]),
        np.array([_is_chunk(item.patch) for item in items]),
        np.array([(item.patch.left, item.patch.top) for item in items]) // CHUNK_PX,
    )


def _photo(patch: Patch) -> str:
    """Name the photo that a patch was taken from; a corrected chunk is a separate file."""
    return patch.photo.name if patch.context is None else patch.group


def _is_chunk(patch: Patch) -> bool:
    return patch.side_px == CHUNK_PX and not (patch.left % CHUNK_PX or patch.top % CHUNK_PX)


def _labels(name: str, root: Path) -> list[Patch]:
    patches = read_letters(_LABELS / name, root, "eilat")
    return [patch for patch in patches if patch.photo.exists()]
