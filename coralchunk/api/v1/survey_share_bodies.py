"""Describe the bodies of shared surveys."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import Count, Figures, Interval, Share, Summary
from coralchunk.api.v1.survey_bodies import CorrectedCover


class SurveyShareLink(BodyModel):
    """A link to a survey."""

    model_config = ConfigDict(extra="forbid")

    share_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{24}$")]
    url: str = Field(
        description="Of a page that shows the survey, on this server", examples=["/shared-surveys/..."]
    )


class SharedSurveyPhoto(BodyModel):
    """The result of one photo of a shared survey, without its position."""

    model_config = ConfigDict(extra="forbid")

    name: str
    taken_at: str | None
    image_width: Count
    image_height: Count
    camera: str | None
    summary: Summary
    corrections: Count
    corrected: Figures | None


class SharedSurvey(BodyModel):
    """A survey for people who may only look: without its id, the contact and positions."""

    model_config = ConfigDict(extra="forbid")

    name: str
    site: str
    date: dt.date
    depth_m: float | None
    transect: str | None
    creator: str | None
    licence: str | None
    cameras: list[str]
    photo_count: Count
    coral_cover: Share | None
    coral_cover_interval: Interval | None
    coral_cover_reason: str | None
    bleached_cover: Share | None
    bleached_cover_interval: Interval | None
    bleached_cover_reason: str | None
    severity: Literal["none", "mild", "moderate", "severe", "unknown"]
    corrected: CorrectedCover | None
    photos: list[SharedSurveyPhoto]
