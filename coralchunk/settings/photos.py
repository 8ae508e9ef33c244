"""Define the settings of uploaded photos and their results."""

from typing import Annotated

from pydantic import BaseModel, Field


class PhotoSettings(BaseModel):
    """What is accepted as a photo, and how its result is made and kept."""

    max_upload_mb: Annotated[int, Field(ge=1, le=4096)] = Field(
        64, description="largest upload, MB (10^6 bytes)"
    )
    max_pixels: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        100_000_000, description="largest JPEG or PNG, pixels (width x height); half of it for other formats"
    )
    result_ttl: Annotated[int, Field(ge=10)] = Field(
        86_400, description="how long a job and all its data are kept after the upload, seconds"
    )
    result_max_side: Annotated[int, Field(ge=0, le=50_000)] = Field(
        2048, description="longer side of the result picture, pixels; `0` for the size of the photo"
    )
    max_queued_chunks: Annotated[int, Field(ge=1)] = Field(
        50_000,
        description="most chunks waiting to be classified; further uploads get 429 with `Retry-After`",
    )
    model: str | None = Field(
        None,
        description="model to use, as `coralchunk models list` names it (default: the newest bundled one)",
    )
    v1_require_token: bool = Field(
        default=False,
        description="`1`: the V1 API requires a token; a job is visible only to the token that created it",
    )
