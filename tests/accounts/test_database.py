"""Test migrations, transactions and unavailable databases, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from coralchunk.errors.access import DatabaseDown
from coralchunk.errors.setup import BadSetting, BadSetup
from coralchunk.storage.migrate import migrate
from coralchunk.storage.sql import classifier_tables, dataset_tables, tables
from coralchunk.storage.sql.database import Database, open_database
from tests.accounts.conftest import Open

_ALL_TABLES = (tables.USERS, classifier_tables.NETWORKS, dataset_tables.IMAGES)  # one of each module


def test_the_migrations_make_exactly_the_tables_of_the_code(opened_empty: Open) -> None:
    database = opened_empty()
    migrate(database)

    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.METADATA)

    assert differences == []
    assert {table.metadata for table in _ALL_TABLES} == {tables.METADATA}


def test_a_database_that_is_up_to_date_is_left_as_it_is(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO users (name, password_hash, created_at) VALUES ('a', 'b', 1)"))

    migrate(database)

    with database.reading() as connection:
        assert connection.execute(text("SELECT name FROM users")).scalars().all() == ["a"]


def test_processes_that_start_at_once_do_not_hinder_each_other(opened_empty: Open) -> None:
    databases = [opened_empty() for _ in range(4)]

    with ThreadPoolExecutor(len(databases)) as threads:
        list(threads.map(migrate, databases))

    with databases[0].reading() as connection:
        assert {"users", "tokens"} <= set(inspect(connection).get_table_names())


def test_a_database_of_a_later_version_is_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(BadSetup, match="later version"):
        migrate(database)


def test_a_database_whose_tables_are_still_to_be_made_counts_as_away(opened_empty: Open) -> None:
    database = opened_empty()

    with pytest.raises(DatabaseDown), database.reading() as connection:
        connection.execute(text("SELECT name FROM users"))


def test_a_migration_that_breaks_leaves_nothing_behind(opened_empty: Open) -> None:
    database = opened_empty()
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE tokens (id INTEGER)"))  # in the way of the second table

    with pytest.raises(Exception, match="tokens"):
        migrate(database)

    with database.reading() as connection:
        assert set(inspect(connection).get_table_names()) == {"tokens"}


def test_a_transaction_that_breaks_changes_nothing(database: Database) -> None:
    add = text("INSERT INTO users (name, password_hash, created_at) VALUES ('a', 'b', 1)")

    def add_twice() -> None:
        with database.writing() as connection:
            connection.execute(add)
            connection.execute(add)

    with pytest.raises(IntegrityError):
        add_twice()

    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar_one() == 0


def test_a_token_of_nobody_cannot_be_stored(database: Database) -> None:
    orphan = text(
        "INSERT INTO tokens (user_id, name, sha256, scopes, created_at) VALUES (7, '', 'x', 'read', 1)"
    )

    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(orphan)


def test_writers_wait_for_each_other(opened: Open, database: Database) -> None:
    def add(number: int) -> None:
        with (databases[number % 4]).writing() as connection:
            count = connection.execute(text("SELECT count(*) FROM users")).scalar_one()
            connection.execute(
                text("INSERT INTO users (name, password_hash, created_at) VALUES (:name, 'b', :count)"),
                {"name": str(number), "count": count},
            )

    databases = [opened() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(40)))

    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar_one() == 40


def test_sqlite_keeps_a_log_beside_its_file_so_that_readers_do_not_wait(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    migrate(database)

    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    database.close()
    assert (tmp_path / "coralchunk.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("mysql://root:secret@db/reef", id="another database"),
        pytest.param("reef", id="no URL"),
        pytest.param("postgresql://root:secret@db:port/reef", id="no port"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL") as refused:
        open_database(url, tmp_path)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://reef:secret@127.0.0.1:1/reef", id="nobody listens"),
        pytest.param("sqlite:////nowhere/reef.db", id="no such folder"),
    ],
)
def test_a_database_that_does_not_answer_is_told_as_such(url: str, tmp_path: Path) -> None:
    database = open_database(url, tmp_path)

    with pytest.raises(DatabaseDown):
        database.check()

    assert "secret" not in database.place
