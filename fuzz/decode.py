"""Define the atheris harness: any bytes must decode to pixels or raise one of our errors."""

import sys
from io import BytesIO
from typing import Final

import atheris

with atheris.instrument_imports(include=["PIL", "coralchunk.imaging", "pillow_heif"]):
    from coralchunk.errors import Unreadable
    from coralchunk.imaging.decoding.decode import decode
    from coralchunk.imaging.decoding.header import read_header

_MAX_PIXELS: Final = 1_000_000  # keeps a run fast; what is larger is refused before it is decoded


def one_input(content: bytes) -> None:
    """Decode. Any exception but our own, a crash or a hang is a find."""
    try:
        read_header(BytesIO(content), _MAX_PIXELS)
        pixels = decode(BytesIO(content), _MAX_PIXELS)
    except Unreadable:
        return
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise AssertionError(f"decoded to {pixels.shape}")


def main(arguments: list[str]) -> None:
    """Fuzz with libFuzzer's arguments until it finds something or its time is over."""
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()
