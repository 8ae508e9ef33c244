"""Test that databases of earlier versions keep their classifiers, labels and tokens."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import coralchunk.storage
from coralchunk.config import Settings
from coralchunk.storage.migrate import migrate
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.storage.registry import Registry
from coralchunk.storage.revision import newest_revision
from coralchunk.storage.sql.database import Database
from tests.accounts.conftest import Open

STEPS = str(Path(coralchunk.storage.__file__).parent / "migrations")


def migrate_to(database: Database, step: str) -> None:
    """Bring an empty database to what an earlier version made of it."""
    steps = ScriptDirectory(STEPS, version_locations=[STEPS])
    environment = EnvironmentContext(
        Config(), steps, fn=lambda at, _: steps._upgrade_revs(step, at), destination_rev=step
    )
    with database.writing() as connection, environment:
        environment.configure(connection=connection)
        environment.run_migrations()


def test_the_newest_step_is_known_without_alembic() -> None:
    assert newest_revision() == ScriptDirectory(STEPS, version_locations=[STEPS]).get_current_head()


@pytest.fixture
def earlier(opened_empty: Open) -> Database:
    """A database as version 0.3.0 left it, with numbers that later rows must not take."""
    database = opened_empty()
    migrate_to(database, "0003")
    with database.writing() as connection:
        for statement in (
            "INSERT INTO classifiers (id, name) VALUES (1, 'coralchunk-lite0'), (7, 'lagoon')",
            "INSERT INTO labels (id, code, name) VALUES (1, 'BLEACHED', 'bleached'),"
            " (2, 'HEALTHY', 'healthy'), (9, 'NOT_CORAL', 'not coral')",
            "INSERT INTO users (id, name, password_hash, created_at) VALUES (1, 'ana', 'x', 1)",
            "INSERT INTO tokens (id, user_id, name, sha256, scopes, created_at)"
            " VALUES (1, 1, 'all', 'a', 'classify read', 1), (2, 1, 'some', 'b', 'read', 1)",
        ):
            connection.execute(text(statement))
    return database


def test_numbers_stay_and_later_ones_do_not_take_them(earlier: Database, tmp_path: Path) -> None:
    migrate(earlier)
    models = open_model_repository(Settings(data_dir=tmp_path))

    (known,) = Registry(earlier, models, models.find()).classifiers()

    assert known.id == 1
    assert {label.name: label.id for label in known.labels} == {"bleached": 1, "healthy": 2, "not coral": 9}
    with earlier.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO classifiers (kind, name, slug, description, metadata, last_number,"
                " created_at, updated_at)"
                " VALUES ('task', 'lagoon', 'another', '', '{}', 0, 1, 1)"
            )
        )
        assert connection.execute(text("SELECT max(id) FROM classifiers")).scalar_one() == 8


def test_surveys_keep_their_photos(earlier: Database) -> None:
    with earlier.writing() as connection:
        for statement in (
            "INSERT INTO surveys (id, name, site, date, created_at) VALUES (5, 'wall', '', '2024-03-09', 1)",
            "INSERT INTO survey_photos (survey_id, job_id, name, added_at, width, height, bleached_px,"
            " coral_px, judged_px, coral_chunks, summary, chunks)"
            " VALUES (5, 7, 'a.jpg', 1, 1, 1, 0, 0, 0, 0, '{}', 'x')",
        ):
            connection.execute(text(statement))

    migrate(earlier)

    with earlier.reading() as connection:
        photos = connection.execute(text("SELECT survey_id, job_id FROM survey_photos")).all()
    assert [tuple(photo) for photo in photos] == [(5, 7)]


def test_tokens_for_everything_are_for_the_new_things_too(earlier: Database) -> None:
    migrate(earlier)

    with earlier.reading() as connection:
        scopes = connection.execute(text("SELECT scopes FROM tokens ORDER BY id")).scalars().all()
    assert scopes == ["classify networks read train", "read"]


def test_two_users_may_give_a_classifier_the_same_name(database: Database) -> None:
    with database.writing() as connection:
        for user_id in (1, 2):
            connection.execute(
                text(f"INSERT INTO users (name, password_hash, created_at) VALUES ('u{user_id}', 'x', 1)")  # noqa: S608
            )
            connection.execute(
                text(
                    "INSERT INTO classifiers (user_id, kind, name, slug, description, metadata, last_number,"
                    " created_at, updated_at) VALUES (:user_id, 'task', 'reef', 'reef', '', '{}', 0, 1, 1)"
                ),
                {"user_id": user_id},
            )

    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM classifiers")).scalar_one() == 2
