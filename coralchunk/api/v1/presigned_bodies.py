"""Describe the bodies of uploads to the object store."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import BatchName


class NewPresignedUpload(BodyModel):
    """The photo that a client wants to send to the object store."""

    model_config = ConfigDict(extra="forbid", strict=True)

    size_bytes: Annotated[int, Field(ge=1, lt=2**53)] = Field(description="Size of the file")
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of the file, hexadecimal, in lower case"
    )
    batch: BatchName | None = Field(None, description="As in `POST /V1/api/classify`")
    model: Annotated[str, Field(max_length=150)] | None = Field(
        None, description="As in `POST /V1/api/classify`"
    )


class PresignedUploadResponse(BodyModel):
    """Where the photo is to be sent."""

    model_config = ConfigDict(extra="forbid")

    upload_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{24}$")]
    method: Literal["PUT"]
    url: str = Field(
        description="In the object store; it needs no token, and can be used for this photo until it expires"
    )
    headers: dict[str, str] = Field(description="Headers that the request needs, besides `Content-Length`")
    confirm_url: str = Field(
        description="Send POST here when the store has answered 200",
        examples=["/V1/api/presigned-uploads/..."],
    )
    expires_at: float = Field(description="Unix seconds; then the store refuses the photo")
