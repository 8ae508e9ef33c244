"""Export a collection as a ZIP file, in the form that `make train` and `coralchunk evaluate` read.

tiles.csv            photo,site,tile_px,row,col,label: each image is one square
<label>/<image>.jpg  the image as it is kept
"""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO, RawIOBase
from typing import Final

from PIL import Image
from typing_extensions import override

from coralchunk.datasets.training_sets import snake_case
from coralchunk.storage.rows.collections import Collection
from coralchunk.storage.rows.image_labels import TrainingExample
from coralchunk.terms import LABELS, State

_TABLE: Final = "tiles.csv"
_COLUMNS: Final = "photo,site,tile_px,row,col,label\n"
#: The names that training and evaluation have for the states of coral.
_STATES: Final = {
    snake_case(LABELS[State.BLEACHED]): "bleached",
    snake_case(LABELS[State.HEALTHY]): "healthy",
    snake_case(LABELS[State.NOT_CORAL]): "not_coral",
}


def zipped(
    collection: Collection, examples: Sequence[TrainingExample], content: Callable[[str], bytes]
) -> Iterator[bytes]:
    """Yield a ZIP file of a collection piece by piece; images that were deleted meanwhile are left out.

    content  reads an image from the blob store, by its folder
    """
    out = _Pieces()
    rows = [_COLUMNS]
    # Images are compressed already.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for example in examples:
            try:
                picture = content(example.blob)
            except FileNotFoundError:
                continue
            label = folder_name(example.label_name)
            name = f"{label}/{example.image}.{example.extension}"
            archive.writestr(name, picture)
            rows.append(f"{name},{collection.slug},{_side_px(picture)},0,0,{label}\n")
            yield out.taken()
        archive.writestr(_TABLE, "".join(rows))
    yield out.taken()


def folder_name(label: str) -> str:
    """Return the folder of a label: lower case, or the name that training has for a state of coral."""
    name = snake_case(label) or "unnamed"
    return _STATES.get(name, name)


def _side_px(picture: bytes) -> int:
    with Image.open(BytesIO(picture)) as opened:
        return min(opened.size)


class _Pieces(RawIOBase):
    """A file that only grows, and is taken away piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: Final = bytearray()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, content: object) -> int:
        piece = bytes(content)  # type: ignore[call-overload]  # zipfile writes bytes
        self._kept.extend(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        piece = bytes(self._kept)
        self._kept.clear()
        return piece
