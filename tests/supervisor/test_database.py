"""Test that a new database knows the models of the server before users make classifiers."""

from pathlib import Path

from sqlalchemy import select

from coralchunk.config import Settings
from coralchunk.storage.sql.classifier_tables import CLASSIFIERS
from coralchunk.storage.sql.database import open_database
from coralchunk.supervisor.database import prepare_database


def test_the_bundled_model_is_the_first_classifier_of_a_new_database(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    places = {prepare_database(settings) for _ in range(2)}

    database = open_database(None, tmp_path)
    with database.reading() as connection:
        rows = connection.execute(select(CLASSIFIERS.c.id, CLASSIFIERS.c.name)).all()
    database.close()
    assert [tuple(row) for row in rows] == [(1, "coralchunk-lite0")]
    assert places == {database.place}
