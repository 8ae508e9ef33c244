"""Test surveys and corrections as rows, in both databases, with concurrent writers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from coralchunk.storage.migrate import migrate
from coralchunk.storage.rows import correction_events, corrections, surveys
from coralchunk.storage.rows.corrections import Correction
from coralchunk.storage.sql.database import Database, open_database
from coralchunk.storage.sql.tables import CORRECTIONS
from tests.accounts.test_takeover import migrate_to
from tests.surveys.conftest import photo, survey

SURVEY = survey().survey
CORRECTION = Correction(
    job_id=2**53 - 1,
    chunk=3,
    owner="",
    photo_key="0" * 32,
    label="healthy",
    by=None,
    corrected_at=1.9e9,
    said="bleached",
    bleached=0.8,
    healthy=0.1,
    not_coral=0.1,
    model_name="coralchunk-lite0",
    model_version="0.2.0",
    model_sha256="e3" * 32,
    window_x=0,
    window_y=244,
    photo_width=900,
    photo_height=600,
)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    database = open_database(database_url, tmp_path)
    yield database
    database.close()


def test_a_job_is_in_a_survey_once_whoever_adds_it_at_once(database: Database) -> None:
    def add(name: str) -> bool:
        with database.writing() as connection:
            return surveys.add_photo(connection, photo(1, name=name), b"[]")

    with database.writing() as connection:
        surveys.add_survey(connection, SURVEY)
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(add, "abcd"))

    with database.reading() as connection:
        (kept,) = surveys.photos_of(connection, [SURVEY.id])
        assert surveys.find_survey(connection, SURVEY.id) == SURVEY
    assert sorted(added) == [False, False, False, True]
    assert replace(kept, id=1, name="1.jpg") == photo(1)


def test_of_two_who_lock_a_survey_one_waits_for_the_other(database: Database) -> None:
    def add(number: int) -> int:
        with database.writing() as connection:
            assert surveys.lock_survey(connection, SURVEY.id)
            known = surveys.photo_of_file(connection, SURVEY.id, "ab" * 32)
            if known is None:
                surveys.add_photo(connection, photo(number, sha256="ab" * 32), b"[]")
            return number if known is None else 0

    with database.writing() as connection:
        surveys.add_survey(connection, SURVEY)
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(add, (1, 2, 3, 4)))

    with database.reading() as connection:
        (kept,) = surveys.photos_of(connection, [SURVEY.id])
        assert surveys.photo_of_file(connection, SURVEY.id, "ab" * 32) == kept
        assert surveys.photo_of_file(connection, SURVEY.id, "cd" * 32) is None
    assert sorted(added)[:3] == [0, 0, 0]


def test_a_survey_that_is_gone_cannot_be_locked(database: Database) -> None:
    with database.writing() as connection:
        assert not surveys.lock_survey(connection, SURVEY.id)


def test_a_photo_of_no_survey_is_not_kept(database: Database) -> None:
    with database.writing() as connection:
        assert not surveys.add_photo(connection, photo(1), b"[]")

    with database.reading() as connection:
        assert surveys.photos_of(connection, [SURVEY.id]) == []


def test_photos_go_with_their_survey(database: Database) -> None:
    with database.writing() as connection:
        surveys.add_survey(connection, SURVEY)
        surveys.add_photo(connection, photo(1), b"[]")
        surveys.delete_survey(connection, SURVEY.id)

    with database.reading() as connection:
        assert surveys.photos_of(connection, [SURVEY.id]) == []


def test_of_corrections_of_one_chunk_that_come_at_once_one_stays(database: Database) -> None:
    def keep(by: str) -> None:
        with database.writing() as connection:
            corrections.keep_correction(connection, replace(CORRECTION, by=by))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(keep, "abcd"))

    with database.reading() as connection:
        (kept,) = corrections.corrections_of(connection, CORRECTION.job_id)
        assert corrections.all_corrections(connection) == [kept]
    assert kept.by in {*"abcd"}
    assert replace(kept, by=None) == CORRECTION


def test_the_log_keeps_what_was_said_before_and_nothing_that_was_said_twice(database: Database) -> None:
    said = [("healthy", "Ana"), ("healthy", "Ana"), ("healthy", "Ben"), ("not coral", "Ben")]

    for number, (label, by) in enumerate(said):
        with database.writing() as connection:
            given = replace(CORRECTION, label=label, by=by, corrected_at=1.9e9 + number)
            corrections.keep_correction(connection, given)
    for _ in range(2):
        with database.writing() as connection:
            corrections.delete_correction(connection, CORRECTION.job_id, CORRECTION.chunk, "Ana", 1.9e9 + 9)

    with database.reading() as connection:
        events = correction_events.events_of_jobs(connection, [CORRECTION.job_id, 7])
    assert [(one.by, one.from_label, one.to_label, one.at - 1.9e9) for one in events] == [
        ("Ana", None, "healthy", 0),
        ("Ben", "healthy", "healthy", 2),
        ("Ben", "healthy", "not coral", 3),
        ("Ana", "not coral", None, 9),
    ]
    assert {one.said for one in events} == {"bleached"}


def test_corrections_of_earlier_versions_are_the_first_events(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/old.db", tmp_path)
    migrate_to(database, "0011")
    with database.writing() as connection:
        connection.execute(insert(CORRECTIONS).values(asdict(CORRECTION)))

    migrate(database)

    with database.reading() as connection:
        (event,) = correction_events.events_of_jobs(connection, [CORRECTION.job_id])
    database.close()
    assert (event.from_label, event.to_label, event.at) == (None, CORRECTION.label, CORRECTION.corrected_at)
