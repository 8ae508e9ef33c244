"""Open a database with complete transactions: SQLite in a file, or PostgreSQL."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from coralchunk.errors.access import DatabaseDown
from coralchunk.errors.setup import BadSetting, BadSetup

_FILE: Final = "coralchunk.db"
_VARIABLE: Final = "DATABASE_URL"
_TIMEOUT_S: Final = 5
_NO_SUCH_TABLE: Final = "42P01"  # PostgreSQL, appendix A; a server that has just started is about to make it
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WRITES: Final = "coralchunk_writes"  # execution option: this transaction is going to write
#: Options of libpq by which a connection to a host that is gone, which nobody closes, ends in seconds.
_LOST: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * _TIMEOUT_S,
}
_DRIVERS: Final = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}


class Database:
    """A pool of connections; the first is made when it is needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine: Final = engine

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that changes nothing. Raises DatabaseDown."""
        with _answering(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Begin a transaction that happens whole when the block ends, or not at all. Raises DatabaseDown."""
        with _answering(), self._engine.execution_options(**{_WRITES: True}).begin() as connection:
            yield connection

    def check(self) -> None:
        """Ask it something. Raises DatabaseDown."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close its connections."""
        self._engine.dispose()


def open_database(url: str | None, data_dir: Path) -> Database:
    """Return the database of a URL, or the SQLite file in `data_dir`.

    Raises BadSetting for a URL that cannot be used.
    """
    if url is None:
        data_dir = data_dir.resolve()
        return Database(_sqlite(URL.create("sqlite", database=str(data_dir / _FILE))))
    kind = url.partition(":")[0]  # only this is shown: the rest may contain a password
    try:
        parsed = make_url(url)
        driver = _DRIVERS[parsed.drivername]
        return Database(_sqlite(parsed) if driver == "sqlite" else _postgresql(parsed.set(drivername=driver)))
    except (ArgumentError, KeyError, ValueError):
        raise BadSetting(_VARIABLE, kind, "use postgresql://user:password@host/name") from None
    except ModuleNotFoundError:
        raise BadSetting(_VARIABLE, kind, "needs a driver: pip install 'coralchunk[postgres]'") from None


def _postgresql(url: URL) -> Engine:
    # A connection that died while it lay in the pool is replaced before it is used.
    limits = {"connect_timeout": _TIMEOUT_S, **_LOST}
    engine = create_engine(url, pool_pre_ping=True, pool_timeout=_TIMEOUT_S, connect_args=limits)
    event.listen(engine, "connect", _check_encoding, insert=True)  # before SQLAlchemy reads its first answer
    return engine


def _check_encoding(connection: Any, _record: object) -> None:  # noqa: ANN401 - of psycopg, an extra
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise BadSetup(
            f"The database {connection.info.dbname} stores text as {encoding}; coralchunk needs UTF8. Create"
            " a database with CREATE DATABASE coralchunk ENCODING 'UTF8' TEMPLATE template0."
        )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _TIMEOUT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver would begin and end transactions implicitly, and never for a CREATE TABLE.
    connection.isolation_level = None
    _log_ahead(connection)  # readers and one writer do not wait for each other
    connection.execute("PRAGMA foreign_keys = ON")
    # SQLite's own knows only the letters of ASCII.
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.execute("PRAGMA synchronous = FULL")  # what was answered is on disk, as with photos


def _lower(content: str | float | bytes | None) -> str | float | bytes | None:
    return content.lower() if isinstance(content, str) else content


def _log_ahead(connection: sqlite3.Connection) -> None:
    # The first to open a new file changes it permanently. SQLite refuses this at once to others that try at
    # the same moment; for all other locks it waits for the timeout.
    deadline = time.monotonic() + _TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            threading.Event().wait(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # One that reads first and then writes would fail at once if another wrote in between.
    is_writing = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as lost:
        raise DatabaseDown from lost
    except DBAPIError as failure:
        if getattr(failure.orig, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            raise DatabaseDown(str(failure.orig)) from failure
        if failure.connection_invalidated or getattr(failure.orig, "sqlstate", None) == _NO_SUCH_TABLE:
            raise DatabaseDown from failure
        raise
