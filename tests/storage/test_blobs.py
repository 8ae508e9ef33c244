"""Parts of jobs on a folder and on an object store (fsspec's in-memory one): whole or not at all."""

import errno
import os
import secrets
from io import BytesIO
from pathlib import Path

import pytest
from typing_extensions import override

from coralchunk.errors import StorageFull
from coralchunk.storage.blobs import PHOTO, PICTURE, Blobs


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    url = str(tmp_path / "jobs") if request.param == "folder" else f"memory://{secrets.token_hex(4)}"
    return Blobs(url)


class Breaking(BytesIO):
    """An upload of which the second half never comes."""

    def __init__(self, failure: OSError) -> None:
        super().__init__(b"x" * 1_000_000)
        self._failure = failure

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 0:
            raise self._failure
        return super().read(500_000)


def test_what_is_kept_can_be_read_and_opened(blobs: Blobs) -> None:
    blobs.write(7, PHOTO, BytesIO(b"a reef"))

    with blobs.open(7, PHOTO) as stream:
        stream.seek(2)
        assert stream.read() == b"reef"
    assert blobs.read(7, PHOTO) == b"a reef"


def test_what_is_kept_again_replaces_what_was_there(blobs: Blobs) -> None:
    blobs.write(7, PICTURE, BytesIO(b"one"))
    blobs.write(7, PICTURE, BytesIO(b"another"))

    assert blobs.read(7, PICTURE) == b"another"


def test_content_is_kept_from_where_it_stands(blobs: Blobs) -> None:
    content = BytesIO(b"header and body")
    content.seek(7)

    blobs.write(7, PHOTO, content)

    assert blobs.read(7, PHOTO) == b"and body"


def test_what_was_never_kept_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError):
        blobs.read(7, PHOTO)
    with pytest.raises(FileNotFoundError):
        blobs.open(7, PHOTO)


def test_deleting_removes_all_parts_of_one_job_and_of_no_other(blobs: Blobs) -> None:
    for job_id, part in ((7, PHOTO), (7, PICTURE), (77, PHOTO)):
        blobs.write(job_id, part, BytesIO(b"."))

    blobs.delete(7)
    blobs.delete(7)

    assert [folder.job_id for folder in blobs.folders()] == [77]
    with pytest.raises(FileNotFoundError):
        blobs.read(7, PHOTO)


def test_folders_tell_whether_they_hold_a_photo(blobs: Blobs) -> None:
    blobs.write(7, PHOTO, BytesIO(b"."))
    blobs.write(8, PICTURE, BytesIO(b"."))

    assert {folder.job_id: folder.has_photo for folder in blobs.folders()} == {7: True, 8: False}


def test_an_empty_store_has_no_folders(blobs: Blobs) -> None:
    assert list(blobs.folders()) == []


def test_a_check_leaves_nothing_behind(blobs: Blobs) -> None:
    blobs.check()

    assert list(blobs.folders()) == []


@pytest.mark.parametrize("failure", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_as_such_and_leaves_no_half_part(tmp_path: Path, failure: int) -> None:
    blobs = Blobs(str(tmp_path))

    with pytest.raises(StorageFull):
        blobs.write(7, PHOTO, Breaking(OSError(failure, "no room")))

    with pytest.raises(FileNotFoundError):
        blobs.read(7, PHOTO)


def test_an_upload_that_breaks_off_replaces_nothing(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    blobs.write(7, PHOTO, BytesIO(b"whole"))

    with pytest.raises(OSError, match="gone"):
        blobs.write(7, PHOTO, Breaking(OSError(errno.EIO, "gone")))

    assert blobs.read(7, PHOTO) == b"whole"


def test_a_folder_is_as_old_as_its_photo(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    blobs.write(7, PHOTO, BytesIO(b"."))
    blobs.write(7, PICTURE, BytesIO(b"."))
    os.utime(tmp_path / "7" / PHOTO, (1000, 1000))

    assert [folder.changed_at for folder in blobs.folders()] == [1000]


def test_files_that_are_of_no_job_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    blobs = Blobs(str(tmp_path))

    assert list(blobs.folders()) == []


def test_a_store_that_cannot_be_written_is_told_by_the_check(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="jobs"):
        Blobs(str(tmp_path / "jobs")).check()
