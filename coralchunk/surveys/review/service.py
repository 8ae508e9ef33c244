"""Let people check the chunks of a survey or of one photo."""

import json
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from coralchunk.errors import NotFinished, Unavailable, UnknownJob
from coralchunk.errors.surveys import NotKept, UnknownChunk
from coralchunk.imaging.grid import grid
from coralchunk.pipeline.queries.lookup import get_completed_job
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.steps.request_crop import request_kept_crop
from coralchunk.pipeline.stores import Stores
from coralchunk.science.model_error import ModelErrors
from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.files.blobs import CHUNKS, SUMMARY
from coralchunk.storage.rows import correction_events, corrections, surveys
from coralchunk.storage.rows.correction_events import CorrectionEvent
from coralchunk.storage.rows.survey_members import find_for
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of, user_of
from coralchunk.surveys.corrections import ChunkSource, Corrections, photo_key
from coralchunk.surveys.error_rates import ErrorRatesOfModels
from coralchunk.surveys.evidence import folder_of
from coralchunk.surveys.review.label_changes import Author, LabelChange, Refusal, change_labels
from coralchunk.surveys.review.population import Population, ReviewPhoto, population
from coralchunk.surveys.service import SurveyService
from coralchunk.terms import Size


class ReviewService:
    """What people check, and how they see it.

    requester  as in SurveyService; for photos by themselves as in pipeline.lookup.get_job
    """

    def __init__(
        self,
        database: Database,
        stores: Stores,
        surveys_: SurveyService,
        corrections_: Corrections,
        errors: ErrorRatesOfModels,
    ) -> None:
        self._database: Final = database
        self._stores: Final = stores
        self._surveys: Final = surveys_
        self._corrections: Final = corrections_
        self._errors: Final = errors

    def of_survey(self, survey_id: int, requester: Requester | None) -> Population:
        """Return the chunks of a survey's photos that can still be looked at. Raises UnknownSurvey."""
        return self._of_survey(survey_id, requester, self._is_shown)

    def all_of_survey(self, survey_id: int, requester: Requester | None) -> Population:
        """Return the chunks of all photos of a survey. Raises UnknownSurvey."""
        return self._of_survey(survey_id, requester, lambda _: True)

    def _of_survey(
        self, survey_id: int, requester: Requester | None, is_wanted: Callable[[SurveyPhoto], bool]
    ) -> Population:
        with self._database.reading() as connection:
            permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.VIEWER)
            photos = surveys.photos_of(connection, [survey_id])
            chunks = surveys.chunks_of_photos(connection, survey_id)
            given = corrections.corrections_of_jobs(connection, [photo.job_id for photo in photos])
            events = correction_events.events_of_jobs(connection, [photo.job_id for photo in photos])
        shown = [photo for photo in photos if is_wanted(photo)]
        found = [_review_photo(photo, chunks[photo.id]) for photo in shown]
        return population(found, given, events, len(photos) - len(shown))

    def of_job(self, job_id: int, requester: str | None) -> Population:
        """Return the chunks of a photo by itself. Raises UnknownJob, NotFinished."""
        job = get_completed_job(self._stores, job_id, requester)
        try:
            model = json.loads(self._stores.blobs.read(job_id, SUMMARY))["model"]
            chunks = self._stores.blobs.read(job_id, CHUNKS)
        except FileNotFoundError:
            raise UnknownJob(job_id) from None
        with self._database.reading() as connection:
            given = corrections.corrections_of(connection, job_id)
            events = correction_events.events_of_jobs(connection, [job_id])
        return population([ReviewPhoto(None, job_id, "", job.size, chunks, model)], given, events)

    def log_of_survey(self, survey_id: int, requester: Requester | None) -> list[CorrectionEvent]:
        """Return what people said of the chunks of a survey, oldest first. Raises UnknownSurvey."""
        with self._database.reading() as connection:
            permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.VIEWER)
            photos = surveys.photos_of(connection, [survey_id])
            return correction_events.events_of_jobs(connection, [photo.job_id for photo in photos])

    def errors_of(self, found: Population) -> ModelErrors | None:
        """Return the error rates of the model; None where it states none, or where models differ."""
        models = {photo.model["sha256"] for photo in found.photos}
        return self._errors.of(found.photos[0].model) if len(models) == 1 else None

    def source(self, photo: SurveyPhoto, chunks: bytes, requester: Requester | None) -> ChunkSource:
        """Return where the chunks of a survey's photo are: in its job, or in what the survey keeps.

        The job may be another user's: who may use the survey may use its photos.

        Raises NotKept, QueueDown.
        """
        try:
            return self._corrections.source(photo.job_id, None)
        except Unavailable:
            if photo.kept_bytes is None:
                raise
        except (UnknownJob, NotFinished):
            if photo.kept_bytes is None:
                raise NotKept(photo.id, photo.survey_id) from None
        return ChunkSource(
            photo.job_id,
            "" if requester is None else requester.owner,
            photo_key(photo.job_id, photo.added_at),
            Size(photo.width, photo.height),
            json.loads(photo.summary)["model"],
            chunks,
            partial(request_kept_crop, self._stores, folder_of(photo.survey_id, photo.job_id)),
        )

    def correct(
        self,
        survey_id: int,
        changes: Sequence[LabelChange],
        by: str | None,
        requester: Requester | None,
        now: float,
    ) -> tuple[int, list[Refusal]]:
        """Store labels of chunks of a survey, as change_labels does. Raises UnknownSurvey, RoleTooWeak.

        by   name of the person, if they give it
        now  Unix seconds
        """
        survey, sources = self._sources(survey_id, [one.job_id for one in changes], requester)
        author = Author(by, None if requester is None else requester.owner, sources)
        stored, refused = change_labels(self._corrections, self._stores, changes, author, now)
        if requester is not None and stored:
            with self._database.writing() as connection:
                subject = subject_of(survey, f"{stored} chunks")
                record(connection, requester.actor, Action.CORRECTION, subject, requester.at)
        return stored, refused

    def _sources(
        self, survey_id: int, job_ids: Sequence[int], requester: Requester | None
    ) -> tuple[Survey, dict[int, ChunkSource | None]]:
        """Return where the chunks of photos of a survey are, by job; None for photos that are gone."""
        with self._database.reading() as connection:
            found = find_for(connection, survey_id, user_of(requester))
            survey = permitted(found, survey_id, Role.ANNOTATOR)
            known = [surveys.photo_of_job(connection, survey_id, job_id) for job_id in {*job_ids}]
            rows = [
                row
                for photo in known
                if photo is not None and (row := surveys.chunks_of_photo(connection, survey_id, photo.id))
            ]
        sources: dict[int, ChunkSource | None] = {}
        for photo, chunks in rows:
            try:
                sources[photo.job_id] = self.source(photo, zlib.decompress(chunks), requester)
            except NotKept:
                sources[photo.job_id] = None
        return survey, sources

    def view_in_survey(self, survey_id: int, photo_id: int, chunk: int, requester: Requester | None) -> bytes:
        """Return a chunk with its surroundings. Raises UnknownSurvey, UnknownPhoto, UnknownChunk, NotKept."""
        photo, chunks = self._surveys.photo(survey_id, photo_id, requester)
        return _view(self.source(photo, chunks, requester), chunk)

    def view_in_job(self, job_id: int, chunk: int, requester: str | None) -> bytes:
        """Return a chunk with its surroundings. Raises UnknownJob, NotFinished, UnknownChunk."""
        return _view(self._corrections.source(job_id, requester), chunk)

    def _is_shown(self, photo: SurveyPhoto) -> bool:
        if photo.kept_bytes is not None:
            return True
        with reachable():
            return self._stores.records.exists(photo.job_id)


def _view(source: ChunkSource, chunk: int) -> bytes:
    total = len(grid(source.size))
    if chunk >= total:
        raise UnknownChunk(chunk, total)
    return source.crop(chunk).view


def _review_photo(photo: SurveyPhoto, chunks: bytes) -> ReviewPhoto:
    return ReviewPhoto(
        photo.id,
        photo.job_id,
        photo.name,
        Size(photo.width, photo.height),
        zlib.decompress(chunks),
        json.loads(photo.summary)["model"],
    )
