"""Remove trained models whose classifier was deleted."""

from typing import Final

from coralchunk.config import Settings
from coralchunk.storage.files.trained_models import TrainedModels
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.rows import classifiers
from coralchunk.storage.sql.database import open_database

_JUST_STORED_S: Final = 3600  # a younger model may be about to get its version


def sweep_trained_models(settings: Settings, now: float) -> int:
    """Remove trained models that are older than an hour and have no classifier. Returns how many.

    now  Unix seconds

    Raises DatabaseDown, StorageDown.
    """
    trained = TrainedModels(open_named_store(settings, "trained-models"))
    old = [
        (label, number) for label, number, changed_at in trained.stored() if now - changed_at > _JUST_STORED_S
    ]
    database = open_database(settings.database_url, settings.data_dir)
    try:
        with database.reading() as connection:
            known = classifiers.known_classifiers(connection, [number for _, number in old])
    finally:
        database.close()
    orphans = [label for label, number in old if number not in known]
    for label in orphans:
        trained.delete(label)
    return len(orphans)
