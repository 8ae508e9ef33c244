"""Find the small picture of a result: JPEG, or WebP of photos with empty parts and of version 1.0."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

PREVIEW: Final = "preview.jpg"
CLEAR_PREVIEW: Final = "preview.webp"  # JPEG has no transparency; version 1.0 wrote this one for every photo
#: The first that is there counts: a result of version 1.0 that is classified again has both.
PREVIEWS: Final = {PREVIEW: "image/jpeg", CLEAR_PREVIEW: "image/webp"}


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture with its marks."""

    content: bytes
    media_type: str


def read_preview(read: Callable[[str], bytes]) -> Preview:
    """Return the preview of a result. Raises FileNotFoundError, and what `read` raises.

    read  returns an object of the result by its name, or raises FileNotFoundError
    """
    for name, media_type in PREVIEWS.items():
        with suppress(FileNotFoundError):
            return Preview(read(name), media_type)
    raise FileNotFoundError(PREVIEW)
