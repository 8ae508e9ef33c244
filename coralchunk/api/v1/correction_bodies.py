"""Describe the bodies of corrections."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import ClassProbabilities, Count, Figures, JobId, ModelName
from coralchunk.api.v1.survey_bodies import GivenId

Label = Literal["Bleached Coral", "Partly Bleached Coral", "Healthy Coral", "Not Coral", "Unsure"]
Said = Literal["Bleached Coral", "Healthy Coral", "Not Coral", "Unsure"]
_Name = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
By = Annotated[_Name | None, Field(description="Name of the person, if they want to give it")]
MAX_CHANGES: Final = 50


class NewCorrection(BodyModel):
    """The label that a person gives to a chunk."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: Label = Field(
        description="`Unsure` if a person cannot tell either, `Partly Bleached Coral` if about half of the"
        " coral is bleached; neither is used for training"
    )
    by: By = None


class Change(BodyModel):
    """The label of one chunk."""

    model_config = ConfigDict(extra="forbid", strict=True)

    job_id: GivenId
    chunk: Count
    label: Label | None = Field(description="null: take the correction back")


class Changes(BodyModel):
    """What a person says of several chunks."""

    model_config = ConfigDict(extra="forbid", strict=True)

    by: By = None
    changes: Annotated[list[Change], Field(min_length=1, max_length=MAX_CHANGES)]


class RefusedChange(BodyModel):
    """A change that was not made."""

    model_config = ConfigDict(extra="forbid")

    job_id: JobId
    chunk: Count
    detail: str = Field(description="Why, and what to do")


class ChangesResponse(BodyModel):
    """What was stored."""

    model_config = ConfigDict(extra="forbid")

    stored: Count = Field(description="Changes that were made, or had been made before")
    refused: list[RefusedChange]


class EventResponse(BodyModel):
    """A person gave a chunk a label, or took the correction of it back."""

    model_config = ConfigDict(extra="forbid")

    job_id: JobId
    chunk: Count
    by: str | None
    at: float = Field(description="Unix seconds")
    from_label: Label | None = Field(description="null: the chunk had no correction")
    to_label: Label | None = Field(description="null: the correction was taken back")
    said: Said = Field(description="The label that the model had given")


class EventList(BodyModel):
    """The log of corrections, oldest first."""

    model_config = ConfigDict(extra="forbid")

    events: list[EventResponse]


class CorrectionResponse(BodyModel):
    """A stored correction."""

    model_config = ConfigDict(extra="forbid")

    chunk: Count
    label: Label
    by: str | None
    corrected_at: float = Field(description="Unix seconds")
    said: Said = Field(description="The label that the model had given")
    probabilities: ClassProbabilities = Field(description="The probabilities that the model had given")
    model: ModelName
    kept: Literal["until taken back"] = Field(
        description="Label, image of the chunk and the photo at 256 px are kept after the job has expired"
    )


class SharedCorrection(BodyModel):
    """A corrected chunk of a shared result; not who corrected it."""

    model_config = ConfigDict(extra="forbid")

    chunk: Count
    label: Label
    said: Label = Field(description="The label that the model had given")
    corrected_at: float = Field(description="Unix seconds")


class SharedCorrectionList(BodyModel):
    """The corrections of a shared result, by chunk."""

    model_config = ConfigDict(extra="forbid")

    corrections: list[SharedCorrection]
    figures: Figures | None = Field(description="As in `GET /V1/api/classify/{job_id}/corrections`")


class CorrectionList(BodyModel):
    """The corrections of a photo, by chunk."""

    model_config = ConfigDict(extra="forbid")

    corrections: list[CorrectionResponse]
    figures: Figures | None = Field(
        description="Of the photo, with the corrected labels in place of the model's; null without"
        " corrections, or if its result has expired"
    )
