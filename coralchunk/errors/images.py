"""Define the errors of files that are no photo, or not one that is accepted.

Unreadable
├─ NotAnImage
├─ BrokenImage
├─ FormatNotAccepted
├─ TooManyBytes
├─ TooLong
└─ TooManyPixels
"""

from coralchunk.errors import Unreadable
from coralchunk.terms import Size


class NotAnImage(Unreadable):
    """The bytes are not an image."""

    def __init__(self, head: bytes, accepted: str) -> None:
        if head:
            super().__init__(
                "This file is not a photo: it begins with {head}. Send one of: {accepted}.",
                head=repr(head),
                accepted=accepted,
            )
        else:
            super().__init__(
                "This file is not a photo: it is empty (0 bytes). Send one of: {accepted}.", accepted=accepted
            )


class BrokenImage(Unreadable):
    """The bytes start like an image but cannot be decoded."""

    def __init__(self, format_name: str, damage: str) -> None:
        super().__init__(
            "This {format} file is damaged or incomplete ({damage})."
            " Send the original photo again, or save a new copy of it.",
            format=format_name,
            damage=damage,
        )


class FormatNotAccepted(Unreadable):
    """The bytes are an image in a format that is not accepted."""

    def __init__(self, found: str, accepted: str) -> None:
        super().__init__(
            "This image is in {found} format, which is not read. Send one of: {accepted}.",
            found=found,
            accepted=accepted,
        )


class TooManyBytes(Unreadable):
    """The upload is larger than the server accepts."""

    def __init__(self, max_mb: int) -> None:
        super().__init__(
            "The upload is larger than {max_mb} MB, the largest size that is accepted."
            " Send a smaller copy, or ask the operator to raise CORALCHUNK_MAX_UPLOAD_MB.",
            max_mb=max_mb,
        )


class TooLong(Unreadable):
    """The photo is wider or higher than the server accepts."""

    def __init__(self, width: int, height: int, max_side: int) -> None:
        super().__init__(
            "The photo has {width} x {height} pixels; no side may have more than {max_side}.",
            width=width,
            height=height,
            max_side=max_side,
        )


class TooManyPixels(Unreadable):
    """The photo has more pixels than the server decodes."""

    def __init__(self, size: Size, kind: str, most: int, max_pixels: int) -> None:
        facts = {
            "width": size.width,
            "height": size.height,
            "pixels": size.pixels,
            "most": most,
            "kind": kind,
        }
        if size.pixels <= max_pixels:
            super().__init__(
                "The photo has {width} x {height} = {pixels} pixels; at most {most} are accepted of a {kind}."
                " Save it as a baseline JPEG, which may have {max_pixels}, or send a smaller copy.",
                max_pixels=max_pixels,
                **facts,
            )
        else:
            super().__init__(
                "The photo has {width} x {height} = {pixels} pixels; at most {most} are accepted of a {kind}."
                " Send a smaller copy, or have the operator raise CORALCHUNK_MAX_PIXELS.",
                **facts,
            )
