"""Measure surveys: by the labels of the model, and with the labels that people gave."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coralchunk.science.change import Change, cover_change
from coralchunk.science.cover import Cover
from coralchunk.science.model_error import ModelErrors
from coralchunk.science.photo_resampling import Areas
from coralchunk.science.survey import survey_cover
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.rows.corrections import Correction
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.corrected import areas_of, corrected_figures, corrected_predictions, labels_of
from coralchunk.surveys.error_rates import ErrorRatesOfModels


@dataclass(frozen=True, slots=True)
class CorrectedPhoto:
    """A photo with the labels that people gave to chunks of it."""

    corrections: int
    figures: Mapping[str, Any]  # counts and figures
    areas: Areas


@dataclass(frozen=True, slots=True)
class Measured:
    """A survey with its photos and what they say together."""

    survey: Survey
    photos: tuple[SurveyPhoto, ...]
    cover: Cover
    corrected: Mapping[int, CorrectedPhoto] = field(default_factory=dict)  # by the photo's id
    corrected_cover: Cover | None = None  # None if no photo has a correction
    role: str | None = None  # of the requester in the survey
    areas: tuple[Areas, ...] = ()  # of the photos, by the labels that count: corrected where people did


def measure(
    survey: Survey,
    photos: Sequence[SurveyPhoto],
    corrected: Mapping[int, CorrectedPhoto],
    errors: ErrorRatesOfModels,
) -> Measured:
    """Measure a survey from its photos.

    corrected  photos with corrections; there may be photos of other surveys among them
    errors     of the models that classified the photos; the intervals include them
    """
    areas, with_corrections = {}, {}
    for photo in photos:
        summary = json.loads(photo.summary)
        rates = errors.of(summary["model"])
        plain = Areas(photo.bleached_px, photo.coral_px, photo.judged_px, photo.coral_chunks)
        areas[photo.id] = with_corrections[photo.id] = with_errors(plain, summary, rates)
        if photo.id in corrected:
            again = corrected[photo.id]
            with_corrections[photo.id] = with_errors(again.areas, again.figures, rates)
    mine = {photo_id: one for photo_id, one in corrected.items() if photo_id in areas}
    return Measured(
        survey,
        tuple(photos),
        cover_of(areas.values()),
        mine,
        cover_of(with_corrections.values()) if mine else None,
        areas=tuple(with_corrections.values()),
    )


def with_errors(areas: Areas, counts: Mapping[str, Any], errors: ModelErrors | None) -> Areas:
    """Add to the areas of a photo how often the model is right, and how much it was unsure of."""
    if errors is None:
        return areas
    classified = counts["total_chunks"] - counts["no_data_chunks"]
    return replace(areas, unsure=counts["unsure_chunks"] / max(classified, 1), errors=errors)


def measure_change(earlier: Measured, later: Measured) -> Change:
    """Measure how cover changed between two surveys, by the labels that count."""
    return cover_change(earlier.areas, later.areas, np.random.default_rng(0))


def cover_of(areas: Iterable[Areas]) -> Cover:
    """Measure photos together."""
    # A fixed seed: the same photos give the same figures.
    return survey_cover(list(areas), np.random.default_rng(0))


def corrected_photos(
    rows: Iterable[tuple[SurveyPhoto, Sequence[Correction], bytes]], models: ModelRepository
) -> dict[int, CorrectedPhoto]:
    """Measure photos again, with the labels that people gave; by the photo's id.

    rows  a photo, its corrections, and its chunks as they are stored
    """
    found = {}
    for photo, corrected, chunks in rows:
        predictions = corrected_predictions(zlib.decompress(chunks), labels_of(corrected))
        figures = corrected_figures(predictions, json.loads(photo.summary)["model"], models)
        found[photo.id] = CorrectedPhoto(len(corrected), figures, areas_of(predictions))
    return found
