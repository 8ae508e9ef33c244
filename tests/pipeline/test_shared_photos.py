"""Test that workers of one host decode a photo once, and what remains when one of them dies."""

import errno
import json
import os
import subprocess
import sys
import threading
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coralchunk.errors import Unreadable
from coralchunk.errors.images import BrokenImage
from coralchunk.imaging.decoding.decode import open_halved, open_photo
from coralchunk.imaging.decoding.jpeg import Room, own_room
from coralchunk.imaging.halved import ClassifiedPhoto
from coralchunk.imaging.photo import Photo
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker import shared_photos
from coralchunk.pipeline.worker.photo_cache import DecodedPhotoCache
from coralchunk.pipeline.worker.shared_photos import IS_POSSIBLE, SharedPhotos
from coralchunk.storage.files.blobs import PHOTO
from coralchunk.terms import Chunk, Size
from tests.pipeline.conftest import Submit
from tests.reef import encoded, jpeg, reef
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="this system has no memfd_create")

_DIES_AFTER_SHARING = """
import os, signal, sys
from io import BytesIO
from pathlib import Path
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.pipeline.worker.shared_photos import SharedPhotos
from tests.reef import jpeg
shared = SharedPhotos(Path(sys.argv[1]))
photo = shared.get(7, "full", lambda room: open_photo(BytesIO(jpeg(300, 200)), 10**6, room=room))
os.kill(os.getpid(), signal.SIGKILL)
"""


def decoded(
    room: Room = own_room, width: int = 300, height: int = 200, orientation: int = 1
) -> ClassifiedPhoto:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return open_photo(BytesIO(encoded(reef(width, height), "JPEG", exif=exif)), 10**7, room=room)


def never(_room: Room) -> ClassifiedPhoto:
    raise AssertionError("the photo was decoded a second time")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("orientation", [1, 6], ids=["upright", "held sideways"])
def test_a_second_process_gets_the_pixels_of_the_first(tmp_path: Path, orientation: int) -> None:
    alone = decoded(orientation=orientation)
    first = SharedPhotos(tmp_path).get(7, "full", partial(decoded, orientation=orientation))

    second = SharedPhotos(tmp_path).get(7, "full", never)

    piece = Chunk(3, 5, 100, 150)
    assert first.size == second.size == alone.size
    for photo in (first, second):
        assert np.array_equal(next(iter(photo.windows([piece]))), next(iter(alone.windows([piece]))))
        assert np.array_equal(photo.scene, alone.scene)


def test_a_photo_at_half_its_size_knows_the_size_of_the_whole(tmp_path: Path) -> None:
    photo = BytesIO(jpeg(976, 733))
    SharedPhotos(tmp_path).get(7, "half", lambda room: open_halved(photo, 10**6, room=room))

    second = SharedPhotos(tmp_path).get(7, "half", never)

    assert second.size == Size(976, 733)
    assert second.nbytes == 488 * 367 * 3


def test_a_process_waits_for_the_one_that_decodes(tmp_path: Path) -> None:
    is_decoding, may_end = threading.Event(), threading.Event()
    found: list[ClassifiedPhoto] = []

    def slowly(room: Room) -> ClassifiedPhoto:
        is_decoding.set()
        assert may_end.wait(PATIENCE_S)
        return decoded(room)

    one = threading.Thread(target=lambda: found.append(SharedPhotos(tmp_path).get(7, "full", slowly)))
    other = threading.Thread(target=lambda: found.append(SharedPhotos(tmp_path).get(7, "full", never)))
    one.start()
    assert is_decoding.wait(PATIENCE_S)
    other.start()
    may_end.set()
    for thread in (one, other):
        thread.join(PATIENCE_S)

    assert [photo.size for photo in found] == [Size(300, 200)] * 2


def test_a_process_does_not_wait_for_one_that_is_halted(tmp_path: Path) -> None:
    is_decoding, may_end = threading.Event(), threading.Event()

    def slowly(room: Room) -> ClassifiedPhoto:
        is_decoding.set()
        assert may_end.wait(PATIENCE_S)
        return decoded(room)

    halted = threading.Thread(target=lambda: SharedPhotos(tmp_path).get(7, "full", slowly))
    halted.start()
    assert is_decoding.wait(PATIENCE_S)

    photo = SharedPhotos(tmp_path, patience_s=0.05).get(7, "full", decoded)

    may_end.set()
    halted.join(PATIENCE_S)
    assert photo.size == Size(300, 200)


def test_a_photo_that_cannot_be_decoded_is_tried_by_each(tmp_path: Path) -> None:
    tries: list[int] = []

    def fail(_room: Room) -> ClassifiedPhoto:
        tries.append(1)
        raise BrokenImage("image", "it is damaged")

    for _ in range(2):
        with pytest.raises(BrokenImage):
            SharedPhotos(tmp_path).get(7, "full", fail)

    assert len(tries) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_photo_of_a_killed_process_is_decoded_again(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _DIES_AFTER_SHARING, str(tmp_path)], timeout=PATIENCE_S, check=False
    )

    photo = SharedPhotos(tmp_path).get(7, "full", decoded)

    assert killed.returncode == -9
    assert photo.size == Size(300, 200)
    assert SharedPhotos(tmp_path).get(7, "full", never).size == Size(300, 200)


@pytest.mark.parametrize("left", [b"", b"{", b'{"path": "/nowhere"}'], ids=["nothing", "a part", "no place"])
def test_a_file_that_leads_nowhere_is_ignored(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "7-full").write_bytes(left)

    assert SharedPhotos(tmp_path).get(7, "full", decoded).size == Size(300, 200)
    assert SharedPhotos(tmp_path).get(7, "full", never).size == Size(300, 200)


def test_a_forgotten_photo_leaves_no_file_and_no_memory_behind(tmp_path: Path) -> None:
    before, shared = descriptors(), SharedPhotos(tmp_path)
    photo = shared.get(7, "full", decoded)
    other = SharedPhotos(tmp_path).get(7, "full", never)

    shared.forget(7)
    shared.forget(7)

    assert list(tmp_path.iterdir()) == []
    assert np.array_equal(photo.scene, other.scene)  # who has it keeps it
    del photo, other
    wait_for(lambda: descriptors() == before, "the end of the shared memory")


def test_a_photo_is_decoded_into_own_memory_where_there_is_no_shared_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "no memory left")

    monkeypatch.setattr(os, "posix_fallocate", full)
    before, shared = descriptors(), SharedPhotos(tmp_path)

    photo = shared.get(7, "full", decoded)

    assert np.array_equal(photo.scene, decoded().scene)
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before


def test_nobody_can_change_a_shared_photo(tmp_path: Path) -> None:
    photo = SharedPhotos(tmp_path).get(7, "full", decoded)
    assert isinstance(photo, Photo)
    described = json.loads((tmp_path / "7-full").read_bytes())

    with Path(described["path"]).open("r+b", buffering=0) as memory, pytest.raises(PermissionError):
        memory.write(b"changed")
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels()[0, 0] = 0


def test_photos_are_shared_where_a_seal_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_photos, "_SEAL_FUTURE_WRITE", 0x8000)

    SharedPhotos(tmp_path).get(7, "full", decoded)

    assert SharedPhotos(tmp_path).get(7, "full", never).size == Size(300, 200)


def two_caches(stores: Stores, folder: Path) -> list[DecodedPhotoCache]:
    return [
        DecodedPhotoCache(stores.blobs, max_pixels=10**7, max_bytes=10**9, shared=SharedPhotos(folder))
        for _ in range(2)
    ]


def test_two_workers_decode_a_photo_of_two_streams_once(stores: Stores, send: Submit, tmp_path: Path) -> None:
    job, (one, other) = get_job(stores, send()), two_caches(stores, tmp_path / "decoded")
    first = one.get(job)
    stores.blobs.write(job.id, PHOTO, BytesIO(b"\xff\xd8 and no photo"))

    second = other.get(job)
    one.drop(job.id)
    other.drop(job.id)

    assert second.size == first.size == job.size
    with pytest.raises(Unreadable):
        other.get(job)


def test_a_photo_that_is_no_jpeg_is_not_shared(stores: Stores, send: Submit, tmp_path: Path) -> None:
    job, caches = get_job(stores, send()), two_caches(stores, tmp_path / "decoded")
    stores.blobs.write(job.id, PHOTO, BytesIO(encoded(reef(1952, 1220), "PNG")))

    sizes = [cache.get(job).size for cache in caches]

    assert job.streams == 2
    assert sizes == [job.size] * 2
    assert list((tmp_path / "decoded").iterdir()) == []
