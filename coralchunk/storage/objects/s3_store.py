"""Store objects in a bucket of an S3-compatible object store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby
from typing import IO, Final

import structlog

from coralchunk.errors import StorageDown, StorageFull
from coralchunk.storage.objects.object_store import StoredFolder, StoredObject
from coralchunk.storage.objects.s3_client import open_bucket

_MAX_KEYS_A_DELETE: Final = 1000  # of S3's DeleteObjects
_NOT_FOUND: Final = frozenset({"NoSuchKey", "NotFound", "404"})
# The errors of S3, MinIO, Ceph and SeaweedFS for a full store; 507 is HTTP's Insufficient Storage.
_FULL: Final = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"})
_log: Final = structlog.get_logger()


class S3Store:
    """Objects in a bucket; keys begin with the path of the URL, see open_bucket."""

    def __init__(self, url: str) -> None:
        opened = open_bucket(url)
        self._client: Final = opened.client
        self._bucket: Final = opened.bucket
        self._prefix: Final = opened.prefix
        self._transfer: Final = opened.transfer
        self._exceptions: Final = opened.exceptions

    @property
    def place(self) -> str:
        """Name the bucket and the prefix."""
        return self._place("")

    def write(self, key: str, content: IO[bytes]) -> None:
        """Store an object; see ObjectStore."""
        with self._answering(key):
            self._client.upload_fileobj(
                _LeftOpen(content), self._bucket, self._prefix + key, Config=self._transfer
            )

    def read(self, key: str) -> bytes:
        """Return an object; see ObjectStore."""
        with self._answering(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            return bytes(answer["Body"].read())

    def open(self, key: str) -> IO[bytes]:
        """Fetch an object into memory; see ObjectStore."""
        return BytesIO(self.read(key))

    def size_bytes(self, key: str) -> int:
        """Return the size of an object; see ObjectStore."""
        with self._answering(key):
            return int(self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)["ContentLength"])

    def remove(self, key: str) -> None:
        """Remove an object; see ObjectStore."""
        with self._answering(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def remove_folder(self, folder: str) -> None:
        """Remove a folder; see ObjectStore."""
        keys = [key for key, _ in self._list(f"{folder}/")]
        for start in range(0, len(keys), _MAX_KEYS_A_DELETE):
            named = [{"Key": self._prefix + key} for key in keys[start : start + _MAX_KEYS_A_DELETE]]
            with self._answering(folder):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": named, "Quiet": True}
                )
                if answer.get("Errors"):
                    raise self._down(folder, answer["Errors"][0])

    def folder(self, name: str) -> StoredFolder:
        """Return one folder; see ObjectStore."""
        objects = tuple(stored for key, stored in self._list(f"{name}/") if key == f"{name}/{stored.name}")
        return StoredFolder(name, max((stored.changed_at for stored in objects), default=0.0), objects)

    def folders(self) -> Iterator[StoredFolder]:
        """Yield the folders of the first level; see ObjectStore."""
        # Keys are listed in byte order, so the keys of one folder follow each other.
        for folder, listed in groupby(self._list(""), key=lambda entry: entry[0].rpartition("/")[0]):
            if folder and "/" not in folder:
                objects = tuple(stored for _, stored in listed)
                yield StoredFolder(folder, max(stored.changed_at for stored in objects), objects)

    def check(self) -> None:
        """Write, read back and remove a small object. Raises OSError or StorageDown if that fails."""
        probe = f"check-{os.uname().nodename}-{os.getpid()}"
        self.write(probe, BytesIO(b"coralchunk"))
        if self.read(probe) != b"coralchunk":
            raise OSError(f"{self._place(probe)} does not hold what was written to it")
        self.remove(probe)

    def _list(self, prefix: str) -> Iterator[tuple[str, StoredObject]]:
        """Yield the keys that begin with `prefix`, a page of 1,000 at a time."""
        with self._answering(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self._prefix)
                    name = key.rpartition("/")[2]
                    yield key, StoredObject(name, entry["Size"], entry["LastModified"].timestamp())

    def _place(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"

    @contextmanager
    def _answering(self, key: str) -> Iterator[None]:
        try:
            yield
        except self._exceptions.ClientError as refused:
            code = str(refused.response["Error"].get("Code"))
            status = str(refused.response["ResponseMetadata"].get("HTTPStatusCode"))
            if code in _NOT_FOUND:
                raise FileNotFoundError(self._place(key)) from None
            if {code, status} & _FULL:
                raise StorageFull from refused
            raise self._down(key, refused) from refused
        except self._exceptions.BotoCoreError as failure:
            raise self._down(key, failure) from failure

    def _down(self, key: str, reason: object) -> StorageDown:
        _log.warning("storage does not answer", place=self._place(key), reason=str(reason))
        return StorageDown()


class _LeftOpen:
    """A stream that is read from its position on and not closed: boto3 closes what it has sent."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content: Final = content

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)
