"""Describe the bodies of corrections."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coralchunk.api.schemas import ClassProbabilities, Count, ModelName

Label = Literal["Bleached Coral", "Healthy Coral", "Not Coral", "Unsure"]


class NewCorrection(BaseModel):
    """What somebody says that a chunk shows."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: Label = Field(description="`Unsure`: nobody could tell; no model learns from it")
    by: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        None, description="Who says so, if they want to be named"
    )


class CorrectionResponse(BaseModel):
    """A correction as it is kept."""

    model_config = ConfigDict(extra="forbid")

    chunk: Count
    label: Label
    by: str | None
    corrected_at: float = Field(description="Unix seconds")
    said: Label = Field(description="What the model had said")
    probabilities: ClassProbabilities = Field(description="What it had said in numbers")
    model: ModelName
    kept: Literal["until taken back"] = Field(
        description="Label, picture of the chunk and the photo at 256 px stay, also when the job has ended"
    )


class CorrectionList(BaseModel):
    """What was corrected of a photo, by chunk."""

    model_config = ConfigDict(extra="forbid")

    corrections: list[CorrectionResponse]
