"""Read the samples of client code that the documentation page shows."""

from dataclasses import dataclass
from typing import Final

from coralchunk.assets import folder

_BASE: Final = "http://localhost:5001"  # in the files; replaced by the server's own address
_FILES: Final = {
    "curl": "curl.sh",
    "JavaScript": "javascript.mjs",
    "Python": "python.py.txt",
    "Swift": "swift.swift",
    "Kotlin": "kotlin.kt",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Code in one language that sends a photo."""

    language: str
    code: str


def samples(base_url: str) -> list[Sample]:
    """Return the samples, with the address of a server in them."""
    place = folder("templates") / "docs" / "samples"
    return [
        Sample(language, (place / name).read_text(encoding="utf-8").replace(_BASE, base_url).rstrip())
        for language, name in _FILES.items()
    ]
