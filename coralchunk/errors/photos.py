"""What can be wrong with a photo whose file is whole.

Unreadable
├─ RawPhoto
└─ UnsupportedPixels
"""

from coralchunk.errors import Unreadable


class RawPhoto(Unreadable):
    """The file holds a camera's raw sensor data, which have to be developed first."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"This is a raw file ({found}): it holds sensor data, and of the picture a small preview only."
            " Send the JPEG or HEIC that the camera saved beside it, or export it as JPEG, PNG or TIFF."
        )


class UnsupportedPixels(Unreadable):
    """The file is whole, but keeps its pixels in a way that is not read here."""

    def __init__(self, format_name: str, found: str) -> None:
        super().__init__(
            f"This {format_name} file keeps its pixels in a way that is not read here: {found}."
            " Nothing is wrong with it. Export red, green and blue, 8 or 16 bits each, as TIFF, PNG or JPEG."
        )
