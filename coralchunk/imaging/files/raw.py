"""Recognise cameras' raw files by their content.

Their first image is a small preview, whose classification would look like a result of the photo.
"""

from typing import Final

from coralchunk.imaging.metadata.tags import Directory

_STARTS: Final = (  # place, bytes, name
    (0, b"IIRO", "Olympus ORF"),
    (0, b"IIRS", "Olympus ORF"),
    (0, b"MMOR", "Olympus ORF"),
    (0, b"IIU\0", "Panasonic RW2"),
    (0, b"FUJIFILMCCD-RAW", "Fujifilm RAF"),
    (0, b"FOVb", "Sigma X3F"),
    (0, b"\0MRM", "Minolta MRW"),
    (6, b"HEAPCCDR", "Canon CRW"),
    (4, b"ftypcrx ", "Canon CR3"),
    (8, b"CR\2", "Canon CR2"),
)
_MAKERS: Final = {  # start of the tag Make -> name
    "NIKON": "Nikon NEF",
    "SONY": "Sony ARW",
    "PENTAX": "Pentax PEF",
    "RICOH": "Pentax PEF",
    "ASAHI": "Pentax PEF",
    "CANON": "Canon CR2",
    "SAMSUNG": "Samsung SRW",
    "OLYMPUS": "Olympus ORF",
    "OM DIGITAL": "Olympus ORF",
    "PANASONIC": "Panasonic RW2",
    "LEICA": "Leica RWL",
    "HASSELBLAD": "Hasselblad 3FR",
    "PHASE ONE": "Phase One IIQ",
    "EPSON": "Epson ERF",
    "KODAK": "Kodak DCR",
    "EASTMAN": "Kodak DCR",
}
_MAKE, _PHOTOMETRIC, _COMPRESSION, _DNG_VERSION = 271, 262, 259, 50706
_MOSAIC: Final = frozenset({32803, 34892})  # CFA and LinearRaw, TIFF/EP and DNG
_OWN_COMPRESSIONS: Final = frozenset({32767, 34713, 65535, 65000, 32769, 32770})  # Sony, Nikon, Pentax, ...


def raw_start(head: bytes) -> str | None:
    """Name the raw format of the first bytes of a file; None if they are no known raw format.

    head  first bytes, at least 32 of a file that has them
    """
    for place, start, name in _STARTS:
        if head.startswith(start, place):
            return name
    return None


def raw_tags(pages: list[Directory]) -> str | None:
    """Name the raw format of a file built like a TIFF; None if it is a TIFF.

    pages  its pictures, those that others point at included
    """
    if any(_DNG_VERSION in page.entries for page in pages):
        return "DNG"
    if not any(_is_mosaic(page) for page in pages):
        return None
    make = next((text for page in pages if (text := page.text(_MAKE))), "")
    named = (name for start, name in _MAKERS.items() if make.upper().startswith(start))
    return next(named, f"of {make}" if make else "of a camera")


def _is_mosaic(page: Directory) -> bool:
    return page.number(_PHOTOMETRIC) in _MOSAIC or page.number(_COMPRESSION) in _OWN_COMPRESSIONS
