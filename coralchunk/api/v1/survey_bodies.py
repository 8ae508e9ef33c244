"""Describe the bodies of surveys and corrections."""

import datetime as dt
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import ChunkResult, Count, Figures, Interval, Share, Summary

_LONGEST_ID: Final = 16  # digits
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTABLE)]
Site = Annotated[str, Field(max_length=200, pattern=_PRINTABLE)]
Transect = Annotated[str, Field(max_length=100, pattern=_PRINTABLE)]
Depth = Annotated[float, Field(ge=0, le=11_000, allow_inf_nan=False, description="m below the surface")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="degrees, WGS 84")]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="degrees, WGS 84")]
Id = Annotated[int, Field(ge=1, lt=2**53)]


def _from_digits(given: object) -> object:
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= _LONGEST_ID:
        return int(given)
    return given


GivenId = Annotated[  # R and spreadsheets lose the last digits of a number of this size
    int,
    Field(ge=1, lt=2**53),
    BeforeValidator(_from_digits),
    WithJsonSchema(
        {
            "description": "A number, or its digits as a string",
            "anyOf": [
                {"type": "integer", "format": "int64", "minimum": 1, "exclusiveMaximum": 2**53},
                {"type": "string", "pattern": "^0*[1-9][0-9]{0,14}$", "maxLength": _LONGEST_ID},
            ],
        }
    ),
]
Creator = Annotated[
    str, Field(max_length=200, pattern=_PRINTABLE, description="Name to give when the survey is published")
]
Contact = Annotated[
    str, Field(max_length=200, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$", description="E-mail")
]
Licence = Annotated[
    Literal["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0"],
    Field(description="Of the published data, one that GBIF accepts (SPDX)"),
]


_KEEPS: Final = "Whether photos that are added are kept with their maps, after their jobs have expired"


RoleName = Literal["viewer", "annotator", "admin"]


class _Request(BodyModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Response(BodyModel):
    model_config = ConfigDict(extra="forbid")


class NewSurvey(_Request):
    """Photos that belong together: one place, one day, one depth."""

    name: Name
    site: Site = ""
    date: dt.date
    depth_m: Depth | None = None
    transect: Transect | None = None
    creator: Creator | None = None
    contact: Contact | None = None
    licence: Licence | None = None
    keeps_photos: Annotated[bool, Field(description=_KEEPS)] = False


class SurveyChange(_Request):
    """The fields of a survey to change; missing fields keep their values."""

    name: Name = Field(default_factory=str)
    site: Site = Field(default_factory=str)
    date: dt.date = Field(default_factory=lambda: dt.date.min)
    depth_m: Depth | None = None
    transect: Transect | None = None
    creator: Creator | None = None
    contact: Contact | None = None
    licence: Licence | None = None
    keeps_photos: Annotated[bool, Field(description=_KEEPS)] = False


class NewSurveyPhoto(_Request):
    """The job whose result to keep, and what is known about its photo."""

    job_id: GivenId
    name: Annotated[str, Field(max_length=255, pattern=_PRINTABLE)] = ""
    taken_at: dt.datetime | None = Field(None, description="ISO 8601, as the camera has it")
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    from_exif: Annotated[
        bool,
        Field(description="Take `taken_at`, `latitude` and `longitude` from the photo's EXIF if not given"),
    ] = False
    duplicate: Annotated[
        bool, Field(description="Add the photo even if the survey has the same file already")
    ] = False

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together; give both or none")
        return self


class PhotoMetadata(_Request):
    """A table of photos."""

    csv: Annotated[str, Field(min_length=1, max_length=900_000)] = Field(
        description="With a row for each photo. Columns: `photo` (the file name), and any of `depth_m`,"
        " `transect`, `taken_at`, `latitude` and `longitude`, `site`; others are ignored. Empty cells change"
        " nothing"
    )


class MetadataResponse(_Response):
    """What a table changed."""

    photos: Count = Field(description="That have a row")
    without_row: Count
    ignored_columns: list[str]


class CorrectedCover(_Response):
    """The figures over all photos of a survey, with the corrected labels in place of the model's."""

    coral_cover: Share | None
    coral_cover_interval: Interval | None
    coral_cover_reason: str | None
    bleached_cover: Share | None
    bleached_cover_interval: Interval | None
    bleached_cover_reason: str | None
    severity: Literal["none", "mild", "moderate", "severe", "unknown"]


class SurveyPhotoResponse(_Response):
    """The result of one photo of a survey, which is kept when the job and its picture are deleted."""

    photo_id: Id
    name: str
    taken_at: str | None
    latitude: Latitude | None
    longitude: Longitude | None
    added_at: float = Field(description="Unix seconds")
    image_width: Count
    image_height: Count
    sha256: str | None = Field(description="Of the photo's file; null for photos added before 1.0")
    camera: str | None = Field(None, description="Make and model, as the photo's EXIF block names them")
    depth_m: Depth | None = Field(None, description="Where it is not that of the survey; else null")
    transect: Transect | None = Field(None, description="Where it is not that of the survey; else null")
    kept_bytes: Count | None = Field(
        None, description="Size of the photo and its maps, if the survey keeps them; else null"
    )
    summary: Summary
    corrections: Count = Field(0, description="How many chunks have a label that a person gave")
    corrected: Figures | None = Field(
        None, description="With the corrected labels in place of the model's; null without corrections"
    )
    chunks: list[ChunkResult] | None = Field(None, description="Only in the response for a single photo")


class Position(_Response):
    """Where a survey was made: the median of its photos' positions."""

    latitude: Latitude
    longitude: Longitude


class SurveyResponse(_Response):
    """A survey and the figures over all its photos, with 95 % intervals."""

    survey_id: Id = Field(description="On a server that requires no tokens, the key to the survey: store it")
    role: RoleName = Field("admin", description="Of who asks; admin on a server that requires no tokens")
    name: str
    site: str
    date: dt.date
    depth_m: float | None
    transect: str | None
    creator: str | None
    contact: str | None
    licence: Literal["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0"] | None
    keeps_photos: Annotated[bool, Field(description=_KEEPS)] = False
    kept_bytes: Count = Field(0, description="Size of the photos and maps that are kept")
    cameras: list[str] = Field(default_factory=list, description="That took the photos, where these tell")
    position: Position | None = Field(None, description="Null if no photo has a position")
    created_at: float = Field(description="Unix seconds")
    photo_count: Count
    coral_cover: Share | None = Field(
        description="Mean of the photos' shares: each photo has the same weight, whatever its size"
    )
    coral_cover_interval: Interval | None
    coral_cover_reason: str | None = Field(description="Why there is no figure")
    bleached_cover: Share | None = Field(
        description="Sum of the photos' bleached shares over the sum of their coral shares"
    )
    bleached_cover_interval: Interval | None
    bleached_cover_reason: str | None = Field(description="Why there is no figure")
    severity: Literal["none", "mild", "moderate", "severe", "unknown"]
    corrected: CorrectedCover | None = Field(None, description="Null if no photo has a correction")
    photos: list[SurveyPhotoResponse] | None = Field(None, description="Not in lists of surveys")


Difference = Annotated[float, Field(ge=-1, le=1)]
Bounds = Annotated[
    list[Difference], Field(min_length=2, max_length=2, description="95 % interval: low, high")
]


class SurveyChangeSince(_Response):
    """How cover changed since an earlier survey, by the labels that count: a share minus an earlier share."""

    survey_id: Id
    earlier_id: Id
    coral_cover_change: Difference | None
    coral_cover_change_interval: Bounds | None
    coral_cover_change_reason: str | None = Field(description="Why there is no figure")
    bleached_cover_change: Difference | None
    bleached_cover_change_interval: Bounds | None
    bleached_cover_change_reason: str | None = Field(description="Why there is no figure")


class SurveyList(_Response):
    """Surveys, by date."""

    surveys: list[SurveyResponse]
