"""Test that one Redis belongs to one storage."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from coralchunk.errors.setup import OtherStorage
from coralchunk.pipeline.queries.storage_identity import (
    accept_storage,
    check_storage,
    is_same_storage,
    renew_storage_id,
)
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import Blobs
from coralchunk.storage.objects.folder_store import FolderStore


@pytest.fixture
def others(stores: Stores, tmp_path: Path) -> Stores:
    """The same Redis with another folder."""
    return replace(stores, blobs=Blobs(FolderStore(tmp_path / "others")))


def test_the_first_process_decides_and_the_next_ones_agree(stores: Stores) -> None:
    check_storage(stores)
    stored = stores.blobs.storage_id()
    check_storage(stores)

    assert stored is not None
    assert stores.blobs.storage_id() == stored
    assert is_same_storage(stores)


def test_an_empty_folder_is_refused_and_stays_empty(stores: Stores, others: Stores) -> None:
    check_storage(stores)

    with pytest.raises(OtherStorage, match="has no id"):
        check_storage(others)

    assert others.blobs.storage_id() is None
    assert not is_same_storage(others)


def test_the_storage_of_another_server_is_refused(stores: Stores, others: Stores) -> None:
    check_storage(others)
    stores.redis.flushall()
    check_storage(stores)

    with pytest.raises(OtherStorage, match=str(others.blobs.storage_id())[:8]):
        check_storage(others)


def test_an_emptied_redis_takes_the_storage_again(stores: Stores) -> None:
    check_storage(stores)
    stored = stores.blobs.storage_id()
    stores.redis.flushall()

    assert is_same_storage(stores)
    check_storage(stores)
    assert stores.blobs.storage_id() == stored


def test_the_id_is_written_again_before_a_rule_of_the_bucket_removes_it(stores: Stores) -> None:
    renew_storage_id(stores)
    had_none = stores.blobs.storage_id() is None
    check_storage(stores)
    stored, path = stores.blobs.storage_id(), Path(stores.blobs.place) / "storage-id"
    os.utime(path, (0, 0))

    renew_storage_id(stores)

    assert had_none
    assert stores.blobs.storage_id() == stored
    assert path.stat().st_mtime > 1


def test_an_operator_can_accept_another_storage(stores: Stores, others: Stores) -> None:
    check_storage(stores)

    accept_storage(others)

    check_storage(others)
    with pytest.raises(OtherStorage):
        check_storage(stores)
