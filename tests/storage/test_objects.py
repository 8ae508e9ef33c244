"""Test objects in a folder and in a bucket: complete or absent, and gone when removed."""

import errno
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from typing_extensions import override

from coralchunk.config import Settings
from coralchunk.errors import StorageDown, StorageFull
from coralchunk.errors.setup import BadSetting
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.objects.places import open_job_store, open_named_store
from tests.object_store import ObjectStoreServer
from tests.waiting import PATIENCE_S


class Interrupted(BytesIO):
    """Content that fails after its first half."""

    def __init__(self, failure: OSError, size: int = 1_000_000) -> None:
        super().__init__(b"x" * size)
        self._failure = failure
        self._half = size // 2

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 0:
            raise self._failure
        return super().read(self._half)


class Paused(BytesIO):
    """Content that is read to its end only when it may be."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.is_half_read = Event()
        self.may_go_on = Event()

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() == 0:
            return super().read(len(self.getvalue()) // 2)
        self.is_half_read.set()
        assert self.may_go_on.wait(PATIENCE_S)
        return super().read(size)


@pytest.fixture
def store(storage_url: str) -> ObjectStore:
    return open_named_store(Settings(storage_url=storage_url), "pictures")


def test_a_written_object_can_be_read_and_opened(store: ObjectStore) -> None:
    store.write("7/photo", BytesIO(b"a reef"))

    with store.open("7/photo") as stream:
        stream.seek(2)
        assert stream.read() == b"reef"
    assert store.read("7/photo") == b"a reef"


def test_writing_again_replaces_the_object(store: ObjectStore) -> None:
    store.write("7/photo", BytesIO(b"one"))
    store.write("7/photo", BytesIO(b"another"))

    assert store.read("7/photo") == b"another"


def test_content_is_written_from_its_position_and_stays_open(store: ObjectStore) -> None:
    content = BytesIO(b"header and body")
    content.seek(7)

    store.write("7/photo", content)

    assert store.read("7/photo") == b"and body"
    assert content.tell() == len(b"header and body")


def test_two_who_write_the_same_object_at_once_both_succeed_and_no_reader_sees_a_half(
    store: ObjectStore,
) -> None:
    slow = Paused(b"slow" * 500_000)
    with ThreadPoolExecutor() as threads:
        written = threads.submit(store.write, "7/photo", slow)
        assert slow.is_half_read.wait(PATIENCE_S)

        store.write("7/photo", BytesIO(b"quick"))
        seen = store.read("7/photo")
        slow.may_go_on.set()
        written.result(PATIENCE_S)

    assert seen == b"quick"
    assert store.read("7/photo") == slow.getvalue()


@pytest.mark.parametrize(
    "size", [0, 1, 16 << 20, (16 << 20) + 1, 40_000_000], ids=lambda size: f"{size} bytes"
)
def test_objects_of_every_size_come_back_as_they_were(store: ObjectStore, size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    store.write("7/photo", BytesIO(content))

    assert store.read("7/photo") == content


def test_a_missing_object_is_not_found(store: ObjectStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("7/photo")
    with pytest.raises(FileNotFoundError):
        store.open("7/photo")


def test_removing_an_object_leaves_the_others(store: ObjectStore) -> None:
    for key in ("7/photo", "7/owner", "77/photo"):
        store.write(key, BytesIO(key.encode()))

    store.remove("7/photo")
    store.remove("7/photo")

    assert {(folder.name, *(stored.name for stored in folder.objects)) for folder in store.folders()} == {
        ("7", "owner"),
        ("77", "photo"),
    }


def test_an_object_can_be_written_where_the_last_one_was_removed(store: ObjectStore) -> None:
    store.write("7/photo", BytesIO(b"one"))
    store.remove("7/photo")
    store.write("7/photo", BytesIO(b"two"))

    assert store.read("7/photo") == b"two"


def test_removing_a_folder_removes_that_folder_only(store: ObjectStore) -> None:
    for key in ("7/photo", "7/owner", "77/photo"):
        store.write(key, BytesIO(b"."))

    store.remove_folder("7")
    store.remove_folder("7")

    assert [folder.name for folder in store.folders()] == ["77"]


def test_folders_tell_the_size_and_time_of_their_objects(store: ObjectStore) -> None:
    store.write("7/photo", BytesIO(b"reef"))
    store.write("7/owner", BytesIO(b"me"))

    (folder,) = store.folders()

    assert {stored.name: stored.size_bytes for stored in folder.objects} == {"photo": 4, "owner": 2}
    assert folder.changed_at >= max(stored.changed_at for stored in folder.objects) > 1_600_000_000


def test_more_folders_than_fit_one_page_are_all_listed(store: ObjectStore) -> None:
    names = [str(number) for number in range(1100)]
    for name in names:
        store.write(f"{name}/photo", BytesIO(b"."))

    assert sorted(folder.name for folder in store.folders()) == sorted(names)


def test_an_empty_store_has_no_folders(store: ObjectStore) -> None:
    assert list(store.folders()) == []


def test_a_check_leaves_nothing_behind(store: ObjectStore) -> None:
    store.check()

    assert list(store.folders()) == []


@pytest.mark.parametrize("size", [1_000_000, 40_000_000], ids=["one request", "several parts"])
def test_an_interrupted_write_replaces_nothing(store: ObjectStore, size: int) -> None:
    store.write("7/photo", BytesIO(b"whole"))

    with pytest.raises(OSError, match="gone"):
        store.write("7/photo", Interrupted(OSError(errno.EIO, "gone"), size))

    assert store.read("7/photo") == b"whole"


@pytest.mark.parametrize("failure", [errno.ENOSPC, errno.EDQUOT], ids=["disk full", "quota used up"])
def test_a_full_disk_is_reported_and_leaves_nothing_readable(tmp_path: Path, failure: int) -> None:
    store = FolderStore(tmp_path)

    with pytest.raises(StorageFull):
        store.write("7/photo", Interrupted(OSError(failure, "no room")))

    with pytest.raises(FileNotFoundError):
        store.read("7/photo")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_name_of_an_object_is_on_the_disk_before_it_counts_as_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, bool]] = []  # each with whether the object had its name by then
    sync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(
            (str(Path(f"/proc/self/fd/{descriptor}").readlink()), (tmp_path / "7" / "photo").exists())
        )
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    FolderStore(tmp_path).write("7/photo", BytesIO(b"a reef"))

    (half, named_before), (folder, named_after) = synced
    assert (half.endswith(".part"), named_before) == (True, False)
    assert (folder, named_after) == (str(tmp_path / "7"), True)


def test_a_store_that_cannot_be_written_fails_the_check(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="jobs"):
        FolderStore(tmp_path / "jobs").check()


def test_wrong_credentials_are_reported_as_storage_down(
    s3: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store = open_job_store(Settings(storage_url=f"s3://{s3.new_bucket()}"))

    with pytest.raises(StorageDown):
        store.read("7/photo")


@pytest.mark.parametrize(
    "url",
    ["s3://", "s3:///prefix", "s3://bucket?endpoint=x", "ftp://host/x", "http://host/x", "file://other/x"],
)
def test_a_url_that_names_no_store_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(BadSetting, match=r"s3://bucket"):
        open_job_store(Settings(storage_url=url))


def test_a_folder_url_and_a_path_name_the_same_folder(tmp_path: Path) -> None:
    open_job_store(Settings(storage_url=str(tmp_path))).write("7/photo", BytesIO(b"reef"))

    assert open_job_store(Settings(storage_url=f"file://{tmp_path}")).read("7/photo") == b"reef"


def test_the_documented_lifecycle_rules_are_rules(s3: ObjectStoreServer) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    (written,) = re.findall(r"```json\n(\{\"Rules\".*?)```", page, re.DOTALL)
    rules = json.loads(written)["Rules"]
    bucket = s3.new_bucket()

    with s3.operator() as client:
        client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        kept = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]

    assert {rule["Filter"]["Prefix"] for rule in rules} == {"season-1/jobs/", "season-1/"}
    assert kept[0]["Expiration"]["Days"] == rules[0]["Expiration"]["Days"]
