"""List the image formats that are accepted, and recognise them before anything is decoded."""

from typing import Final

from PIL import Image, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401 - makes them known
from pillow_heif import register_heif_opener

# Name for users -> the name of Pillow's plugin. No other plugin is ever used on an upload.
ACCEPTED: Final[dict[str, str]] = {
    "JPEG": "JPEG",
    "PNG": "PNG",
    "WebP": "WEBP",
    "GIF": "GIF",
    "TIFF": "TIFF",
    "HEIC/HEIF": "HEIF",
}
PLUGINS: Final = tuple(ACCEPTED.values())
SENTENCE: Final = ", ".join(ACCEPTED)  # "JPEG, PNG, ...": how messages and docs list them

# What is accepted is made known once a process: the usual formats, those above, and HEIF, which has a package
# of its own. The forty others would take a tenth of a second.
Image.preinit()
register_heif_opener(thumbnails=False)
# Pillow's own limit is checked before ours and would call a photo of 90 megapixels an attack; see decode.
Image.MAX_IMAGE_PIXELS = None

_PREFIX_BYTES: Final = 32  # bytes that Pillow's own recognisers examine


def claimed_format(head: bytes) -> str | None:
    """Name the image format of the first bytes of a file, accepted or not, or None.

    Only the recognisers look at the first bytes; no decoder runs.
    """
    prefix = head[:_PREFIX_BYTES].ljust(_PREFIX_BYTES, b"\0")  # recognisers unpack fixed lengths
    found = _recognised(prefix)
    if found is None:
        Image.init()  # makes all others known
        found = _recognised(prefix)
    return found


def _recognised(prefix: bytes) -> str | None:
    for name, (_, recognises) in Image.OPEN.items():
        if recognises is not None and recognises(prefix) is True:
            return name
    return None
