"""Test that a new database knows the models of the server, and that one of another encoding is refused."""

from pathlib import Path

import pytest
from sqlalchemy import select

from coralchunk.config import Settings
from coralchunk.errors.setup import BadSetup
from coralchunk.storage.sql.classifier_tables import CLASSIFIERS
from coralchunk.storage.sql.database import open_database
from coralchunk.supervisor.database import prepare_database
from tests.postgres import Postgres


def test_the_bundled_model_is_the_first_classifier_of_a_new_database(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    places = {prepare_database(settings) for _ in range(2)}

    database = open_database(None, tmp_path)
    with database.reading() as connection:
        rows = connection.execute(select(CLASSIFIERS.c.id, CLASSIFIERS.c.name)).all()
    database.close()
    assert [tuple(row) for row in rows] == [(1, "coralchunk-lite0")]
    assert places == {database.place}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_store_every_text_is_refused(
    postgresql: Postgres, tmp_path: Path, encoding: str
) -> None:
    database = open_database(postgresql.new_database_in(encoding), tmp_path)

    with pytest.raises(BadSetup, match=f"stores text as {encoding}.*needs UTF8.*ENCODING 'UTF8'"):
        database.check()
    database.close()
