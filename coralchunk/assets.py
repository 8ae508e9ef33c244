"""Find the files that are not code: in the wheel, or next to the package in a checkout."""

from pathlib import Path
from typing import Final

from coralchunk.errors.setup import BadSetup

_PACKAGE: Final = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder `name` ("static", "templates" or "models").

    Raises BadSetup if the installation lacks it.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise BadSetup(f"{name}/ is neither in {_PACKAGE} nor beside it; install coralchunk again.")
