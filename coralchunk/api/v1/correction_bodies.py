"""Describe the bodies of corrections."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coralchunk.api.schemas import ClassProbabilities, Count, Figures, ModelName

Label = Literal["Bleached Coral", "Healthy Coral", "Not Coral", "Unsure"]


class NewCorrection(BaseModel):
    """The label that a person gives to a chunk."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: Label = Field(description="`Unsure` if a person cannot tell either; not used for training")
    by: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        None, description="Name of the person, if they want to give it"
    )


class CorrectionResponse(BaseModel):
    """A stored correction."""

    model_config = ConfigDict(extra="forbid")

    chunk: Count
    label: Label
    by: str | None
    corrected_at: float = Field(description="Unix seconds")
    said: Label = Field(description="The label that the model had given")
    probabilities: ClassProbabilities = Field(description="The probabilities that the model had given")
    model: ModelName
    kept: Literal["until taken back"] = Field(
        description="Label, image of the chunk and the photo at 256 px are kept after the job has expired"
    )


class CorrectionList(BaseModel):
    """The corrections of a photo, by chunk."""

    model_config = ConfigDict(extra="forbid")

    corrections: list[CorrectionResponse]
    figures: Figures | None = Field(
        description="Of the photo, with the corrected labels in place of the model's; null without"
        " corrections, or if its result has expired"
    )
