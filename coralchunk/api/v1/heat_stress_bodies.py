"""Describe the bodies of heat stress."""

import datetime as dt
from typing import Annotated

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import Count
from coralchunk.api.v1.survey_bodies import Name, Site

Dhw = Annotated[float, Field(ge=0, le=100, description="Degree heating weeks, °C-weeks")]


class HeatStressFile(BodyModel):
    """A file of degree heating weeks."""

    model_config = ConfigDict(extra="forbid", strict=True)

    file: Annotated[str, Field(min_length=1, max_length=4_000_000)] = Field(
        description="Its text: the time series of a 5 km regional virtual station of NOAA Coral Reef Watch"
        " (columns `YYYY`, `MM`, `DD` and `DHW_from_90th_HS>1`, others are ignored), or a CSV with the"
        " columns `date` or `time` and `dhw`, `CRW_DHW` or `degree_heating_week`, as ERDDAP exports it for"
        " one place"
    )
    name: Name = Field("file", description="Of the file; the name of the station replaces it")


class HeatStressSeries(BodyModel):
    """The heat stress of a site."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Of the station or the file")
    first_day: dt.date
    last_day: dt.date
    days: Count = Field(description="With a value")
    highest: Dhw
    highest_on: dt.date
    on_survey_date: Dhw | None = Field(description="Null if that day has no value")
    uploaded_at: float = Field(description="Unix seconds")


class HeatStressResponse(BodyModel):
    """The site of a survey and its heat stress."""

    model_config = ConfigDict(extra="forbid")

    site: Site
    heat_stress: HeatStressSeries | None
