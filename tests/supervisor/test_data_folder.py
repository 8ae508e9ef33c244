"""Test the data folder of a server."""

from pathlib import Path

from coralchunk.config import Settings
from coralchunk.supervisor.data_folder import prepare_data_folder


def test_uploads_can_be_entered_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"

    prepare_data_folder(Settings(data_dir=folder))

    assert folder.stat().st_mode & 0o077 == 0
    assert not list(folder.iterdir())
