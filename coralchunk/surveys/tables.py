"""Write a survey as CSV and GeoJSON."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, Final

from coralchunk.science.cover import LIMITATIONS, severity
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.coordinates import rounded_degrees
from coralchunk.surveys.measured import CorrectedPhoto, Measured

_BOM: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_COUNTS: Final = (
    "bleached_chunks",
    "healthy_chunks",
    "not_coral_chunks",
    "unsure_chunks",
    "no_data_chunks",  # not there in results of earlier versions
    "total_chunks",
)
_SHARES: Final = ("coral_cover", "bleached_cover")
_COLUMNS: Final = (
    "survey",
    "site",
    "date",
    "depth_m",
    "transect",
    "photo_id",
    "photo",
    "taken_at",
    "latitude",
    "longitude",
    "image_width",
    "image_height",
    *_COUNTS,
    *(f"{share}{end}" for share in _SHARES for end in ("", "_low", "_high")),
    "severity",
    "quality_notes",
    "model",
    "model_sha256",
    "corrections",
    *(f"corrected_{share}{end}" for share in _SHARES for end in ("", "_low", "_high")),
    "limitations",
    "model_card",
    "dhw_c_weeks",  # heat stress of the site on the day of the survey
)


def without_formula(text: str | None) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, "CSV Injection"); others as they are."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Write rows as CSV (RFC 4180)."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def table(measured: Measured, card_url: str, dhw: float | None = None, *, has_bom: bool = False) -> str:
    """Lay a survey out as CSV, a row a photo; text that looks like a formula is defused.

    card_url  where the model's limitations are described
    dhw       heat stress of the site on the day of the survey, °C-weeks
    has_bom   begin with a byte order mark, without which Excel takes UTF-8 for another encoding
    """
    text = csv_text(
        [without_formula(cell) if isinstance(cell, str) else cell for cell in row]
        for row in rows(measured, card_url, dhw)
    )
    return _BOM + text if has_bom else text


def rows(measured: Measured, card_url: str, dhw: float | None = None) -> list[Sequence[Any]]:
    """Return the table of a survey: names of columns, then a row a photo, text as it was given."""
    survey = measured.survey
    return [
        _COLUMNS,
        *(
            (
                *(survey.name, survey.site, survey.date.isoformat()),
                *(depth_of(survey, photo), photo.transect or survey.transect),
                *(*_photo(photo), *_corrected(measured.corrected.get(photo.id)), LIMITATIONS, card_url, dhw),
            )
            for photo in measured.photos
        ),
    ]


def depth_of(survey: Survey, photo: SurveyPhoto) -> float | None:
    """Return the depth of a photo: its own, or that of its survey."""
    return survey.depth_m if photo.depth_m is None else photo.depth_m


def layer(measured: Measured, card_url: str, dhw: float | None = None) -> dict[str, Any]:
    """Return the photos that were given a position as GeoJSON (RFC 7946)."""
    return {
        "type": "FeatureCollection",
        "limitations": LIMITATIONS,
        "model_card": card_url,
        "features": [
            {
                "type": "Feature",
                "id": photo.id,
                "geometry": {"type": "Point", "coordinates": _coordinates(photo)},
                "properties": _properties(measured, photo) | {"dhw_c_weeks": dhw},
            }
            for photo in measured.photos
            if photo.latitude is not None
        ],
    }


def _coordinates(photo: SurveyPhoto) -> list[float | None]:
    return [rounded_degrees(photo.longitude), rounded_degrees(photo.latitude)]


def _properties(measured: Measured, photo: SurveyPhoto) -> dict[str, Any]:
    survey, summary = measured.survey, json.loads(photo.summary)
    model = summary["model"]
    return {
        "survey": survey.name,
        "site": survey.site,
        "date": survey.date.isoformat(),
        "depth_m": depth_of(survey, photo),
        "transect": photo.transect or survey.transect,
        "photo": photo.name,
        "taken_at": photo.taken_at,
        **{name: summary.get(name, 0) for name in _COUNTS},
        **{f"{share}{end}": summary[f"{share}{end}"] for share in _SHARES for end in ("", "_interval")},
        "severity": _severity(summary),
        **_corrected_properties(measured.corrected.get(photo.id)),
        "model": f"{model['name']} {model['version']}",
    }


def _photo(photo: SurveyPhoto) -> list[Any]:
    summary = json.loads(photo.summary)
    notes = (summary.get("quality") or {"notes": []})["notes"]
    model = summary["model"]
    return [
        photo.id,
        photo.name,
        photo.taken_at,
        rounded_degrees(photo.latitude),
        rounded_degrees(photo.longitude),
        photo.width,
        photo.height,
        *(summary.get(name, 0) for name in _COUNTS),
        *_shares(summary),
        _severity(summary),
        " ".join(note["code"] for note in notes),
        f"{model['name']} {model['version']}",
        model["sha256"],
    ]


def _corrected(corrected: CorrectedPhoto | None) -> list[Any]:
    if corrected is None:
        return [0, *[None] * (3 * len(_SHARES))]
    return [corrected.corrections, *_shares(corrected.figures)]


def _corrected_properties(corrected: CorrectedPhoto | None) -> dict[str, Any]:
    if corrected is None:
        return {"corrections": 0}
    shares = {f"corrected_{share}": corrected.figures[share] for share in _SHARES}
    return {"corrections": corrected.corrections, **shares}


def _shares(figures: Mapping[str, Any]) -> list[Any]:
    """Return each share with the ends of its interval."""
    return [
        cell
        for share in _SHARES
        for cell in (figures[share], *(figures[f"{share}_interval"] or (None, None)))
    ]


def _severity(summary: Mapping[str, Any]) -> str:
    """Return the class by the rule of today; results of earlier versions did not look at the interval."""
    return severity(summary["bleached_cover"], summary["bleached_cover_interval"])
