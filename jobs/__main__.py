"""Run one worker: python -m jobs NAME."""

import os
import pkgutil
import sys
from typing import Final

# Whoever waits for an answer of the web comes first; else a worker has the processor as before.
_NICE: Final = 10

if __name__ == "__main__":
    os.nice(_NICE)
    # By name, and only now: loading it takes a second of processor time, which web wants for its own start.
    pkgutil.resolve_name("jobs.start:main")(sys.argv[1])
