"""Describe the bodies of the V1 API; /openapi.json publishes them, and tests check answers against them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.card_schemas import ColourCard

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
BatchName = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
JobId = Annotated[int, Field(ge=1, lt=2**53)]
Interval = Annotated[list[Share], Field(min_length=2, max_length=2, description="95 % interval: low, high")]


class _Body(BodyModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Body):
    """An error, as in RFC 9457."""

    type: str = Field(examples=["/docs#TooManyPixels"])
    title: str
    status: int
    detail: str = Field(description="What was wrong, the limit, and what to do")
    error: str = Field(description="The same as detail; without a photo exactly `No image provided`")


class Success(_Body):
    """Done."""

    status: Literal["success"]


class Accepted(_Body):
    """The photo is stored and queued; or all photos are, if there were several."""

    job_id: JobId
    job_ids: list[JobId] | None = Field(
        None, description="Only for several photos: their jobs in the order of the photos, `job_id` first"
    )


class Shared(_Body):
    """A link to a result."""

    share_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{24}$")]
    url: str = Field(description="Of a page that shows the result, on this server", examples=["/shared/..."])
    expires_at: int = Field(description="Unix seconds; with the job")


class ModelName(_Body):
    """Which model classified."""

    name: str
    version: str
    sha256: str


class QualityNote(_Body):
    """Advice for a better photo."""

    code: Literal[
        "too_dark", "too_bright", "blurred", "blue_cast", "green_cast", "hazy", "unreadable_profile"
    ]
    text: str


class Quality(_Body):
    """Measures of the photo's quality; they do not affect predictions."""

    brightness: Share = Field(description="Median over the pixels, mean of the channels; 0 black, 1 white")
    shadows: Share = Field(description="Brightness that the darkest 5 % of the pixels are below")
    contrast: Share = Field(
        description="From shadows to the brightness that the lightest 5 % of the pixels are above"
    )
    sharpness: float | None = Field(
        ge=0, description="Fine detail relative to all detail; usually 0.4 to 1.2; null if there is no detail"
    )
    red_share: Share = Field(description="Of all light")
    green_share: Share
    blue_share: Share
    notes: list[QualityNote] = Field(description="Empty for a good photo")


class Figures(_Body):
    """The counts of chunks by state (they add up to the total), and the figures of a photo."""

    bleached_chunks: Count
    healthy_chunks: Count
    not_coral_chunks: Count
    unsure_chunks: Count
    no_data_chunks: Count = Field(0, description="More than half empty in the photo or under the colour card")
    partly_bleached_chunks: Count = Field(
        0, description="Only with corrections, if there are any; half of their area counts as bleached"
    )
    total_chunks: Count
    coral_cover: Share | None = Field(
        description="Coral of all that was classified, by area; unsure and empty parts count nowhere"
    )
    coral_cover_interval: Interval | None
    coral_cover_reason: str | None = Field(description="Why there is no figure")
    bleached_cover: Share | None = Field(description="Bleached coral as a share of all coral, by area")
    bleached_cover_interval: Interval | None
    bleached_cover_reason: str | None = Field(description="Why there is no figure")
    severity: Literal["none", "mild", "moderate", "severe", "unknown"] = Field(
        description="Class of the bleached cover: up to 1 %, 10 %, 50 %, more; unknown without a figure, or"
        " if its interval reaches over more than two classes"
    )


class Summary(Figures):
    """The counts and figures of a photo, and the model that classified it."""

    model: ModelName
    quality: Quality | None = Field(
        None, description="Null for a photo without data; not there in results of earlier versions"
    )
    card: ColourCard | None = Field(None, description="Only of photos that show the printed colour card")


class ClassProbabilities(_Body):
    """Calibrated probabilities; they add up to 1, except for rounding."""

    bleached: Share
    healthy: Share
    not_coral: Share


class ChunkResult(_Body):
    """One chunk, in pixels of the upright photo from its top left corner."""

    x: Count
    y: Count
    width: Annotated[int, Field(ge=1, le=244)]
    height: Annotated[int, Field(ge=1, le=244)]
    probability: Share = Field(description="Calibrated probability that the chunk is bleached")
    predicted_label: Literal["Bleached Coral", "Healthy Coral", "Not Coral", "Unsure", "No Data"]
    probabilities: ClassProbabilities = Field(description="All 0 for a chunk without data")
    seen_px: Count | None = Field(
        None, description="Pixels of the chunk that hold something; null in results of earlier versions"
    )


class Status(_Body):
    """The progress of a job; if `completed`, also its result; if `error`, the reason."""

    status: Literal["queued", "processing", "completed", "error"]
    completed_chunks: Count
    total_chunks: Annotated[int, Field(ge=1)]
    remaining_chunks: Count
    progress: str = Field(examples=["3/10"])
    image_width: int | None = Field(None, description="px of the upright photo")
    image_height: int | None = Field(None, description="px of the upright photo")
    result_width: int | None = Field(None, description="px of the picture")
    result_height: int | None = Field(None, description="px of the picture")
    summary: Summary | None = None
    chunks: list[ChunkResult] | None = Field(None, description="In row-major order")
    result_image: str | None = Field(None, examples=["data:image/png;base64,iVBORw0..."])
    error: str | None = None


class JobOverview(_Body):
    """A photo that was sent, and how far it is."""

    job_id: JobId
    batch: str | None
    created_at: float = Field(description="Unix seconds")
    expires_at: float = Field(description="Unix seconds; then the result is gone")
    status: Literal["queued", "processing", "completed", "error"]
    completed_chunks: Count
    total_chunks: Annotated[int, Field(ge=1)]
    remaining_chunks: Count
    progress: str = Field(examples=["3/10"])
    image_width: int = Field(description="px of the upright photo")
    image_height: int = Field(description="px of the upright photo")
    result_width: int | None = Field(None, description="px of the picture")
    result_height: int | None = Field(None, description="px of the picture")
    error: str | None = None


class JobList(_Body):
    """Photos that were sent with a token, newest first."""

    jobs: list[JobOverview]
    next: str | None = Field(description="`before` of the next page; null on the last one")


class Upload(_Body):
    """A form with a photo."""

    image: Annotated[
        str,
        Field(
            json_schema_extra={"type": "string", "format": "binary"},
            description="The photo as a file, in base64 or as a data URI; repeated for several photos",
        ),
    ]
    batch: BatchName | None = Field(
        None,
        description="Names photos that belong together; `GET /V1/api/jobs?batch=` lists them. In the query if"
        " the body is the photo itself",
    )
    model: Annotated[str, Field(max_length=150)] | None = Field(
        None,
        description="The model that classifies, one of `GET /V1/api/models`; the token's default for none. In"
        " the query if the body is the photo itself",
    )


class Dependency(_Body):
    """One dependency of the server."""

    ok: bool
    detail: str


class Ready(_Body):
    """Whether a photo sent now would be classified."""

    status: Literal["ready", "not ready"]
    redis: Dependency
    storage: Dependency
    model: Dependency
    workers: Dependency
    database: Dependency = Field(description="Of users and tokens; uploads need it if tokens are required")
    oldest_queued_s: float | None = Field(description="Age of the oldest job that is not finished, seconds")
