"""Implement `coralchunk doctor`: check whether a machine has everything that a server needs."""

import shutil
import sys
from collections.abc import Callable

import click
from redis.exceptions import RedisError

from coralchunk.assets import folder
from coralchunk.config import VARIABLES, Settings
from coralchunk.errors import CoralchunkError
from coralchunk.errors.setup import BadSetup
from coralchunk.pipeline.connection import connect
from coralchunk.pipeline.worker.classifier_cache import load_classifier
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.storage.objects.places import open_job_store
from coralchunk.storage.sql.database import open_database
from coralchunk.supervisor.redis_server import server_binary

_LITTLE_ROOM_GB = 1.0


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check the installation and report what is missing; exit status 1 if anything is."""
    checks: dict[str, Callable[[Settings], str]] = {
        "python": _python,
        "data folder": _data_folder,
        "storage": _storage,
        "redis": _redis,
        "database": _database,
        "model": _model,
        "pages": _pages,
    }
    healthy = True
    for name, check in checks.items():
        try:
            click.echo(f"  ok       {name}: {check(settings)}")
        except (CoralchunkError, OSError, RedisError) as failure:
            healthy = False
            click.echo(f"  MISSING  {name}: {failure}")
    if not healthy:
        sys.exit(1)


def _python(_settings: Settings) -> str:
    return sys.version.split()[0]


def _data_folder(settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    free_gb = shutil.disk_usage(settings.data_dir).free / 1e9
    if free_gb < _LITTLE_ROOM_GB:
        raise BadSetup(f"{settings.data_dir} has only {free_gb:.1f} GB free; make room for at least 1 GB.")
    return f"{settings.data_dir.resolve()} can be written, {free_gb:.0f} GB free"


def _storage(settings: Settings) -> str:
    open_job_store(settings).check()
    return f"{settings.storage_url or 'the data folder'} can be written and read"


def _redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return f"will be started from {server_binary()}"
    try:
        with connect(settings.redis_url, 2) as client:
            client.ping()
    except ValueError as malformed:
        raise BadSetup(f"{VARIABLES['redis_url']}: {malformed}") from None
    return "REDIS_URL answers"


def _database(settings: Settings) -> str:
    database = open_database(settings.database_url, settings.data_dir)
    database.check()
    return f"{database.place} answers"


def _model(settings: Settings) -> str:
    repository = open_model_repository(settings)
    model = repository.find(settings.model)
    load_classifier(repository, model, network_limits(settings))
    return f"{model.label} loads, sha256 as listed"


def _pages(_settings: Settings) -> str:
    return f"{folder('templates')}, {folder('static')}"
