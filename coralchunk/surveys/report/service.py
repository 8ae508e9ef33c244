"""Gather what a report of a survey is written from."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Final

from coralchunk.errors import UnknownModel
from coralchunk.errors.surveys import NotKept, UnknownPhoto
from coralchunk.inference.manifest import Manifest
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.previews import Preview, read_preview
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.rows.surveys import SurveyPhoto
from coralchunk.surveys.access import Requester
from coralchunk.surveys.heat_stress.service import HeatStressService
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.report.contents import Report, report_of
from coralchunk.surveys.report.sources import Sources
from coralchunk.surveys.review.answers import audit_answer
from coralchunk.surveys.review.service import ReviewService
from coralchunk.surveys.service import SurveyService
from coralchunk.translations import Texts

_SHOWN: Final = 6  # photos, if none are chosen


class ReportService:
    """The reports of surveys."""

    def __init__(
        self,
        surveys: SurveyService,
        reviews: ReviewService,
        heat_stress: HeatStressService,
        stores: Stores,
        models: ModelRepository,
    ) -> None:
        self._surveys: Final = surveys
        self._heat_stress: Final = heat_stress
        self._reviews: Final = reviews
        self._stores: Final = stores
        self._models: Final = models

    def report(
        self, survey_id: int, chosen: Sequence[int], requester: Requester | None, today: dt.date, t: Texts
    ) -> Report:
        """Write the report of a survey in a language.

        chosen  ids of the photos to show; none for the first ones that can be shown

        Raises UnknownSurvey, UnknownPhoto.
        """
        measured = self._surveys.get(survey_id, requester)
        known = {photo.id: photo for photo in measured.photos}
        for photo_id in chosen:
            if photo_id not in known:
                raise UnknownPhoto(photo_id, survey_id)
        wanted = [known[photo_id] for photo_id in chosen] or measured.photos
        audit = audit_answer(self._reviews.of_survey(survey_id, requester), survey_id)
        pictures = self._pictures(wanted, len(chosen) or _SHOWN, requester)
        heat_stress = self._heat_stress.of_surveys([measured.survey])
        return report_of(Sources(measured, audit, self._manifests(measured), pictures, heat_stress, today, t))

    def _pictures(
        self, photos: Iterable[SurveyPhoto], most: int, requester: Requester | None
    ) -> list[tuple[SurveyPhoto, Preview]]:
        found: list[tuple[SurveyPhoto, Preview]] = []
        for photo in photos:
            if len(found) == most:
                break
            picture = self._picture(photo, requester)
            if picture is not None:
                found.append((photo, picture))
        return found

    def _picture(self, photo: SurveyPhoto, requester: Requester | None) -> Preview | None:
        """Return the small picture of a photo with its marks; None if it is gone."""
        try:
            return self._surveys.kept(photo.survey_id, photo.id, requester).preview()
        except NotKept:
            pass  # its job may still have it
        try:
            return read_preview(lambda name: self._stores.blobs.read(photo.job_id, name))
        except FileNotFoundError:
            return None

    def _manifests(self, measured: Measured) -> dict[str, Manifest]:
        manifests = {}
        for photo in measured.photos:
            model = json.loads(photo.summary)["model"]
            name = f"{model['name']} {model['version']}"
            if name in manifests:
                continue
            try:
                found = self._models.find(f"{model['name']}-{model['version']}")
            except UnknownModel:
                continue
            if found.sha256 == model["sha256"]:
                manifests[name] = self._models.manifest(found)
        return manifests
