"""Serve webhooks of a token: /V1/api/webhooks."""

import time
from typing import Any, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.refusals import BODY, NO_DATABASE
from coralchunk.api.v1.webhook_bodies import AddedWebhook, DeliveryList, NewWebhook, WebhookList
from coralchunk.identity import Scope
from coralchunk.storage.rows.webhooks import Delivery, Webhook
from coralchunk.webhooks.events import EventType

webhooks = Blueprint("webhooks", __name__, url_prefix="/V1/api/webhooks")

_TOKEN: Final = {
    401: "There is no token, or a wrong one; webhooks need one on every server",
    403: "The token was not given out for this, or the server sends no webhooks (`CORALCHUNK_WEBHOOKS`)",
    503: NO_DATABASE,
}
_UNKNOWN: Final = "No such webhook, or another token's"


@webhooks.post("")
@operation(
    Operation(answers={201: AddedWebhook}, problems={**BODY, **_TOKEN}, body=NewWebhook, needs_token=True)
)
def add() -> ResponseReturnValue:
    """Have an address told when photos of this token are classified.

    It gets CloudEvents as JSON with POST, signed as in Standard Webhooks. An answer other than 2xx is
    followed by further attempts for about a day. The answer to this request shows the secret, once.
    """
    identity, body = authenticate(Scope.CLASSIFY), read_json_body(NewWebhook)
    events = [EventType(name) for name in body.events]
    added = services().webhooks.add(identity, body.url, events, time.time())
    return private(jsonify({**_webhook_body(added), "secret": added.secret})), 201


@webhooks.get("")
@operation(Operation(answers={200: WebhookList}, problems=_TOKEN, needs_token=True))
def listed() -> ResponseReturnValue:
    """List the webhooks of this token."""
    owner = authenticate(Scope.READ).owner
    return private(jsonify(webhooks=[_webhook_body(one) for one in services().webhooks.listed(owner)]))


@webhooks.delete("/<int:webhook_id>")
@operation(Operation(answers={200: Success}, problems={404: _UNKNOWN, **_TOKEN}, needs_token=True))
def delete(webhook_id: int) -> ResponseReturnValue:
    """Remove a webhook with its log."""
    services().webhooks.delete(webhook_id, authenticate(Scope.CLASSIFY).owner)
    return jsonify(status="success")


@webhooks.get("/<int:webhook_id>/deliveries")
@operation(Operation(answers={200: DeliveryList}, problems={404: _UNKNOWN, **_TOKEN}, needs_token=True))
def deliveries(webhook_id: int) -> ResponseReturnValue:
    """List the newest 100 deliveries of a webhook, newest first; they are kept for 30 days."""
    found = services().webhooks.deliveries(webhook_id, authenticate(Scope.READ).owner)
    return private(jsonify(deliveries=[_delivery_body(one) for one in found]))


@webhooks.post("/<int:webhook_id>/deliveries/<int:delivery_id>/replay")
@operation(
    Operation(
        answers={200: Success}, problems={404: f"{_UNKNOWN}, or no such delivery", **_TOKEN}, needs_token=True
    )
)
def replay(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send a delivery again, with the same id."""
    owner = authenticate(Scope.CLASSIFY).owner
    services().webhooks.replay(webhook_id, delivery_id, owner, time.time())
    return jsonify(status="success")


def _webhook_body(webhook: Webhook) -> dict[str, Any]:
    return {
        "webhook_id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "created_at": webhook.created_at,
        "disabled_at": webhook.disabled_at,
    }


def _delivery_body(delivery: Delivery) -> dict[str, Any]:
    is_over = "delivered" if delivery.delivered_at is not None else "failed"
    return {
        "delivery_id": delivery.id,
        "event_id": delivery.event_id,
        "type": delivery.type,
        "status": is_over if delivery.next_at is None else "waiting",
        "created_at": delivery.created_at,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_at,
        "delivered_at": delivery.delivered_at,
        "answer": delivery.answer,
    }
