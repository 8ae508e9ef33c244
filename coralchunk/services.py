"""What a process needs from outside, opened once and handed in. No Flask here: workers use it too."""

from dataclasses import dataclass
from typing import Final

from redis import ConnectionPool, Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from coralchunk.accounts import Accounts
from coralchunk.assets import folder
from coralchunk.config import Settings
from coralchunk.pipeline.admission import Admission
from coralchunk.pipeline.records import JobRecords
from coralchunk.pipeline.shares import Shares
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.tallies import Tallies
from coralchunk.pipeline.tasks import TaskQueue
from coralchunk.storage.blobs import Blobs
from coralchunk.storage.database import open_database
from coralchunk.storage.models import ListedModel, ModelShelf
from coralchunk.surveys.book import Book
from coralchunk.surveys.corrections import Corrections

_LOCAL_REDIS: Final = "redis://127.0.0.1:6379/0"


@dataclass(frozen=True, slots=True)
class Services:
    """The open connections of one process."""

    settings: Settings
    stores: Stores
    rates: ConnectionPool  # to count requests by; slow there is as good as gone
    models: ModelShelf
    model: ListedModel
    accounts: Accounts
    surveys: Book
    corrections: Corrections


def open_services(settings: Settings, redis_timeout_s: float | None = None) -> Services:
    """Open what web and workers share. Connects lazily: Redis and database may come up later.

    redis_timeout_s  how long an answer of Redis is waited for; None where a blocking read is wanted
    """
    redis = Redis.from_url(
        settings.redis_url or _LOCAL_REDIS,
        socket_connect_timeout=2,
        socket_timeout=redis_timeout_s,
        # Rides over a restart of Redis, which takes a fraction of a second.
        retry=Retry(ExponentialBackoff(cap=0.4, base=0.05), 5, supported_errors=(RedisConnectionError,)),
    )
    stores = Stores(
        settings=settings,
        redis=redis,
        records=JobRecords(redis),
        admission=Admission(redis),
        tasks=TaskQueue(redis),
        tallies=Tallies(redis),
        shares=Shares(redis),
        blobs=Blobs(settings.storage_url or str(settings.data_dir.resolve() / "jobs")),
    )
    rates = ConnectionPool.from_url(
        settings.redis_url or _LOCAL_REDIS,
        socket_connect_timeout=0.3,
        socket_timeout=0.3,
        retry=Retry(NoBackoff(), 0),
    )
    models = model_shelf(settings)
    database = open_database(settings.database_url, settings.data_dir)
    return Services(
        settings=settings,
        stores=stores,
        rates=rates,
        models=models,
        model=models.find(settings.model),
        accounts=Accounts(database),
        surveys=Book(database, stores),
        corrections=Corrections(database, stores, settings.data_dir.resolve() / "corrections"),
    )


def model_shelf(settings: Settings) -> ModelShelf:
    """Return the bundled models and those installed into the data folder."""
    return ModelShelf(folder("models"), settings.data_dir / "models")
