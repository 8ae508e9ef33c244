"""Generate the seeds of the fuzzer: one small file for each format, mode and compression."""

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from coralchunk.imaging.files.formats import PLUGINS

_MODES: Final = ("RGB", "L", "P", "RGBA", "CMYK", "1", "LA", "I;16", "F")
_OPTIONS: Final[dict[str, list[dict[str, Any]]]] = {
    "JPEG": [{}, {"progressive": True}, {"quality": 10, "subsampling": 0}],
    "PNG": [{}, {"optimize": True}],
    "WEBP": [{}, {"lossless": True}],
    "GIF": [{}, {"interlace": 0}],
    "TIFF": [
        {},
        *({"compression": name} for name in ("tiff_lzw", "tiff_deflate", "jpeg", "packbits", "group4")),
    ],
    "HEIF": [{}],
}


def write_corpus(folder: Path) -> int:
    """Write the seeds. Returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    shades = np.random.default_rng(1).integers(0, 256, (24, 33, 3), dtype=np.uint8)
    count = 0
    for format_name in PLUGINS:
        for mode in _MODES:
            image = Image.fromarray(shades).convert("L" if mode == "I;16" else mode)
            if mode == "I;16":
                image = Image.fromarray(np.asarray(image).astype(np.uint16) << 8)
            for options in _OPTIONS[format_name]:
                out = BytesIO()
                try:
                    image.save(out, format_name, **options)
                except (OSError, ValueError, KeyError):  # no such file can be written
                    continue
                (folder / f"{format_name}-{mode.replace(';', '')}-{count}").write_bytes(out.getvalue())
                count += 1
    return count
