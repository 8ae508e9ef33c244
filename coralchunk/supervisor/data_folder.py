"""Create the data folder of a server, or refuse one that cannot be used."""

from pathlib import Path
from typing import Final

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors.setup import BadSetting

_PROBE: Final = "write-check"


def prepare_data_folder(settings: Settings) -> None:
    """Create the data folder if it is missing. Raises BadSetting where it cannot be created or written."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_and_remove(folder / _PROBE)
    except OSError as failure:
        reason = f"the data folder cannot be used: {failure.strerror}. Choose a folder that can be written"
        raise BadSetting(VARIABLES["data_dir"], str(folder), reason) from failure


def _write_and_remove(probe: Path) -> None:
    probe.write_bytes(b"")
    probe.unlink()
