"""Read the settings from the environment once, and check them."""

import os
import pkgutil
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from coralchunk.errors.setup import BadSetting

PREFIX: Final = "CORALCHUNK_"
# Names that operators know from elsewhere.
_UNPREFIXED: Final = {"redis_url": "REDIS_URL", "database_url": "DATABASE_URL"}

# The description of a field is its line in the table of docs/configuration.md; a test compares the two.
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1, le=1024)]


def allowed_place(entry: str) -> tuple[IPv4Network | IPv6Network, int | None]:
    """Read `network`, `network:port` or `[network]:port`. Raises ValueError.

    Returns the network, and the port that is allowed in addition to 80 and 443.
    """
    network, _, port = entry.rpartition(":")
    if port.isdigit() and (network.startswith("[") or network.count(":") == 0) and network:
        return ip_network(network.strip("[]")), int(port)
    return ip_network(entry.strip("[]")), None


def _entries(comma_list: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in comma_list.split(",") if entry.strip())


class Settings(BaseModel):
    """Everything that an operator can set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    max_upload_mb: Annotated[int, Field(ge=1, le=4096)] = Field(
        64, description="largest upload, MB (10^6 bytes)"
    )
    max_pixels: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        100_000_000, description="largest JPEG or PNG, pixels (width x height); half of it for other formats"
    )
    result_ttl: Annotated[int, Field(ge=10)] = Field(
        86_400, description="how long a job and all its data are kept after the upload, seconds"
    )
    result_max_side: Annotated[int, Field(ge=0, le=50_000)] = Field(
        2048, description="longer side of the result picture, pixels; `0` for the size of the photo"
    )
    max_queued_chunks: Annotated[int, Field(ge=1)] = Field(
        50_000,
        description="most chunks waiting to be classified; further uploads get 429 with `Retry-After`",
    )
    rate_limit: str = Field(
        "600/minute",
        description="rate limit of uploads per client address, as `60/minute;1000/day`; `off` for no limit",
    )
    rate_limit_images: str = Field(
        "6000/minute", description="rate limit of training images per client address"
    )
    rate_limit_reads: str = Field(
        "60000/minute", description="rate limit of other requests per client address"
    )
    proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        0,
        description="number of reverse proxies in front of the server whose X-Forwarded headers are trusted",
    )
    cors_origins: tuple[str, ...] = Field(
        (),
        description="comma-separated origins that may call the API in a browser, as `https://app.example`",
    )
    model: str | None = Field(None, description="model of models.txt to use (default: its last line)")
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
    metrics_port: Port | None = Field(
        None, description="TCP port where the roles `worker` and `sweep` answer `/metrics` and `/health`"
    )
    traces_url: str | None = Field(
        None, description="where traces are sent, OTLP over HTTP, as `http://collector:4318/v1/traces`"
    )
    v1_require_token: bool = Field(
        default=False,
        description="`1`: the V1 API requires a token; a job is visible only to the token that created it",
    )
    fetch_urls: bool = Field(
        default=False,
        description="`1`: the server fetches photos by URL; `make run` on loopback sets it",
    )
    fetch_allow: tuple[str, ...] = Field(
        (),
        description="comma-separated private networks that may be fetched from, as `10.1.2.0/24:8080`",
    )
    fetch_parallel: Count = Field(8, description="most photos that all workers together fetch at once")
    coralnet_format: Literal["published", "live"] = Field(
        "published",
        description="form of the results of `/api/deploy_job/`: `published` or `live`",
    )
    coralnet_max_images: Count = Field(100, description="most photos in one request to `/api/classifier/`")
    coralnet_max_points: Count = Field(200, description="most points per photo in such a request")
    coralnet_max_jobs: Count = Field(5, description="most active jobs of this kind per user")
    dataset_max_images: Annotated[int, Field(ge=1)] = Field(
        100_000, description="most training images per workspace, and therefore per collection"
    )
    dataset_max_labels: Annotated[int, Field(ge=1)] = Field(
        10_000, description="most labels and most collections per workspace; most workspaces per user"
    )
    dataset_image_mb: Annotated[int, Field(ge=1, le=4096)] = Field(
        32,
        description="largest training image, and largest image in a classification request, MB (10^6 bytes)",
    )
    dataset_request_mb: Annotated[int, Field(ge=1, le=4096)] = Field(
        128, description="largest JSON request with images, MB; base64 needs a third more than the file"
    )
    dataset_name_length: Annotated[int, Field(ge=20, le=200)] = Field(
        200, description="longest name of a label, collection or workspace, characters"
    )
    feedback_ttl: Annotated[int, Field(ge=60)] = Field(
        2_592_000,
        description="how long `/api/classify` keeps an image and its classification for feedback, seconds",
    )
    ximilar_min_images: Annotated[int, Field(ge=2, le=10_000)] = Field(
        10, description="fewest images of each label that `/recognition/v2/task/.../train` takes"
    )
    ximilar_max_records: Count = Field(
        10, description="most images in one request to `/recognition/v2/classify`"
    )
    network_max_mb: Annotated[int, Field(ge=1, le=2000)] = Field(
        256, description="largest network that may be uploaded, with its mean files, MB"
    )
    network_memory_mb: Annotated[int, Field(ge=64, le=65_536)] = Field(
        2048, description="memory that an uploaded network may use, MB"
    )
    network_timeout: Annotated[float, Field(gt=0, le=250)] = Field(
        30.0, description="longest time for loading an uploaded network, and for running it, seconds"
    )
    networks_per_user: Annotated[int, Field(ge=1, le=100_000)] = Field(
        100, description="most uploaded networks per user"
    )
    training_min_images: Annotated[int, Field(ge=1)] = Field(
        10, description="fewest images of a label for a Ximilar task to be trained"
    )
    training_max_images: Annotated[int, Field(ge=1)] = Field(
        20_000, description="most images that a classifier is trained on"
    )
    training_parallel: Count = Field(1, description="most classifiers that are trained at once")
    training_threads: Count = Field(
        2, description="images that a training processes in parallel, at a lower CPU priority than photos"
    )
    training_timeout: Annotated[int, Field(ge=1)] = Field(
        3600, description="longest time that a training may take, seconds"
    )
    training_memory_mb: Annotated[int, Field(ge=256)] = Field(
        6144, description="most memory that a training may reserve, MB (2^20 bytes)"
    )
    repository_url: str = Field(
        "https://github.com/coralchunk/coralchunk",
        description="address of the source code, for the documentation page",
    )
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = _entries(value)
        for origin in origins:
            if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
                raise ValueError(f"{origin!r} is no origin; write scheme://host[:port], or leave it empty")
        return origins

    @field_validator("rate_limit", "rate_limit_images", "rate_limit_reads")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        if value != "off":
            try:
                # By name: the package takes a tenth of a second to load, and most servers keep the default.
                pkgutil.resolve_name("limits:parse_many")(value)
            except ValueError:
                raise ValueError("write it like 60/minute or 60/minute;1000/day, or off") from None
        return value

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _known_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        entries = _entries(value)
        for entry in entries:
            allowed_place(entry)
        return entries

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("use one of debug, info, warning, error")
        return value.lower()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Take CORALCHUNK_*, REDIS_URL and DATABASE_URL from the environment.

        Raises BadSetting, naming the variable, for a value that cannot be used and for a CORALCHUNK_ name
        that does not exist: a misspelt setting must not be silently without effect.
        """
        given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
        for name, value in given.items():
            if name not in VARIABLES.values():
                raise BadSetting(name, value, f"no such setting; there are {', '.join(VARIABLES.values())}")
        taken = {
            field: environment[variable] for field, variable in VARIABLES.items() if environment.get(variable)
        }
        try:
            return cls.model_validate(taken)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            variable = VARIABLES[str(first["loc"][0])]
            raise BadSetting(variable, environment[variable], first["msg"]) from None


VARIABLES: Final = {
    field: _UNPREFIXED.get(field, f"{PREFIX}{field.upper()}") for field in Settings.model_fields
}
