"""Test that a new database knows the models of the server, and that one of another encoding is refused."""

from pathlib import Path

import pytest
from sqlalchemy import select

from coralchunk.config import Settings
from coralchunk.errors.access import DatabaseDown
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


@pytest.mark.parametrize(
    ("start", "said"),
    [
        pytest.param(0, "is damaged: file is not a database", id="first page"),
        pytest.param(4096, "is damaged: .*malformed", id="later pages"),
    ],
)
def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path, start: int, said: str) -> None:
    settings = Settings(data_dir=tmp_path)
    prepare_database(settings)
    file = tmp_path / "coralchunk.db"
    content = file.read_bytes()
    file.write_bytes(content[:start] + b"\xa5" * (len(content) - start))

    with pytest.raises(DatabaseDown, match=said):
        prepare_database(settings)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_store_every_text_is_refused(
    postgresql: Postgres, tmp_path: Path, encoding: str
) -> None:
    database = open_database(postgresql.new_database_in(encoding), tmp_path)

    with pytest.raises(BadSetup, match=f"stores text as {encoding}.*needs UTF8.*ENCODING 'UTF8'"):
        database.check()
    database.close()
