"""Run a PostgreSQL for the tests from the machine's packages, on a socket in its own folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from coralchunk.storage.migrate import migrate
from coralchunk.storage.sql.database import open_database

_USER = "postgres"
_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # where Debian puts what `initdb` needs

# A file system in memory: each new database is a copy of 300 files, and writing those to a disk costs 0.1 s.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - `mkdtemp` makes a folder of our own in it
_MIN_FREE_BYTES: Final = 2 << 30  # containers often have 64 MB


class Postgres:
    """One PostgreSQL server; each test creates its own database.

    address  to listen on, in addition to the socket
    place    the words before a command that make it run on another host
    """

    def __init__(self, binaries: Path, address: str = "", place: Sequence[str] = ()) -> None:
        self._address, self._place = address, place
        # Not below pytest's folder, which only root may enter; the server refuses to run as root.
        self._folder = Path(tempfile.mkdtemp(prefix="coralchunk-pg-", dir=_memory()))
        self._binaries = binaries
        self._made = 0
        self._template: str | None = None
        if os.geteuid() == 0:
            shutil.chown(self._folder, _USER)
        self._run("initdb", "-D", str(self._folder / "data"), "-A", "trust", "-U", _USER, "-E", "UTF8")
        if address:
            with (self._folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {address}/24 trust\n")
        self.start()

    def start(self) -> None:
        """Start it, with the data that it had."""
        options = f"-c listen_addresses={self._address} -c fsync=off -k {self._folder}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        return self._create("template1")

    def new_database_in(self, encoding: LiteralString) -> str:
        """Return the URL of an empty database that stores text in an encoding."""
        return self._create("template0", f" ENCODING '{encoding}' LOCALE 'C'")

    def new_migrated_database(self) -> str:
        """Return the URL of an up-to-date database without rows, a copy of the first of its kind."""
        if self._template is None:
            url = self.new_database()
            database = open_database(url, Path())
            migrate(database)
            database.close()
            self._template = f"test{self._made}"
        return self._create(self._template)

    def drop(self, url: str) -> None:
        """Remove a database of this server, even if there are connections to it."""
        with self._connection() as server:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(urlsplit(url).path[1:])))

    def kill(self) -> None:
        """End it as a power cut does."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", "immediate", "stop")

    def stop(self) -> None:
        """End it and remove all it had."""
        self.kill()
        shutil.rmtree(self._folder)

    def _create(self, template: str, options: LiteralString = "") -> str:
        self._made += 1
        name = f"test{self._made}"
        with self._connection() as server:
            server.execute(
                SQL("CREATE DATABASE {} TEMPLATE {}" + options).format(Identifier(name), Identifier(template))
            )
        if self._address:
            return f"postgresql://{_USER}@{self._address}/{name}"
        return f"postgresql://{_USER}@/{name}?host={self._folder}"

    def _connection(self) -> psycopg.Connection:
        return psycopg.connect(f"postgresql://{_USER}@/postgres?host={self._folder}", autocommit=True)

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
        command = [*self._place, *as_user, str(self._binaries / program), *arguments]
        # To files, not pipes: the server inherits them, and a pipe would be waited on until it ends.
        with (self._folder / "commands").open("ab") as log:
            subprocess.run(command, check=True, cwd="/", stdout=log, stderr=log, timeout=120)


def why_not() -> str | None:
    """Say why there can be no PostgreSQL here, if so."""
    if not _PLACES:
        return "PostgreSQL is not installed; on Debian and Ubuntu: apt install postgresql"
    if os.geteuid() == 0 and _USER not in {entry.pw_name for entry in pwd.getpwall()}:
        return f"PostgreSQL does not run as root, and there is no user {_USER!r}"
    return None


def _memory() -> Path | None:
    """Return where files stay in memory, if there is enough room; None for the usual place on disk."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _MIN_FREE_BYTES
    return _MEMORY if has_room else None


def newest() -> Path:
    """Return the folder of the newest PostgreSQL; only where `why_not` has nothing to say."""
    return _PLACES[-1]


def start() -> Postgres:
    """Start one; only where `why_not` has nothing to say."""
    return Postgres(newest())
