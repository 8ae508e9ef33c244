"""Describe the bodies of reviews: chunks to check, and what their labels say."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import ClassProbabilities, Count, Interval, JobId, Share
from coralchunk.api.v1.correction_bodies import Label, Said
from coralchunk.api.v1.survey_bodies import CorrectedCover, Id


class _Response(BodyModel):
    model_config = ConfigDict(extra="forbid")


class Box(_Response):
    """A rectangle in pixels of the upright photo."""

    x: Count
    y: Count
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class ReviewChunkResponse(_Response):
    """A chunk to check."""

    job_id: JobId
    photo_id: Id | None = Field(description="In its survey; null for a photo by itself")
    photo: str = Field(description="Name of the photo")
    chunk: Count
    box: Box
    view: Box = Field(description="What `view.webp` shows")
    predicted_label: Said
    probabilities: ClassProbabilities
    label: Label | None = Field(description="That a person gave; null for none")


class Estimate(_Response):
    """Cover of the photos as they are, with what is known by now."""

    coral_cover: Share | None
    coral_cover_interval: Interval | None
    coral_cover_reason: str | None = Field(description="Why there is no figure, or no interval")
    bleached_cover: Share | None
    bleached_cover_interval: Interval | None
    bleached_cover_reason: str | None = Field(description="Why there is no figure, or no interval")


class Ahead(Estimate):
    """The same after some more checks, if they are like what the model and the checks so far expect."""

    checks: Count


class ReviewResponse(_Response):
    """The next chunks to check, and what the checks so far say."""

    order: Literal["uncertain", "random"]
    checked: Count = Field(description="Of the chunks in this order")
    total: Count = Field(description="Chunks in this order")
    photos: Count = Field(description="That can be looked at")
    photos_away: Count = Field(description="Whose jobs have expired, and which the survey does not keep")
    chunks: list[ReviewChunkResponse] = Field(description="That are still to check, first ones first")
    now: Estimate
    ahead: Ahead


class Pair(_Response):
    """Two people who labelled the same chunks."""

    first: str
    second: str
    chunks: Count = Field(description="That both labelled")
    agreed: Count
    kappa: float | None = Field(description="Cohen's; null where both gave one label to all")


class Audit(Estimate):
    """Cover of the photos as a random sample of their chunks tells it, without trusting the model."""

    sample: Count = Field(description="Labelled chunks that the estimate uses")
    chunks: Count = Field(description="Of all photos that can be looked at")


class AuditResponse(_Response):
    """The cover of a survey by its model, with the corrections, and by the random audit."""

    survey_id: Id
    photos: Count = Field(description="That can be looked at; the audit is of these")
    photos_away: Count
    model: CorrectedCover = Field(description="By the labels of the model; of all photos")
    corrected: CorrectedCover | None = Field(description="By the labels that count; null without corrections")
    audit: Audit
    agreement: list[Pair]
