"""Read the tags of a TIFF file or an EXIF block, within limits.

Pillow's reader takes every tag into memory, and a block of 64 kB can name the same 64 kB five thousand times.
Here the values of a tag are read when they are needed. TIFF 6.0 and BigTIFF.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from coralchunk.imaging.metadata.sources import Block, Source

Number = int | float

_MAX_TAGS: Final = 4096
_MAX_VALUES: Final = 200_000  # strips of a photo of the greatest height, in three planes
_MAX_DIRECTORIES: Final = 64
_FORMS: Final[dict[int, str]] = {  # type of a tag -> how its values are packed
    1: "B",
    3: "H",
    4: "L",
    5: "LL",
    6: "b",
    8: "h",
    9: "l",
    10: "ll",
    11: "f",
    12: "d",
    13: "L",
    16: "Q",
    17: "q",
    18: "Q",
}
_BYTES: Final = frozenset({1, 2, 7})
_PAIRS: Final = frozenset({5, 10})
_OFFSETS: Final = frozenset({4, 13, 16, 18})

NEW_SUBFILE_TYPE: Final = 254
WIDTH: Final = 256
HEIGHT: Final = 257
SUB_DIRECTORIES: Final = 330


class TagError(ValueError):
    """The tags cannot be read as they stand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag of a directory, its values not read yet."""

    kind: int  # type of the values, 1 to 18
    count: int
    inline: bytes  # the values, or where they are
    place: int  # of `inline` in the file


class Directory:
    """The tags of one picture, or of one part of an EXIF block."""

    def __init__(
        self, source: Source, layout: "Layout", place: int, entries: Mapping[int, Entry], following: int
    ) -> None:
        self.layout: Final = layout
        self.place: Final = place
        self.entries: Final = entries
        self.following: Final = following  # place of the next directory; 0 if this is the last one
        self._source: Final = source

    def numbers(self, tag: int) -> tuple[Number, ...]:
        """Return the values of a tag, fractions divided; none if it is missing or holds no numbers.

        Raises TagError if there are too many, or if the block ends within them.
        """
        return tuple(0.0 if value is None else value for value in self.fractions(tag))

    def fractions(self, tag: int) -> tuple[Number | None, ...]:
        """Return the values of a tag as `numbers` does, and None for fractions such as 0/0."""
        entry = self.entries.get(tag)
        form = _FORMS.get(entry.kind) if entry else None
        if entry is None or form is None:
            return ()
        content = self._values(entry, struct.calcsize(f"={form}"))
        values = struct.unpack(f"{self.layout.order}{form * entry.count}", content)
        if entry.kind not in _PAIRS:
            return values
        pairs = zip(values[::2], values[1::2], strict=True)
        return tuple(above / below if below else None for above, below in pairs)

    def number(self, tag: int, default: int = 0) -> int:
        """Return the first value of a tag as a whole number."""
        return int((self.numbers(tag) or (default,))[0])

    def places(self, tag: int) -> tuple[int, ...]:
        """Return the values of a tag that points at directories."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _OFFSETS:
            return ()
        return tuple(int(place) for place in self.numbers(tag))[:_MAX_DIRECTORIES]

    def content(self, tag: int, most: int) -> bytes:
        """Return the bytes of a tag of bytes or text; none if it is missing or has more than `most`."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _BYTES or entry.count > most:
            return b""
        return self._values(entry, 1)

    def text(self, tag: int, most: int = 1000) -> str:
        """Return the text of a tag."""
        return self.content(tag, most).split(b"\0")[0].decode("latin-1").strip()

    def part(self, tag: int) -> "Directory | None":
        """Return the directory that a tag points at; None if none can be read there."""
        try:
            for place in self.places(tag):
                return directory_at(self._source, self.layout, place)
        except TagError:
            return None
        return None

    def _values(self, entry: Entry, each: int) -> bytes:
        length = entry.count * each
        if entry.count > _MAX_VALUES and entry.kind not in _BYTES:
            raise TagError(f"a tag has {entry.count} values")
        if length <= len(entry.inline):
            return entry.inline[:length]
        (place,) = struct.unpack(f"{self.layout.order}{self.layout.offset}", entry.inline)
        content = self._source.read_at(place, length)
        if len(content) < length:
            raise TagError("its tags point behind its end")
        return content


@dataclass(frozen=True, slots=True)
class Layout:
    """How numbers are written, and where the first directory is."""

    order: str  # "<" or ">"
    first: int
    is_big: bool  # BigTIFF: places of 8 bytes

    def pointing_at(self, head: bytes, place: int) -> bytes:
        """Return the first bytes of a file, changed so that its first directory is at a place."""
        return (
            head[:8] + struct.pack(f"{self.order}Q", place)
            if self.is_big
            else head[:4] + struct.pack(f"{self.order}L", place)
        )

    def short(self, value: int) -> bytes:
        """Return a number of 16 bits as it is encoded in a tag."""
        return struct.pack(f"{self.order}H", value)

    @property
    def offset(self) -> str:
        """How a place in the file is packed."""
        return "Q" if self.is_big else "L"


def layout_of(head: bytes) -> Layout | None:
    """Read the first 16 bytes of a file or block; None if it is not a TIFF.

    The number after the byte order is ignored: raw files have their own.
    """
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return None
    (version,) = struct.unpack_from(f"{order}H", head, 2)
    if version == 43:
        if len(head) < 16:
            return None
        return Layout(order, struct.unpack_from(f"{order}Q", head, 8)[0], is_big=True)
    return Layout(order, struct.unpack_from(f"{order}L", head, 4)[0], is_big=False)


def directory_at(source: Source, layout: Layout, place: int) -> Directory:
    """Read the list of tags at a place. Raises TagError."""
    count_form, form = ("Q", "HHQ8s") if layout.is_big else ("H", "HHL4s")
    each, head = struct.calcsize(f"={form}"), struct.calcsize(f"={count_form}")
    counted = source.read_at(place, head)
    if len(counted) < head:
        raise TagError("its tags point behind its end")
    (count,) = struct.unpack(f"{layout.order}{count_form}", counted)
    if count > _MAX_TAGS:
        raise TagError(f"it has {count} tags")
    table = source.read_at(place + head, count * each + (8 if layout.is_big else 4))
    whole_tags = table[: min(count, len(table) // each) * each]  # what can still be read of a truncated block
    entries = {
        tag: Entry(kind, values, inline, place + head + each * (row + 1) - len(inline))
        for row, (tag, kind, values, inline) in enumerate(
            struct.iter_unpack(f"{layout.order}{form}", whole_tags)
        )
    }
    link = table[count * each :]
    whole = len(link) == struct.calcsize(f"={layout.offset}")
    following = struct.unpack(f"{layout.order}{layout.offset}", link)[0] if whole else 0
    return Directory(source, layout, place, entries, following)


def directories(source: Source, layout: Layout) -> Iterator[Directory]:
    """Yield the directories that follow each other, until the last one, a circle, or 64. Raises TagError."""
    place, known = layout.first, set[int]()
    while place and place not in known and len(known) < _MAX_DIRECTORIES:
        known.add(place)
        directory = directory_at(source, layout, place)
        yield directory
        place = directory.following


def exif_directory(block: bytes) -> Directory | None:
    """Return the first directory of an EXIF block; None if it has none that can be read."""
    layout = layout_of(block[:16])
    if layout is None:
        return None
    try:
        return directory_at(Block(block), layout, layout.first)
    except TagError:
        return None
