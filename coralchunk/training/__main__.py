"""python -m coralchunk.training JOB: train one collection, within bounds of memory, and end."""

import pkgutil
import sys
from typing import Final

from coralchunk.processes import preload

_PRELOADED: Final = "coralchunk.training.main"

if __name__ == "__main__":
    preload(_PRELOADED)
    pkgutil.resolve_name(f"{_PRELOADED}:main")(int(sys.argv[1]))
