"""Find the photo among the pictures of a TIFF file.

The first directory is often a thumbnail: NewSubfileType (TIFF 6.0, tag 254) says which are reduced copies,
and which are masks. Directories that a tag points at (SubIFDs, TIFF Tech Note 1) may hold the photo too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coralchunk.errors.images import BrokenImage
from coralchunk.imaging.metadata.sources import File, Seekable
from coralchunk.imaging.metadata.tags import (
    HEIGHT,
    NEW_SUBFILE_TYPE,
    SUB_DIRECTORIES,
    WIDTH,
    Directory,
    TagError,
    directories,
    directory_at,
    layout_of,
)

_SUBFILE_TYPE: Final = 255  # the older tag
_OLD_REDUCED: Final = 2
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType
_BITS, _COMPRESSION, _SAMPLES, _SAMPLE_FORMAT = 258, 259, 277, 339
_PLACES: Final = (273, 324)  # of strips, of tiles
_LENGTHS: Final = (279, 325)
_FORMS: Final = {1: "integers", 2: "signed integers", 3: "floats", 5: "complex integers", 6: "complex floats"}
_PHOTOMETRIC: Final = 262
_COLOURS: Final = {
    8: " in CIE L*a*b*",
    9: " in ICC L*a*b*",
    10: " in ITU L*a*b*",
    32844: " in LogL",
    32845: " in LogLuv",
}
_COMMON: Final = frozenset({1, 2, 3, 4, 5, 7, 8, 32773, 32946})
_MAX_VALUES: Final = 200_000  # strips of a photo of the greatest height, in three planes
_NUMBERS: Final = frozenset({3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18})  # types that become Python numbers


@dataclass(frozen=True, slots=True)
class Pages:
    """The pictures of a TIFF."""

    photo: Directory
    every: list[Directory]  # in the order of the file, each followed by those that it points at
    header: bytes  # of the file, pointing at the photo
    size: int  # of the file, bytes


def read_pages(stream: Seekable, head: bytes) -> Pages | None:
    """Read the directories of a TIFF and choose the photo; None if none can be read.

    head  its first 16 bytes

    Raises BrokenImage for tags that would take hundreds of megabytes in Pillow.
    """
    layout = layout_of(head[:16])
    if layout is None:
        return None
    found: list[Directory] = []
    try:
        for page in directories(File(stream), layout):
            found.append(page)
            found.extend(_below(File(stream), page))
    except TagError as damage:
        if not found:
            raise BrokenImage("TIFF", str(damage)) from damage
    stream.seek(0)
    if not found:
        return None
    photo = next((page for page in found if _is_photo(page)), found[0])
    for page in (photo, *(page for page in found if is_mask_of(page, photo))):
        _check_values(page)
    return Pages(photo, found, layout.pointing_at(head, photo.place), stream.seek(0, 2))


def is_mask_of(page: Directory, photo: Directory) -> bool:
    """Tell whether a picture says which pixels of the photo are there."""
    same = all(page.number(tag) == photo.number(tag) for tag in (WIDTH, HEIGHT))
    return same and page is not photo and bool(_kind(page) & _MASK)


def pixel_layout(page: Directory, size: int) -> str | None:
    """Say in words how a picture keeps its pixels; None if they cannot all be in a file of `size` bytes."""
    try:
        places, lengths = (
            page.numbers(_PLACES[0]) or page.numbers(_PLACES[1]),
            page.numbers(_LENGTHS[0]) or page.numbers(_LENGTHS[1]),
        )
        bits, kinds = page.numbers(_BITS) or (1,), page.numbers(_SAMPLE_FORMAT) or (1,)
    except TagError:
        return None
    if not places or len(places) != len(lengths) or max(map(sum, zip(places, lengths, strict=True))) > size:
        return None
    bands = page.number(_SAMPLES, 1)
    form = _FORMS.get(int(kinds[0]), "values")
    compression = page.number(_COMPRESSION, 1)
    packed = "" if compression in _COMMON else f", compression {compression}"
    colours = _COLOURS.get(page.number(_PHOTOMETRIC), "")
    return f"{bands} {'bands' if bands > 1 else 'band'} of {bits[0]}-bit {form}{colours}{packed}"


def _below(source: File, page: Directory) -> Iterator[Directory]:
    for place in page.places(SUB_DIRECTORIES):
        try:
            yield directory_at(source, page.layout, place)
        except TagError:
            continue


def _kind(page: Directory) -> int:
    try:
        return page.number(NEW_SUBFILE_TYPE)
    except TagError:
        return 0


def _is_photo(page: Directory) -> bool:
    is_reduced = bool(_kind(page) & (_REDUCED | _MASK)) or page.number(_SUBFILE_TYPE) == _OLD_REDUCED
    return not is_reduced and page.number(WIDTH) > 0 and page.number(HEIGHT) > 0


def _check_values(page: Directory) -> None:
    for tag, entry in page.entries.items():
        if entry.kind in _NUMBERS and entry.count > _MAX_VALUES:
            raise BrokenImage("TIFF", f"its tag {tag} has {entry.count} values")
