"""Find the private runtime folder that belongs to a data folder."""

import hashlib
import os
from pathlib import Path

from coralchunk.errors.setup import BadSetup


def private_runtime_dir(parent: Path, data_folder: Path) -> Path:
    """Return a folder in `parent` that only this user can enter, the same for the same data folder.

    Raises BadSetup if it belongs to another user.
    """
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:16]
    private = parent / f"coralchunk-{os.getuid()}-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid() or private.is_symlink():
        raise BadSetup(f"{private} belongs to somebody else; remove it, or use another CORALCHUNK_DATA_DIR.")
    private.chmod(0o700)
    return private
