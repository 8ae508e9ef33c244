"""Implement `coralchunk jobs`: list, show, cancel and retry the jobs of a running server."""

import pkgutil
import sys
import time
from datetime import UTC, datetime
from typing import Final

import click
from rich.console import Console
from rich.table import Column, Table

from coralchunk.config import Settings
from coralchunk.pipeline.queries.lookup import all_jobs, get_job
from coralchunk.pipeline.queries.storage_identity import accept_storage
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.steps.cancel import cancel as cancel_job
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.supervisor.redis_server import RedisServer

# By name: it loads what reads photos, which the other commands do not need.
_RETRY: Final = "coralchunk.pipeline.steps.retry:retry"
_PIPE_COLUMNS: Final = 250


@click.group()
def jobs() -> None:
    """List, show, cancel and retry jobs."""


@jobs.command("list")
@click.option("--state", help="Only jobs in this state: queued, processing, completed or error.")
@click.pass_obj
def list_jobs(settings: Settings, state: str | None) -> None:
    """List the jobs, newest first."""
    table = Table(Column("job", no_wrap=True), "state", "chunks", "photo", "created", "error")
    for job in sorted(all_jobs(_stores(settings)), key=lambda job: -job.created_at):
        if state in {None, job.state.value}:
            table.add_row(
                str(job.id),
                job.state.value,
                f"{job.completed_chunks}/{job.total_chunks}",
                _size(job),
                _when(job.created_at),
                job.error or "",
            )
    # A pipe has no width, and rich's default of 80 columns would wrap lines that scripts parse.
    Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS).print(table)


@jobs.command()
@click.argument("job_id", type=int)
@click.pass_obj
def show(settings: Settings, job_id: int) -> None:
    """Show the details of job JOB_ID."""
    for name, value in _described(get_job(_stores(settings), job_id, kind=None)).items():
        click.echo(f"{name:<12} {value}")


@jobs.command()
@click.argument("job_id", type=int)
@click.pass_obj
def cancel(settings: Settings, job_id: int) -> None:
    """Stop job JOB_ID and delete all its data."""
    cancel_job(_stores(settings), job_id, kind=None)
    click.echo(f"Job {job_id} and its data are deleted.")


@jobs.command()
@click.argument("job_id", type=int)
@click.pass_obj
def retry(settings: Settings, job_id: int) -> None:
    """Run job JOB_ID again from its stored photo, under the same id."""
    pkgutil.resolve_name(_RETRY)(_stores(settings), job_id, time.time())
    click.echo(f"Job {job_id} is queued again.")


@jobs.command("accept-storage")
@click.pass_obj
def accept(settings: Settings) -> None:
    """Make the storage of the settings the one of this Redis, where the one before is gone.

    Stop the server first. Jobs whose photos are not in this storage end in an error.
    """
    stores = _stores(settings)
    accept_storage(stores)
    click.echo(f"Jobs are in {stores.blobs.place} from now on.")


def _stores(settings: Settings) -> Stores:
    if settings.redis_url is None:
        settings = settings.model_copy(update={"redis_url": RedisServer(settings.data_dir).url})
    return open_stores(settings, redis_timeout_s=5)


def _described(job: Job) -> dict[str, str]:
    return {
        "job": str(job.id),
        "state": job.state.value,
        "chunks": f"{job.completed_chunks} of {job.total_chunks}",
        "photo": _size(job),
        "work": f"{job.batches} batches of up to {job.batch_chunks} chunks on {job.streams} streams",
        "created": _when(job.created_at),
        "expires": _when(job.expires_at),
        "request": job.request_id or "not known",
        "error": job.error or "none",
    }


def _size(job: Job) -> str:
    return "by address" if job.kind is JobKind.POINTS else f"{job.size.width} x {job.size.height}"


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="seconds")
