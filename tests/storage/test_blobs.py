"""Test how the parts of jobs are laid out, so that one job can be found, aged and deleted."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from coralchunk.config import Settings
from coralchunk.storage.files.blobs import OWNER, PHOTO, PICTURE, REQUEST, Blobs
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.objects.places import open_job_store


@pytest.fixture
def blobs(storage_url: str) -> Blobs:
    return Blobs(open_job_store(Settings(storage_url=storage_url)))


def test_deleting_removes_all_parts_of_one_job_and_of_no_other(blobs: Blobs) -> None:
    for job_id, part in ((7, PHOTO), (7, PICTURE), (77, PHOTO)):
        blobs.write(job_id, part, BytesIO(b"."))

    blobs.delete(7)
    blobs.delete(7)

    assert [folder.job_id for folder in blobs.folders()] == [77]
    with pytest.raises(FileNotFoundError):
        blobs.read(7, PHOTO)


def test_parts_are_stored_together(blobs: Blobs) -> None:
    blobs.write_all(7, {PHOTO: b"reef", PICTURE: b"map", OWNER: b"me"})

    assert [blobs.read(7, part) for part in (PHOTO, PICTURE, OWNER)] == [b"reef", b"map", b"me"]


def test_of_parts_stored_together_one_that_fails_is_reported(tmp_path: Path) -> None:
    (tmp_path / "7" / PICTURE).mkdir(parents=True)  # where a file should be

    with pytest.raises(OSError, match=PICTURE):
        Blobs(FolderStore(tmp_path)).write_all(7, {PHOTO: b"reef", PICTURE: b"map"})


def test_folders_tell_whether_they_hold_a_photo_or_a_request(blobs: Blobs) -> None:
    blobs.write(7, PHOTO, BytesIO(b"."))
    blobs.write(8, PICTURE, BytesIO(b"."))
    blobs.write(9, REQUEST, BytesIO(b"."))

    found = {folder.job_id: (folder.has_photo, folder.has_request) for folder in blobs.folders()}

    assert found == {7: (True, False), 8: (False, False), 9: (False, True)}


def test_a_folder_is_as_large_as_its_parts(blobs: Blobs) -> None:
    blobs.write(7, PHOTO, BytesIO(b"reef"))
    blobs.write(7, OWNER, BytesIO(b"me"))

    assert [folder.size_bytes for folder in blobs.folders()] == [6]


def test_a_folder_is_as_old_as_its_photo(tmp_path: Path) -> None:
    blobs = Blobs(FolderStore(tmp_path))
    blobs.write(7, PHOTO, BytesIO(b"."))
    blobs.write(7, PICTURE, BytesIO(b"."))
    os.utime(tmp_path / "7" / PHOTO, (1000, 1000))

    assert [folder.changed_at for folder in blobs.folders()] == [1000]


def test_an_empty_folder_is_listed_so_that_it_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()

    assert [folder.job_id for folder in Blobs(FolderStore(tmp_path)).folders()] == [7]


def test_files_of_no_job_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()

    assert list(Blobs(FolderStore(tmp_path)).folders()) == []
