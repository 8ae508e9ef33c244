"""Define the errors about webhooks.

CoralchunkError
├─ Denied
│   └─ WebhooksOff
├─ BadRequest
│   └─ TooManyWebhooks
└─ Missing
    ├─ UnknownWebhook
    └─ UnknownDelivery
"""

from coralchunk.errors import BadRequest, Missing
from coralchunk.errors.access import Denied


class WebhooksOff(Denied):
    """The server sends no webhooks."""

    def __init__(self) -> None:
        super().__init__("This server sends no webhooks: its operator has not set CORALCHUNK_WEBHOOKS=1.")


class TooManyWebhooks(BadRequest):
    """The token has the maximum number of webhooks."""

    def __init__(self, most: int) -> None:
        super().__init__(f"This token has {most} webhooks, which is the maximum. Delete one of them first.")


class UnknownWebhook(Missing):
    """No webhook has this id, or it is another token's."""

    def __init__(self, webhook_id: int) -> None:
        super().__init__(f"No webhook {webhook_id}: it never existed, was deleted, or is another token's.")


class UnknownDelivery(Missing):
    """The webhook has no delivery of this id."""

    def __init__(self, delivery_id: int, webhook_id: int) -> None:
        super().__init__(
            f"Webhook {webhook_id} has no delivery {delivery_id}; deliveries are kept for 30 days."
        )
