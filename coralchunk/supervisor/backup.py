"""Copy everything that a server stores into one file, while it runs, and restore it into an empty server."""

import json
import re
import shutil
import signal
import sqlite3
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from redis import Redis

from coralchunk import __version__
from coralchunk.config import Settings
from coralchunk.errors.setup import BadSetup
from coralchunk.pipeline.connection import connect
from coralchunk.pipeline.records.dump import dump_records, holds_jobs, load_records
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.objects.places import open_job_store, open_named_store
from coralchunk.supervisor.child_process import Adopted, Process
from coralchunk.supervisor.data_folder import prepare_data_folder
from coralchunk.supervisor.instance_lock import hold_instance_lock
from coralchunk.supervisor.preflight import check_redis
from coralchunk.supervisor.redis_server import RedisServer

_ABOUT: Final = "backup.json"
_DATABASE: Final = "coralchunk.db"
_RECORDS: Final = "records.jsonl"
_JOBS: Final = "jobs"
_NAMED: Final = ("corrections", "images", "networks", "surveys", "trained-models")
_LOOK_AGAIN_S: Final = 0.05
_JOB_RECORD: Final = re.compile(r'\{"key": "coralchunk:job:(\d+)[":]')
_OBJECT: Final = re.compile(r"objects/([a-z-]+)/([\w.-]+/[\w.-]+)")
_INSTALLED: Final = re.compile(r"models/([\w.-]+)")


def back_up(settings: Settings, target: IO[bytes]) -> int:
    """Write a backup as a tar file. Returns the number of objects in it. Raises BadSetup.

    Records are copied before the objects they name: an object that is added meanwhile is extra, and a job
    that is in progress is continued after a restore. The records are the last part of the file, so that
    `restore` can tell whether it is complete.
    """
    _refuse_other_database(settings)
    prepare_data_folder(settings)
    count = 0
    with TemporaryDirectory() as place, tarfile.open(fileobj=target, mode="w|") as archive:
        _add(archive, _ABOUT, json.dumps({"version": __version__, "created_at": time.time()}).encode())
        with _redis(settings) as redis:
            records = list(dump_records(redis))
        database = settings.data_dir / _DATABASE
        if database.exists():
            copy = Path(place) / _DATABASE
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as into:
                source.backup(into)
            archive.add(copy, _DATABASE)
        job_ids = set()
        for name, store in _stores(settings):
            for folder in store.folders():
                if name == _JOBS and not folder.name.isdigit():
                    continue  # where a folder is set as storage URL, the other stores lie beside the jobs
                job_ids.add(folder.name)
                for stored in folder.objects:
                    count += _add_object(archive, store, name, f"{folder.name}/{stored.name}")
        for path in sorted((settings.data_dir / "models").glob("*")):
            archive.add(path, f"models/{path.name}")
        _add(archive, _RECORDS, "\n".join(_without_deleted(records, job_ids)).encode())
    return count


def restore(settings: Settings, source: IO[bytes]) -> int:
    """Restore a backup into an empty data folder and Redis. Returns the number of objects.

    Raises BadSetup for a file that is no backup or ends early, and where there is data already.
    """
    _refuse_other_database(settings)
    prepare_data_folder(settings)
    stores = dict(_stores(settings))
    count = 0
    with hold_instance_lock(settings.data_dir), _redis(settings) as redis:
        _refuse_data(settings, stores, redis)
        last = ""
        try:
            with tarfile.open(fileobj=source, mode="r|*") as archive:
                for member in archive:
                    content = archive.extractfile(member)
                    if content is not None:
                        count += _restore_member(settings, stores, redis, member.name, content)
                        last = member.name
        except tarfile.TarError as damage:
            if not last:
                raise BadSetup(
                    f"The file is not a backup of coralchunk, or it is damaged: {damage}."
                ) from damage
            last = ""
    if last != _RECORDS:
        raise BadSetup(
            f"The backup is incomplete: it ends after {count} objects and lacks the rest. Remove"
            f" {settings.data_dir}, which holds a part of it now, and restore a complete copy of the file."
        )
    return count


def _restore_member(
    settings: Settings, stores: dict[str, ObjectStore], redis: Redis, name: str, content: IO[bytes]
) -> int:
    if (found := _OBJECT.fullmatch(name)) and found[1] in stores:
        stores[found[1]].write(found[2], BytesIO(content.read()))
        return 1
    if name == _DATABASE:
        _write_file(settings.data_dir / _DATABASE, content)
    elif found := _INSTALLED.fullmatch(name):
        _write_file(settings.data_dir / "models" / found[1], content)
    elif name == _RECORDS:
        load_records(redis, content.read().decode().splitlines())
    elif name != _ABOUT:
        raise BadSetup(f"The file is not a backup of coralchunk: it holds {name!r}.")
    return 0


def _stores(settings: Settings) -> Iterator[tuple[str, ObjectStore]]:
    yield _JOBS, open_job_store(settings)
    for name in _NAMED:
        yield name, open_named_store(settings, name)


def _refuse_other_database(settings: Settings) -> None:
    if settings.database_url is not None:
        raise BadSetup(
            "DATABASE_URL names a database of its own: back it up with its tools (pg_dump, pg_restore), and"
            " the data folder and the storage as docs/operations.md describes."
        )


def _refuse_data(settings: Settings, stores: dict[str, ObjectStore], redis: Redis) -> None:
    has_objects = any(next(iter(store.folders()), None) is not None for store in stores.values())
    if (settings.data_dir / _DATABASE).exists() or has_objects or holds_jobs(redis):
        raise BadSetup(
            f"{settings.data_dir} or its Redis already holds data. Restore into an empty data folder: set"
            " CORALCHUNK_DATA_DIR to another one."
        )


@contextmanager
def _redis(settings: Settings) -> Iterator[Redis]:
    """Connect to the Redis of the settings, or to the data folder's own, which is started if need be."""
    if settings.redis_url is not None:
        check_redis(settings)
        with connect(settings.redis_url, None) as redis:
            yield redis
        return
    server = RedisServer(settings.data_dir)
    process = server.start()
    try:
        with Redis.from_url(server.url) as redis:
            yield redis
    finally:
        if not isinstance(process, Adopted):
            _stop(process)


def _stop(process: Process) -> None:
    process.send_signal(signal.SIGTERM)  # it writes its file to the end first
    while process.poll() is None:
        threading.Event().wait(_LOOK_AGAIN_S)


def _without_deleted(records: list[str], job_ids: set[str]) -> list[str]:
    """Leave out the records of jobs that were deleted while their objects were copied."""
    return [line for line in records if not (found := _JOB_RECORD.match(line)) or found[1] in job_ids]


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(content), int(time.time()), 0o600
    archive.addfile(member, BytesIO(content))


def _add_object(archive: tarfile.TarFile, store: ObjectStore, name: str, key: str) -> bool:
    try:
        content = store.read(key)
    except FileNotFoundError:
        return False  # deleted meanwhile
    _add(archive, f"objects/{name}/{key}", content)
    return True


def _write_file(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        shutil.copyfileobj(content, file)
