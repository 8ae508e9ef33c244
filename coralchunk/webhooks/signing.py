"""Sign deliveries as Standard Webhooks 1.0 describes, https://www.standardwebhooks.com."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from typing import Final

_PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    """Return a new secret, in the form that verifying libraries take."""
    return _PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(secret: str, event_id: str, now: int, body: str) -> dict[str, str]:
    """Return the headers that prove who sent a body, and when (Unix seconds)."""
    key = b64decode(secret.removeprefix(_PREFIX))
    signature = hmac.digest(key, f"{event_id}.{now}.{body}".encode(), hashlib.sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }
