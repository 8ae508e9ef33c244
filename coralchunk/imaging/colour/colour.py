"""Convert pixels to sRGB by an ICC profile: relative colorimetric, no black point compensation (LittleCMS).

Every file passes through here once, when it is decoded; sRGB pixels are unchanged.
"""

import hashlib
from collections import OrderedDict
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from coralchunk.arrays import Pixels
from coralchunk.imaging.pixels.deep import DEEP
from coralchunk.imaging.pixels.raster import ArrayRaster, PillowRaster, Raster

_MOST_KEPT: Final = 8  # conversions; a dive's photos come from one or two cameras
_CLOSE: Final = 2  # of 255: profiles of sRGB differ by so much
_DEVICES: Final = frozenset({"scnr", "mntr", "prtr", "spac"})  # kinds of profile that describe pixels
_MODES: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # colour space of a profile: mode of its pixels
_CONNECTIONS: Final = frozenset({"XYZ", "Lab"})
_ROWS: Final = 256  # converted at a time
_PROBE_STEPS: Final = 17
_GREY: Final = DEEP | {"L", "LA"}


class UnreadableProfile(Exception):
    """A profile that LittleCMS does not take, or that is for other pixels."""


class Conversion:
    """How pixels of one profile become sRGB. Raises UnreadableProfile when made."""

    def __init__(self, profile: bytes) -> None:
        try:
            opened = ImageCms.ImageCmsProfile(BytesIO(profile))
            header = opened.profile
            self.mode: Final = _MODES.get(header.xcolor_space.strip(), "")  # of the pixels that it is for
            if (
                not self.mode
                or header.device_class.strip() not in _DEVICES
                or header.connection_space.strip() not in _CONNECTIONS
            ):
                raise UnreadableProfile
            self._transform: Final = _transform(opened, self.mode, "RGB")
            # LittleCMS leaves alpha unchanged, but only if it knows of it.
            self._with_alpha: Final = _transform(opened, "RGBA", "RGBA") if self.mode == "RGB" else None
            self.changes_nothing: Final = self._leaves_colours()
        # PyCMSError is all that Pillow promises; hostile profiles have raised the others.
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as damage:
            raise UnreadableProfile from damage

    def image(self, image: Image.Image) -> Image.Image:
        """Convert an image of `mode`, or RGBA instead of RGB; RGB and RGBA in place."""
        if self.mode != "RGB":
            return _applied(self._transform, image)
        transform = self._with_alpha if self._with_alpha and image.mode == "RGBA" else self._transform
        ImageCms.applyTransform(image, transform, inPlace=True)
        return image

    def rows(self, pixels: Pixels) -> None:
        """Convert an array of RGB pixels, (H, W, 3) uint8, in place."""
        for top in range(0, pixels.shape[0], _ROWS):
            band = pixels[top : top + _ROWS]
            band[:] = np.asarray(self.image(Image.fromarray(band)))

    def _leaves_colours(self) -> bool:
        """Try colours of all kinds: a profile that leaves them as they are is one of sRGB."""
        if self.mode == "CMYK":
            return False
        shades = np.arange(256, dtype=np.uint8).reshape(16, 16)
        if self.mode == "L":
            before = np.repeat(shades[..., np.newaxis], 3, axis=2)
            after = np.asarray(self.image(Image.fromarray(shades)))
        else:
            steps = np.linspace(0, 255, _PROBE_STEPS).astype(np.uint8)
            before = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(_PROBE_STEPS, -1, 3)
            after = np.asarray(self.image(Image.fromarray(before)))
        return int(np.abs(after.astype(int) - before).max()) <= _CLOSE


def _transform(profile: ImageCms.ImageCmsProfile, source: str, target: str) -> ImageCms.ImageCmsTransform:
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(profile, srgb, source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC)


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:  # never, as it is not in place
        raise UnreadableProfile
    return converted


class Conversions:
    """The conversions used last. Hold one in each process that decodes many photos."""

    def __init__(self) -> None:
        self._kept: Final[OrderedDict[bytes, Conversion | None]] = OrderedDict()

    def find(self, profile: bytes) -> Conversion:
        """Return the conversion for a profile. Raises UnreadableProfile."""
        key = hashlib.sha256(profile).digest()
        if key not in self._kept:
            try:
                self._kept[key] = Conversion(profile)
            except UnreadableProfile:
                self._kept[key] = None
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        found = self._kept[key]
        if found is None:
            raise UnreadableProfile
        return found


def managed(image: Image.Image, conversion: Conversion) -> Raster:
    """Convert a loaded image of 8 bits a channel; an RGB image in place.

    Raises UnreadableProfile if the profile is for other pixels; the image is then left as it was.
    """
    if not fits(image.mode, conversion):
        raise UnreadableProfile
    if image.mode in {"RGB", "RGBA"}:
        return PillowRaster(conversion.image(image))
    if image.mode == "P":
        colours = Image.frombytes("RGB", (1, 256), bytes(image.getpalette("RGB") or ()).ljust(768, b"\0"))
        image.putpalette(conversion.image(colours).tobytes(), "RGB")
        return PillowRaster(image)
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    for top in range(0, image.height, _ROWS):
        bottom = min(image.height, top + _ROWS)
        band = image.crop((0, top, image.width, bottom)).convert(conversion.mode)
        pixels[top:bottom] = np.asarray(conversion.image(band))
    return ArrayRaster(pixels)


def fits(mode: str, conversion: Conversion) -> bool:
    """Tell whether a profile is for pixels of a mode. One for RGB also says how bright greys are."""
    if mode in {"1", "LAB"}:
        return False
    if mode == "CMYK" or conversion.mode == "CMYK":
        return mode == conversion.mode
    return conversion.mode == "RGB" or mode in _GREY
