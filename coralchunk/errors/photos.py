"""Define the errors of photos whose files are whole.

Unreadable
├─ RawPhoto
├─ UnsupportedPixels
├─ NothingSeen
└─ ModelGone
Missing
└─ NoMapCoordinates
"""

from coralchunk.errors import Missing, Unreadable
from coralchunk.terms import Size


class RawPhoto(Unreadable):
    """The file holds a camera's raw sensor data, which have to be developed first."""

    def __init__(self, found: str) -> None:
        super().__init__(
            "This is a raw file ({found}): it holds sensor data, and of the picture a small preview only."
            " Send the JPEG or HEIC that the camera saved beside it, or export it as JPEG, PNG or TIFF.",
            found=found,
        )


class UnsupportedPixels(Unreadable):
    """The file is whole, but keeps its pixels in a way that is not read here."""

    def __init__(self, format_name: str, found: str) -> None:
        super().__init__(
            "This {format} file keeps its pixels in a way that is not read here: {found}."
            " Nothing is wrong with it. Export red, green and blue, 8 or 16 bits each, as TIFF, PNG or JPEG.",
            format=format_name,
            found=found,
        )


class ModelGone(Unreadable):
    """The model that was to classify the photo was deleted."""

    def __init__(self, label: str) -> None:
        super().__init__(
            "The model {label}, which was to classify this photo, is gone. Send it again.", label=label
        )


class NothingSeen(Unreadable):
    """The photo has no part that is not mostly empty."""

    def __init__(self, size: Size) -> None:
        super().__init__(
            "In this photo of {width} x {height} pixels nothing was seen: more than half of each"
            " chunk is transparent, masked or marked as no data. Send a photo with something in it.",
            width=size.width,
            height=size.height,
        )


class NoMapCoordinates(Missing):
    """The photo does not say where it lies on a map."""

    def __init__(self) -> None:
        super().__init__(
            "This photo has no map coordinates: it is no GeoTIFF, or its tags do not say where it lies."
            " Send the GeoTIFF that your mosaic program exports."
        )
