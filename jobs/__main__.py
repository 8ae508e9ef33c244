"""Run one worker: python -m jobs NAME."""

import pkgutil
import sys

from coralchunk.processes import be_nice

if __name__ == "__main__":
    be_nice()
    # By name, and only now: loading it takes a second of processor time, which web wants for its own start.
    pkgutil.resolve_name("jobs.start:main")(sys.argv[1])
