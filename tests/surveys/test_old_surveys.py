"""Test that figures of surveys from earlier versions are computed again from what was stored."""

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from coralchunk.services import Services
from coralchunk.storage.migrate import migrate
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.sql.database import open_database
from coralchunk.surveys.evidence import Evidence
from coralchunk.surveys.service import SurveyService
from tests.accounts.test_takeover import migrate_to
from tests.surveys.conftest import MODEL

PX = 244 * 244
SURVEY = (
    "INSERT INTO surveys (id, name, site, date, created_at) VALUES (7, 'Flynn', '', '2024-03-09', 1800000000)"
)
PHOTO = (
    "INSERT INTO survey_photos (survey_id, job_id, name, added_at, width, height, bleached_px, coral_px,"
    " judged_px, coral_chunks, summary, chunks) VALUES (7, :job, :name, 1800000000, 900, 700, :bleached,"
    " :coral, :known, :count, :summary, :chunks)"
)


def test_an_old_survey_weighs_its_photos_alike(
    services: Services, empty_database_url: str, tmp_path: Path
) -> None:
    database = open_database(empty_database_url, tmp_path)
    migrate_to(database, "0003")
    with database.writing() as connection:
        connection.execute(text(SURVEY))
        for job, (bleached, coral, known) in enumerate([(10, 20, 100), (0, 90, 300), (5, 20, 100)], start=1):
            row = {"job": job, "name": f"{job}.jpg", "count": coral, "summary": json.dumps({"model": MODEL})}
            areas = {"bleached": bleached * PX, "coral": coral * PX, "known": known * PX}
            connection.execute(text(PHOTO), row | areas | {"chunks": zlib.compress(b"[]")})

    migrate(database)
    evidence = Evidence(replace(services.stores, kept=FolderStore(tmp_path / "surveys")))
    measured = SurveyService(database, services.stores, services.models, evidence).get(7, None)

    assert measured.cover.coral.value == pytest.approx((0.2 + 0.3 + 0.2) / 3)
    assert measured.cover.bleached.value == pytest.approx(0.15 / 0.7)
    assert [photo.sha256 for photo in measured.photos] == [None] * 3
    database.close()


def test_no_step_of_the_migration_loses_photos(empty_database_url: str, tmp_path: Path) -> None:
    database = open_database(empty_database_url, tmp_path)
    migrate_to(database, "0003")
    row = {"job": 1, "name": "1.jpg", "count": 1, "summary": "{}", "bleached": 1, "coral": 2, "known": 3}
    with database.writing() as connection:
        connection.execute(text(SURVEY))
        connection.execute(text(PHOTO), row | {"chunks": zlib.compress(b"[]")})

    migrate(database)

    with database.reading() as connection:
        assert connection.execute(text("SELECT name FROM survey_photos")).scalars().all() == ["1.jpg"]
    database.close()
