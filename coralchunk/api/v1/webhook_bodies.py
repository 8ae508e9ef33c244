"""Describe the bodies of webhooks."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import Count

EventName = Literal["coralchunk.job.completed", "coralchunk.job.failed", "coralchunk.batch.finished"]
Address = Annotated[str, Field(max_length=2000, pattern=r"^[\x21-\x7e]+$")]


class _Body(BodyModel):
    model_config = ConfigDict(extra="forbid")


class NewWebhook(_Body):
    """An address that is to be told of the photos of this token."""

    url: Address = Field(
        description="`https://` or `http://`, or `mailto:` on servers that send e-mail",
        examples=["https://lab.example/reef"],
    )
    events: Annotated[list[EventName], Field(max_length=3)] = Field(
        default=[], description="What it is told; empty for all"
    )


class WebhookResponse(_Body):
    """A webhook; its secret is shown only when it is added."""

    webhook_id: Annotated[int, Field(ge=1, lt=2**31)]
    url: str
    events: list[EventName]
    created_at: float = Field(description="Unix seconds")
    disabled_at: float | None = Field(
        description="Unix seconds; the address has answered 410, and is told nothing more"
    )


class AddedWebhook(WebhookResponse):
    """A new webhook."""

    secret: str = Field(
        description="Verifies the signatures, as in Standard Webhooks; it cannot be shown again",
        examples=["whsec_..."],
    )


class WebhookList(_Body):
    """The webhooks of a token, oldest first."""

    webhooks: list[WebhookResponse]


class DeliveryResponse(_Body):
    """One event for one webhook."""

    delivery_id: Annotated[int, Field(ge=1, lt=2**31)]
    event_id: str = Field(description="The header `webhook-id`; the same in each attempt")
    type: EventName
    status: Literal["waiting", "delivered", "failed"] = Field(description="`failed`: it was given up")
    created_at: float = Field(description="Unix seconds")
    attempts: Count
    next_attempt_at: float | None = Field(description="Unix seconds; null if there is none")
    delivered_at: float | None = Field(description="Unix seconds")
    answer: str | None = Field(description="To the last attempt", examples=["200 OK"])


class DeliveryList(_Body):
    """The newest deliveries of a webhook, newest first."""

    deliveries: list[DeliveryResponse]
