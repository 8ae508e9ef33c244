"""Define the settings of processes, addresses and services."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from coralchunk.settings.values import Count, Port, entries_of


class ServerSettings(BaseModel):
    """Where the processes run, listen and find the services that they use."""

    host: str = Field(
        "127.0.0.1", description="address to listen on; `0.0.0.0` accepts connections from other machines"
    )
    port: Port = Field(5001, description="TCP port to listen on")
    data_dir: Path = Field(Path("data"), description="folder for uploads, answers and the files of the queue")
    workers: Count = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        description="worker processes, which classify",
    )
    web_workers: Count = Field(2, description="web processes; each serves many slow clients at once")
    proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        0,
        description="number of reverse proxies in front of the server whose X-Forwarded headers are trusted",
    )
    cors_origins: tuple[str, ...] = Field(
        (),
        description="comma-separated origins that may call the API in a browser, as `https://app.example`",
    )
    redis_url: str | None = Field(
        None, description="Redis or Valkey to use instead of the one that the server starts"
    )
    database_url: str | None = Field(
        None,
        description="database of users, tokens, surveys and corrections, `postgresql://...`"
        " (default: SQLite in the data folder)",
    )
    storage_url: str | None = Field(
        None,
        description="where photos, results and correction pictures are stored: `s3://bucket/prefix` or a"
        " folder (default: the data folder)",
    )
    presigned: bool = Field(
        default=False,
        description="`1`: clients may send photos to the S3 store and read pictures from it themselves, with"
        " signed addresses",
    )
    storage_public_url: str | None = Field(
        None,
        description="address of the S3 store in signed addresses, as `https://store.example` (default: the"
        " one that the server uses)",
    )
    metrics_port: Port | None = Field(
        None, description="TCP port where the roles `worker` and `sweep` answer `/metrics` and `/health`"
    )
    traces_url: str | None = Field(
        None, description="where traces are sent, OTLP over HTTP, as `http://collector:4318/v1/traces`"
    )
    repository_url: str = Field(
        "https://github.com/coralchunk/coralchunk",
        description="address of the source code, for the documentation page",
    )
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`")

    @field_validator("presigned")
    @classmethod
    def _signed_by_s3(cls, value: bool, others: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it so
        if value and not (others.data.get("storage_url") or "").startswith("s3://"):
            raise ValueError("a folder signs no addresses; set CORALCHUNK_STORAGE_URL=s3://bucket/prefix too")
        return value

    @field_validator("storage_public_url")
    @classmethod
    def _public_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write it like https://store.example")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = entries_of(value)
        for origin in origins:
            if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
                raise ValueError(f"{origin!r} is no origin; write scheme://host[:port], or leave it empty")
        return origins

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("use one of debug, info, warning, error")
        return value.lower()
