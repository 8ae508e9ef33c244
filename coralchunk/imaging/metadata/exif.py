"""Find the EXIF block of an opened image, wherever its format keeps it."""

from typing import Final

from PIL import Image

_RAW_PROFILE: Final = "Raw profile type exif"  # how ImageMagick keeps EXIF in a PNG, in hexadecimal


def exif_block(image: Image.Image) -> bytes:
    """Return the block without the `Exif` in front; empty if there is none.

    image  as opened, not decoded; not a TIFF, which is such a block itself
    """
    exif = image.info.get("exif")
    if isinstance(exif, bytes):
        return exif.removeprefix(b"Exif\0\0")
    raw = image.info.get(_RAW_PROFILE)
    if isinstance(raw, str):
        try:
            return bytes.fromhex("".join(raw.split("\n")[3:])).removeprefix(b"Exif\0\0")
        except ValueError:
            return b""
    return b""
