"""Write surveys and their photos as the V1 API returns them."""

import json
from typing import Any

from coralchunk.science.cover import figures
from coralchunk.storage.rows.surveys import SurveyPhoto
from coralchunk.surveys.coordinates import middle, rounded_degrees
from coralchunk.surveys.measured import CorrectedPhoto, Measured


def survey_body(measured: Measured) -> dict[str, Any]:
    """Return a survey with its figures, without its photos."""
    survey = measured.survey
    return {
        "survey_id": survey.id,
        "role": measured.role,
        "name": survey.name,
        "site": survey.site,
        "date": survey.date.isoformat(),
        "depth_m": survey.depth_m,
        "transect": survey.transect,
        "creator": survey.creator,
        "contact": survey.contact,
        "licence": survey.licence,
        "keeps_photos": survey.keeps_photos,
        "kept_bytes": sum(photo.kept_bytes or 0 for photo in measured.photos),
        "cameras": sorted({photo.camera for photo in measured.photos if photo.camera}),
        "position": _position(measured),
        "created_at": survey.created_at,
        "photo_count": len(measured.photos),
        **figures(measured.cover),
        "corrected": None if measured.corrected_cover is None else figures(measured.corrected_cover),
    }


def _position(measured: Measured) -> dict[str, float] | None:
    found = middle(
        [
            (photo.latitude, photo.longitude)
            for photo in measured.photos
            if photo.latitude is not None and photo.longitude is not None
        ]
    )
    return None if found is None else {"latitude": found[0], "longitude": found[1]}


def photo_body(photo: SurveyPhoto, corrected: CorrectedPhoto | None) -> dict[str, Any]:
    """Return a photo of a survey without its chunks."""
    return {
        "photo_id": photo.id,
        "name": photo.name,
        "taken_at": photo.taken_at,
        "latitude": rounded_degrees(photo.latitude),
        "longitude": rounded_degrees(photo.longitude),
        "added_at": photo.added_at,
        "image_width": photo.width,
        "image_height": photo.height,
        "sha256": photo.sha256,
        "camera": photo.camera,
        "depth_m": photo.depth_m,
        "transect": photo.transect,
        "kept_bytes": photo.kept_bytes,
        "summary": json.loads(photo.summary),
        "corrections": 0 if corrected is None else corrected.corrections,
        "corrected": None if corrected is None else corrected.figures,
    }
