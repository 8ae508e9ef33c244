"""Remove the kept photos and maps of surveys and users that were deleted."""

import re
from typing import Final

from coralchunk.config import Settings
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.rows import surveys
from coralchunk.storage.sql.database import open_database

_JUST_STORED_S: Final = 3600  # a younger folder of a survey may be about to get the row of its photo
_FOLDER: Final = re.compile(r"(\d{1,16})-(\d{1,16})")  # as in Evidence
_BATCH: Final = 500  # surveys per database query


def sweep_evidence(settings: Settings, now: float) -> int:
    """Remove what is kept of photos whose survey is gone, or that are in no survey. Returns how many photos.

    now  Unix seconds

    Raises DatabaseDown, StorageDown.
    """
    store = open_named_store(settings, "surveys")
    kept: dict[tuple[int, int], float] = {}
    for folder in store.folders():
        if named := _FOLDER.fullmatch(folder.name):
            kept[int(named[1]), int(named[2])] = folder.changed_at
    if not kept:
        return 0
    asked = sorted({survey_id for survey_id, _ in kept})
    known: dict[int, set[int]] = {}
    database = open_database(settings.database_url, settings.data_dir)
    try:
        for first in range(0, len(asked), _BATCH):
            with database.reading() as connection:
                known |= surveys.jobs_of_surveys(connection, asked[first : first + _BATCH])
    finally:
        database.close()
    removed = 0
    for (survey_id, job_id), changed_at in kept.items():
        jobs = known.get(survey_id)
        # A photo is kept before its row is written, but never before its survey exists.
        if jobs is None or (job_id not in jobs and now - changed_at > _JUST_STORED_S):
            store.remove_folder(f"{survey_id}-{job_id}")
            removed += 1
    return removed
