"""Open the object stores that the settings name."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from coralchunk.config import Settings
from coralchunk.errors.setup import BadSetting
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.objects.s3_store import S3Store

JOBS: Final = "jobs"
INCOMING: Final = "incoming"  # photos that clients have sent to the store and not yet confirmed
_VARIABLE: Final = "CORALCHUNK_STORAGE_URL"


def open_job_store(settings: Settings) -> ObjectStore:
    """Open the store of the jobs' objects.

    It is `jobs` in the data folder or the bucket; a storage URL of a folder names that folder itself.
    Raises BadSetting for a URL that cannot be used.
    """
    url = settings.storage_url
    if url is not None and urlsplit(url).scheme != "s3":
        return _open(url)  # version 0.3 kept jobs directly in such a folder
    return open_named_store(settings, JOBS)


def open_named_store(settings: Settings, name: str) -> ObjectStore:
    """Open the store of other objects that all machines share, such as `corrections`.

    It is a folder of that name in the data folder or below the storage URL. Raises BadSetting.
    """
    if settings.storage_url is None:
        return FolderStore(settings.data_dir.resolve() / name)
    return _open(f"{settings.storage_url.rstrip('/')}/{name}")


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return S3Store(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return FolderStore(Path(url2pathname(parts.path)))
    if parts.scheme == "":
        return FolderStore(Path(url).resolve())
    raise BadSetting(_VARIABLE, url, "use s3://bucket/prefix, file:///folder or a folder's path")
