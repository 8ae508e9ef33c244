"""Provide surveys as values, and a survey on the shared server."""

import datetime as dt
import json

import pytest

from coralchunk.science.cover import Cover, Share
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.measured import Measured

MODEL = {"name": "coralchunk-lite0", "version": "0.2.0", "sha256": "e3" * 32}


def photo(number: int, *, bleached: int = 3, healthy: int = 17, **more: object) -> SurveyPhoto:
    """A photo of 40 chunks."""
    coral, total = bleached + healthy, 40
    summary = {
        "bleached_chunks": bleached,
        "healthy_chunks": healthy,
        "not_coral_chunks": total - coral,
        "unsure_chunks": 0,
        "total_chunks": total,
        "coral_cover": coral / total,
        "coral_cover_interval": [0.1, 0.9],
        "coral_cover_reason": None,
        "bleached_cover": bleached / coral if coral else None,
        "bleached_cover_interval": [0.05, 0.35] if coral else None,
        "bleached_cover_reason": None if coral else "too few chunks of coral: 0, at least 4 are needed",
        "severity": "moderate" if coral else "unknown",
        "model": MODEL,
    }
    px = 244 * 244
    fields = {
        "name": f"{number}.jpg",
        "taken_at": None,
        "latitude": None,
        "longitude": None,
        "judged_px": total * px,
        "sha256": None,
    } | more
    return SurveyPhoto(
        id=number,
        survey_id=4503599627370496,
        job_id=number,
        added_at=1.9e9,
        width=1952,
        height=1220,
        bleached_px=bleached * px,
        coral_px=coral * px,
        coral_chunks=coral,
        summary=json.dumps(summary),
        **fields,  # type: ignore[arg-type]
    )


def survey(
    *photos: SurveyPhoto, date: str = "2024-03-09", share: Share | None = None, **more: object
) -> Measured:
    """A survey that holds these photos."""
    fields = {"id": 4503599627370496, "user_id": None, "name": "Flynn", "site": "Gordon's"}
    fields |= {"depth_m": 7.5, "transect": "T1"} | more
    none = Share(None, None, "too few photos")
    return Measured(
        Survey(date=dt.date.fromisoformat(date), created_at=1.8e9, **fields),  # type: ignore[arg-type]
        photos,
        Cover(none, share or none, "unknown"),
    )


@pytest.fixture
def placed() -> Measured:
    """A survey with a photo that has everything, one without place or time, one without coral, one unsure."""
    return survey(
        photo(1, name="=cmd()|a.jpg", taken_at="2024-03-09T10:15:00", latitude=-16.73, longitude=146.28),
        photo(2),
        photo(3, bleached=0, healthy=0),
        photo(4, bleached=0, healthy=0, judged_px=0),
    )
