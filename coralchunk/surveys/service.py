"""Keep surveys: the results of completed jobs, stored beyond the end of those jobs."""

import hashlib
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from coralchunk.errors import CoralchunkError, UnknownJob
from coralchunk.errors.surveys import DuplicatePhoto, TooManyPhotos, UnknownPhoto, UnknownSurvey
from coralchunk.pipeline.queries.lookup import get_completed_job
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.files.blobs import CHUNKS, PHOTO, SUMMARY
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.rows import surveys
from coralchunk.storage.rows.survey_members import find_for, surveys_for
from coralchunk.storage.rows.surveys import LARGEST_ID, Survey, SurveyPhoto
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of, user_of
from coralchunk.surveys.coordinates import rounded_degrees
from coralchunk.surveys.corrected import areas_of, corrected_predictions
from coralchunk.surveys.error_rates import ErrorRatesOfModels
from coralchunk.surveys.evidence import Evidence, KeptPhoto
from coralchunk.surveys.measured import CorrectedPhoto, Measured, corrected_photos, measure
from coralchunk.surveys.photo_details import Details, completed
from coralchunk.surveys.selection import chosen_photos

MAX_PHOTOS: Final = 1000  # of a survey
_BLOCK_BYTES: Final = 1 << 20
_LARGEST_NUMBER: Final = 2**31 - 1  # that PostgreSQL's integer holds


@dataclass(frozen=True, slots=True)
class _Found:
    """What a survey keeps of a job."""

    summary: bytes  # JSON object
    chunks: bytes  # JSON array
    sha256: str  # of the photo's file


class SurveyService:
    """The surveys of this server.

    A `requester` of None may be anybody, on a server that asks for no tokens: knowing the id of a survey is
    what gives access to it. Others need a role; what they may not do raises RoleTooWeak.
    """

    def __init__(
        self, database: Database, stores: Stores, models: ModelRepository, evidence: Evidence
    ) -> None:
        self._database: Final = database
        self._stores: Final = stores
        self._models: Final = models
        self._evidence: Final = evidence
        self._errors: Final = ErrorRatesOfModels(models)

    def add(self, fields: Mapping[str, Any], requester: Requester | None, now: float) -> Measured:
        """Add a survey.

        fields  name, site, date, depth_m, transect, creator, contact, licence, keeps_photos
        now     Unix seconds
        """
        number = secrets.randbelow(LARGEST_ID) + 1
        survey = Survey(id=number, user_id=user_of(requester), created_at=now, **fields)
        with self._database.writing() as connection:
            surveys.add_survey(connection, survey)
        return replace(measure(survey, (), {}, self._errors), role=Role.ADMIN)

    def get(
        self, survey_id: int, requester: Requester | None, photo_ids: Sequence[int] | None = None
    ) -> Measured:
        """Return a survey, with the named photos only if any are. Raises UnknownSurvey, UnknownPhoto."""
        with self._database.reading() as connection:
            found = find_for(connection, survey_id, user_of(requester))
            survey = permitted(found, survey_id, Role.VIEWER)
            photos = surveys.photos_of(connection, [survey_id])
            if photo_ids is not None:
                photos = chosen_photos(photos, photo_ids, survey_id)
            rows = surveys.corrected_photos_of(connection, photos)
        measured = measure(survey, photos, corrected_photos(rows, self._models), self._errors)
        return replace(measured, role=found[1] if found is not None else None)

    def listed(self, ids: Sequence[int], requester: Requester | None) -> list[Measured]:
        """Return surveys by date: a requester's, or those of them that are named; anybody's only by name."""
        with self._database.reading() as connection:
            if requester is None:
                named = (find_for(connection, one, None) for one in {*ids})
                chosen = [one for one in named if one is not None]
            else:
                known = surveys_for(connection, requester.user_id)
                chosen = [(one, role) for one, role in known if not ids or one.id in ids]
            photos = surveys.photos_of(connection, [one.id for one, _ in chosen])
            rows = surveys.corrected_photos_of(connection, photos)
        chosen.sort(key=lambda one: (one[0].date, one[0].created_at))
        corrected = corrected_photos(rows, self._models)
        return [
            replace(
                measure(
                    one, [photo for photo in photos if photo.survey_id == one.id], corrected, self._errors
                ),
                role=role,
            )
            for one, role in chosen
        ]

    def change(self, survey_id: int, fields: Mapping[str, Any], requester: Requester | None) -> Measured:
        """Give some fields of a survey other values. Raises UnknownSurvey."""
        with self._database.writing() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            if fields:
                surveys.change_survey(connection, survey_id, fields)
            if requester is not None:
                subject = subject_of(survey, ", ".join(sorted(fields)))
                record(connection, requester.actor, Action.SURVEY_CHANGED, subject, requester.at)
        return self.get(survey_id, requester)

    def delete(self, survey_id: int, requester: Requester | None) -> None:
        """Remove a survey and all that it holds. Raises UnknownSurvey."""
        with self._database.writing() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            photos = surveys.photos_of(connection, [survey_id])
            surveys.delete_survey(connection, survey_id)
            if requester is not None:
                subject = subject_of(survey, survey.name)
                record(connection, requester.actor, Action.SURVEY_DELETED, subject, requester.at)
        self._evidence.forget(survey_id, [photo.job_id for photo in photos])

    def add_photo(
        self, survey_id: int, job_id: int, details: Details, requester: Requester | None, now: float
    ) -> tuple[SurveyPhoto, bool]:
        """Copy the result of a completed job into a survey. Returns the photo, and whether it is new there.

        now  Unix seconds

        Raises UnknownSurvey, UnknownJob, NotFinished, TooManyPhotos, and DuplicatePhoto for a file that the
        survey has from another job.
        """
        with self._database.reading() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            kept = surveys.photo_of_job(connection, survey_id, job_id)
        if kept is not None:
            return kept, False
        job = get_completed_job(self._stores, job_id, None if requester is None else requester.owner)
        found = _Found(self._part(job, SUMMARY), self._part(job, CHUNKS), self._sha256(job))
        photo = _photo(survey_id, job, completed(details, self._stores, job), found, now)
        if not survey.keeps_photos:
            return self._store_photo(photo, found, details)
        try:
            photo = replace(photo, kept_bytes=self._evidence.keep(survey_id, job_id))
            return self._store_photo(photo, found, details)
        except CoralchunkError:
            self._evidence.forget(survey_id, [job_id])
            raise

    def _store_photo(self, photo: SurveyPhoto, found: _Found, details: Details) -> tuple[SurveyPhoto, bool]:
        survey_id, job_id = photo.survey_id, photo.job_id
        with self._database.writing() as connection:
            surveys.lock_survey(connection, survey_id)
            if surveys.count_photos(connection, survey_id) >= MAX_PHOTOS:
                raise TooManyPhotos(MAX_PHOTOS)
            same = surveys.photo_of_file(connection, survey_id, found.sha256)
            if same is not None and same.job_id != job_id and not details.may_repeat:
                raise DuplicatePhoto(same.id, same.name)
            is_new = surveys.add_photo(connection, photo, zlib.compress(found.chunks))
            kept = surveys.photo_of_job(connection, survey_id, job_id)
        if kept is None:  # the survey was deleted in this very moment
            raise UnknownSurvey(survey_id)
        return kept, is_new

    def kept(self, survey_id: int, photo_id: int, requester: Requester | None) -> KeptPhoto:
        """Return what a survey keeps of a photo. Raises UnknownSurvey, UnknownPhoto."""
        return self._evidence.of(self.photo(survey_id, photo_id, requester)[0])

    def photo(self, survey_id: int, photo_id: int, requester: Requester | None) -> tuple[SurveyPhoto, bytes]:
        """Return a photo of a survey and its chunks, a JSON array. Raises UnknownSurvey, UnknownPhoto."""
        with self._database.reading() as connection:
            permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.VIEWER)
            found = surveys.chunks_of_photo(connection, survey_id, _possible(photo_id))
        if found is None:
            raise UnknownPhoto(photo_id, survey_id)
        return found[0], zlib.decompress(found[1])

    def corrected(self, photo: SurveyPhoto) -> CorrectedPhoto | None:
        """Return what a photo shows with the labels that people gave; None if it has no correction."""
        with self._database.reading() as connection:
            rows = surveys.corrected_photos_of(connection, [photo])
        return corrected_photos(rows, self._models).get(photo.id)

    def delete_photo(self, survey_id: int, photo_id: int, requester: Requester | None) -> None:
        """Remove a photo from a survey. Raises UnknownSurvey, UnknownPhoto."""
        with self._database.writing() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            photos = surveys.photos_of(connection, [survey_id])
            if not surveys.delete_photo(connection, survey_id, _possible(photo_id)):
                raise UnknownPhoto(photo_id, survey_id)
            if requester is not None:
                subject = subject_of(survey, f"photo {photo_id}")
                record(connection, requester.actor, Action.PHOTO_DELETED, subject, requester.at)
        self._evidence.forget(survey_id, [photo.job_id for photo in photos if photo.id == photo_id])

    def _sha256(self, job: Job) -> str:
        try:
            with self._stores.blobs.open(job.id, PHOTO) as photo:
                digest = hashlib.sha256()
                while block := photo.read(_BLOCK_BYTES):
                    digest.update(block)
        except FileNotFoundError:
            raise UnknownJob(job.id) from None
        return digest.hexdigest()

    def _part(self, job: Job, name: str) -> bytes:
        try:
            return self._stores.blobs.read(job.id, name)
        except FileNotFoundError:
            raise UnknownJob(job.id) from None


def _photo(survey_id: int, job: Job, details: Details, found: _Found, now: float) -> SurveyPhoto:
    areas = areas_of(corrected_predictions(found.chunks, {}))
    return SurveyPhoto(
        id=0,
        survey_id=survey_id,
        job_id=job.id,
        name=details.name,
        taken_at=details.taken_at,
        latitude=rounded_degrees(details.latitude),
        longitude=rounded_degrees(details.longitude),
        added_at=now,
        width=job.size.width,
        height=job.size.height,
        bleached_px=areas.bleached_px,
        coral_px=areas.coral_px,
        judged_px=areas.judged_px,
        coral_chunks=areas.coral_chunks,
        summary=found.summary.decode(),
        sha256=found.sha256,
        camera=details.camera,
    )


def _possible(number: int) -> int:
    """Return a number that the database can look up; 0, which nothing has, for one that is too large."""
    return number if number <= _LARGEST_NUMBER else 0
