"""Provide what tests share: a real server, a real Redis, and the services of one process."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from limits.storage import RedisStorage
from werkzeug.routing import Rule

from coralchunk.app import create_app
from coralchunk.config import VARIABLES, Settings
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext, open_worker_context
from coralchunk.services import Services, open_services
from coralchunk.supervisor.child_process import Process
from coralchunk.supervisor.redis_server import RedisServer
from tests import object_store, postgres
from tests.databases import migrated_sqlite
from tests.object_store import ObjectStoreServer
from tests.server import RunningServer
from tests.users import add_user_with_token
from tests.waiting import wait_for

# A busy machine must not fail a test: properties are about answers, not about time.
hypothesis_settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
# pytest --hypothesis-profile=thorough: more examples, and others each time.
hypothesis_settings.register_profile(
    "thorough", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("ci")

# Processes that tests start, and later runs, load compiled modules instead of compiling them all anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - of Python, not a setting
sys.dont_write_bytecode = False

ORIGIN = "https://app.example"
MAX_UPLOAD_MB = 8
MAX_PIXELS = 40_000_000


# Files that take longest, first: one that is begun last would leave the other processes without work. The
# hosts of tests/cluster come before all browsers, which drop requests when network interfaces change. Files
# with a browser come last: its driver leaves an event loop running in the process, which asyncio.run refuses.
_BEGUN_FIRST = (
    "cluster/test_hosts.py",
    "test_chaos.py",
    "api/test_fuzzed.py",
    "test_faults.py",
    "training/test_trainings.py",
    "test_object_storage.py",
    "test_outages.py",
    "test_roles.py",
    "ximilar/test_training.py",
    "test_operations.py",
)

# What starts servers, databases or a browser; their tests are not for `make fast`.
_PROCESSES = frozenset(
    (
        "browser",
        "database_url",
        "disturbed_server",
        "empty_database_url",
        "network_server",
        "object_store_server",
        "own_server",
        "postgresql",
        "redis_url",
        "reef_server",
        "server",
        "storage_url",
        "torch_server",
    )
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the test of a whole day take as many photos as a survey has: pytest --day-photos=200 tests/web."""
    parser.addoption("--day-photos", default="24", help="photos of the test of a whole day in the app")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that need another process as slow, before tests are chosen by their marks, and order files.

    Tests with a browser run no code of the server themselves, so their own process is not traced meanwhile.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if _PROCESSES.intersection(fixtures):
            item.add_marker(pytest.mark.slow)
        if "browser" in fixtures:
            item.add_marker(pytest.mark.no_cover)
    tests = Path(__file__).parent
    ranks = {tests / name: rank for rank, name in enumerate(_BEGUN_FIRST)}
    with_browser = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks) + (item.path in with_browser)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect tests without garbage collection: it would search the objects of all modules many times."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()  # modules and tests last
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _routes_compiled_untraced() -> Iterator[None]:
    """Measure no coverage while Werkzeug compiles routes.

    Traced, that is four fifths of the time that it takes to create an app, and tests create hundreds.
    """
    compile_route = Rule.compile

    def compile_untraced(rule: Rule) -> None:
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            compile_route(rule)
        finally:
            sys.settrace(trace)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_untraced)
        yield


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """An RQ worker in this process replaces the signal handlers permanently; restore them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that the whole session shares; tests must not disturb it."""
    running = RunningServer(
        tmp_path_factory.mktemp("shared") / "data",
        MAX_UPLOAD_MB=str(MAX_UPLOAD_MB),
        MAX_PIXELS=str(MAX_PIXELS),
        FETCH_URLS="1",
        CORS_ORIGINS=f"{ORIGIN}, https://lab.example:8443",
    )
    running.start()
    yield running
    status, left = running.stop(), running.processes()
    running.destroy()
    assert (status, left) == (0, [])


@pytest.fixture(scope="session")
def server_token(server: RunningServer) -> str:
    """A token for all that the shared server can be asked for."""
    return add_user_with_token(server, "reef")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Starts servers that the test alone uses and may harm; takes settings, names without their prefix."""
    started: list[RunningServer] = []

    def start(**settings: str) -> RunningServer:
        running = RunningServer(tmp_path / "data", **settings)
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        running.destroy()


@pytest.fixture(scope="session")
def _disturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningServer]]:
    """The server that tests disturb, if it is fit for the next one: a list of one or none."""
    servers: list[RunningServer] = []
    yield servers
    for running in servers:
        running.destroy()


@pytest.fixture
def disturbed_server(
    _disturbed: list[RunningServer], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server with default settings whose processes a test may halt, kill, stop and start.

    Other tests have used it before: their jobs and users are still there. All processes run, and no job is
    open; if it is not like this soon after a test, the next test gets a new one.
    """
    if not _disturbed:
        running = RunningServer(tmp_path_factory.mktemp("disturbed") / "data")
        _disturbed.append(running)
        running.start()
    running = _disturbed[0]
    yield running
    if not running.settles():
        _disturbed.clear()
        running.destroy()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of the session's own; `stores` empties it for each test."""
    redis = RedisServer(tmp_path_factory.mktemp("redis"))
    process: Process = redis.start()
    yield redis.url
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: process.poll() is not None, "the end of Redis")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Postgres]:
    """A PostgreSQL of the session's own, where the machine has one."""
    reason = postgres.why_not()
    if reason is not None:
        pytest.skip(reason)
    running = postgres.start()
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind that is up to date and has no rows."""
    if request.param == "sqlite":
        (tmp_path / "test.db").write_bytes(migrated_sqlite())
        yield f"sqlite:///{tmp_path}/test.db"
        return
    running: postgres.Postgres = request.getfixturevalue("postgresql")
    url = running.new_migrated_database()
    yield url
    running.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    return str(request.getfixturevalue("postgresql").new_database())


@pytest.fixture(scope="session")
def object_store_server() -> Iterator[ObjectStoreServer]:
    """An S3 server of the session's own, where its package is installed."""
    reason = object_store.why_not()
    if reason is not None:
        pytest.skip(reason)
    running = ObjectStoreServer()
    running.start()
    yield running
    running.destroy()


@pytest.fixture
def s3(object_store_server: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch) -> ObjectStoreServer:
    """The S3 server, with the environment variables by which a client in this process finds it."""
    for name, value in object_store_server.environment.items():
        monkeypatch.setenv(name, value)
    return object_store_server


@pytest.fixture(params=["folder", "s3"])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "folder":
        return str(tmp_path / "objects")
    return f"s3://{request.getfixturevalue('s3').new_bucket()}/some/prefix"


@pytest.fixture
def services(redis_url: str, tmp_path: Path) -> Iterator[Services]:
    """The services of one process: two workers planned for, an empty Redis, an empty folder."""
    settings = Settings(workers=2, data_dir=tmp_path / "data", redis_url=redis_url)
    opened = open_services(settings, redis_timeout_s=5)
    opened.stores.redis.flushall()
    yield opened
    opened.stores.redis.close()
    opened.accounts.database.close()


@pytest.fixture
def stores(services: Services) -> Stores:
    return services.stores


@pytest.fixture
def context(services: Services) -> Iterator[WorkerContext]:
    """What one worker has at hand, with the bundled model loaded."""
    opened = open_worker_context(services.stores, services.models, services.model)
    yield opened
    opened.networks.close()


@pytest.fixture
def client_of() -> Iterator[Callable[[Settings], FlaskClient]]:
    """Makes clients of an app in this process that is set up in another way."""
    made: list[tuple[Flask, Services]] = []

    def make(settings: Settings) -> FlaskClient:
        opened = open_services(settings, redis_timeout_s=1)
        app = create_app(opened)
        made.append((app, opened))
        return app.test_client()

    yield make
    for app, opened in made:
        opened.stores.redis.close()
        opened.accounts.database.close()
        for limiter in app.extensions["limiter"]:
            if isinstance(limiter.storage, RedisStorage):
                limiter.storage.storage.close()


@pytest.fixture
def client(client_of: Callable[[Settings], FlaskClient], services: Services) -> FlaskClient:
    return client_of(services.settings)
