"""Prepare the database before anything is served from it."""

from coralchunk.config import Settings
from coralchunk.storage.migrate import migrate
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.storage.registry import Registry
from coralchunk.storage.sql.database import open_database


def prepare_database(settings: Settings) -> str:
    """Migrate the database, and number the models of this server. Returns where the database is.

    Users can number classifiers of their own only afterwards, so in a new database the bundled model has
    number 1, as scripts expect it. Raises BadSetup and DatabaseDown.
    """
    database = open_database(settings.database_url, settings.data_dir)
    try:
        migrate(database)
        models = open_model_repository(settings)
        Registry(database, models, models.find(settings.model)).classifiers()
    finally:
        database.close()
    return database.place
