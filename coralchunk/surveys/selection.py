"""Choose photos of a survey, and measure photos that are in none yet as a survey of them would be."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coralchunk.errors import Missing
from coralchunk.errors.surveys import UnknownPhoto
from coralchunk.pipeline.queries.lookup import get_completed_job
from coralchunk.pipeline.stores import Stores
from coralchunk.science.cover import Cover
from coralchunk.science.photo_resampling import Areas
from coralchunk.storage.files.blobs import CHUNKS, SUMMARY
from coralchunk.storage.rows.surveys import SurveyPhoto
from coralchunk.surveys.corrected import areas_of, corrected_predictions
from coralchunk.surveys.error_rates import ErrorRatesOfModels
from coralchunk.surveys.measured import cover_of, with_errors


@dataclass(frozen=True, slots=True)
class Selection:
    """What some photos say together."""

    photo_count: int  # photos with a result
    left_out: tuple[int, ...]  # jobs without a result, or none any more
    cover: Cover


def measure_selection(
    stores: Stores, job_ids: Sequence[int], errors: ErrorRatesOfModels, requester: str | None
) -> Selection:
    """Measure the photos of jobs, by the labels of the model. Raises QueueDown, StorageDown.

    requester  as in get_job
    """
    found: list[Areas] = []
    left_out: list[int] = []
    for job_id in dict.fromkeys(job_ids):
        try:
            found.append(_areas(stores, job_id, errors, requester))
        except (Missing, FileNotFoundError):
            left_out.append(job_id)
    return Selection(len(found), tuple(left_out), cover_of(found))


def chosen_photos(
    photos: Iterable[SurveyPhoto], photo_ids: Sequence[int], survey_id: int
) -> list[SurveyPhoto]:
    """Return the photos of a survey that are named, each once. Raises UnknownPhoto."""
    known = {photo.id: photo for photo in photos}
    for photo_id in photo_ids:
        if photo_id not in known:
            raise UnknownPhoto(photo_id, survey_id)
    return [known[photo_id] for photo_id in dict.fromkeys(photo_ids)]


def _areas(stores: Stores, job_id: int, errors: ErrorRatesOfModels, requester: str | None) -> Areas:
    job = get_completed_job(stores, job_id, requester)
    summary = json.loads(stores.blobs.read(job.id, SUMMARY))
    areas = areas_of(corrected_predictions(stores.blobs.read(job.id, CHUNKS), {}))
    return with_errors(areas, summary, errors.of(summary["model"]))
