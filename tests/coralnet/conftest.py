"""Provide a host of photos, an app that may fetch from it, a worker, and a user with a token."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from coralchunk.storage.rows.users import add_user
from coralchunk.storage.sql.database import open_database
from jobs.worker import ChunkWorker
from tests.coralnet.host import ImageHost
from tests.hashing import QUICK_HASHER
from tests.server import RunningServer
from tests.users import add_user_with_token
from tests.waiting import wait_for

MEDIA_TYPE = "application/vnd.api+json"
PASSWORD = "parrotfish"  # noqa: S105 - of a made-up user
Ask = Callable[..., TestResponse]
WorkOff = Callable[..., None]


@pytest.fixture(scope="session")
def host() -> Iterator[ImageHost]:
    running = ImageHost()
    yield running
    running.close()


@pytest.fixture(scope="session")
def reef_server(tmp_path_factory: pytest.TempPathFactory, host: ImageHost) -> Iterator[RunningServer]:
    """A running server that may fetch from the host, three photos at once, and knows ana."""
    running = RunningServer(
        tmp_path_factory.mktemp("coralnet") / "data",
        FETCH_URLS="1",
        FETCH_ALLOW=f"127.0.0.1:{host.port}",
        FETCH_PARALLEL="3",
    )
    running.start()
    try:
        running.client.headers["X-API-KEY"] = add_user_with_token(running, "ana")
        yield running
    finally:
        running.destroy()


@pytest.fixture(scope="session")
def password_hash() -> str:
    """What is kept of the password; it takes a while to make."""
    return PasswordHasher().hash(PASSWORD)


@pytest.fixture
def settings(services: Services, host: ImageHost, database_url: str) -> Settings:
    changed = {
        "fetch_urls": True,
        "fetch_allow": (f"127.0.0.1:{host.port}",),
        "max_upload_mb": 1,
        "database_url": database_url,
    }
    return services.settings.model_copy(update=changed)


@pytest.fixture
def accounts(settings: Settings, password_hash: str) -> Iterator[Accounts]:
    database = open_database(settings.database_url, settings.data_dir)
    with database.writing() as connection:
        for name in ("ana", "ben"):
            add_user(connection, name, password_hash, 1.0)
    yield Accounts(database, QUICK_HASHER)
    database.close()


@pytest.fixture
def app(client_of: Callable[[Settings], FlaskClient], settings: Settings, accounts: Accounts) -> FlaskClient:
    return client_of(settings)


@pytest.fixture
def token(accounts: Accounts) -> str:
    return accounts.create_token("ana", "", frozenset(Scope), 1.0)


@pytest.fixture
def ask(app: FlaskClient, token: str) -> Ask:
    """Asks as ana; with a document, by POST."""

    def send(path: str, document: object = None, **options: Any) -> TestResponse:
        headers = options.pop("headers", {"Authorization": f"Token {token}"})
        if document is None:
            return app.get(path, headers=headers, **options)
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return app.post(path, data=body, content_type=MEDIA_TYPE, headers=headers, **options)

    return send


@pytest.fixture
def fetching(context: WorkerContext, settings: Settings) -> WorkerContext:
    """What a worker of that app has at hand."""
    return replace(context, stores=replace(context.stores, settings=settings))


@pytest.fixture
def work_off(fetching: WorkerContext) -> WorkOff:
    """Runs a worker until no job is open, or until another end is reached."""

    def work(is_enough: Callable[[], bool] | None = None) -> None:
        stores = fetching.stores

        def is_over() -> bool:
            return is_enough() if is_enough is not None else not stores.records.open_jobs()

        while not is_over():
            # Photos are fetched beside the worker, which ends meanwhile.
            wait_for(lambda: stores.admission.load().tasks or is_over(), "a task or the end")
            name = f"tests.{secrets.token_hex(4)}"
            ChunkWorker(name, fetching).work(burst=True, logging_level="CRITICAL")

    return work


def image(url: str, *points: tuple[int, int]) -> dict[str, Any]:
    """Write one image as scripts do; points are (row, column)."""
    asked = [{"row": row, "column": column} for row, column in points or [(10, 20)]]
    return {"type": "image", "attributes": {"url": url, "points": asked}}


def images(*asked: dict[str, Any]) -> dict[str, Any]:
    return {"data": list(asked)}
