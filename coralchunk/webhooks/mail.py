"""Send an e-mail about a finished batch."""

import json
import smtplib
import ssl
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from coralchunk.config import Settings
from coralchunk.storage.rows.webhooks import Delivery

MAIL: Final = "mailto:"
_TIMEOUT_S: Final = 10.0
_PORTS: Final = {"smtp": 25, "smtps": 465}


def send_mail(address: str, delivery: Delivery, settings: Settings) -> str:
    """Send a delivery to an address `mailto:...`. Returns what the log says of it. Raises OSError."""
    if settings.smtp_url is None:
        raise OSError("this server sends no e-mail: CORALCHUNK_SMTP_URL is not set")
    message = _message(address.removeprefix(MAIL), delivery, settings)
    parts = urlsplit(settings.smtp_url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    tls = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=tls)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
        ) as server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=tls)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except smtplib.SMTPException as refused:
        raise OSError(f"the mail server refused it: {refused}") from refused
    return "accepted by the mail server"


def _message(to: str, delivery: Delivery, settings: Settings) -> EmailMessage:
    batch = json.loads(delivery.body)["data"]
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, to
    message["Subject"] = (
        f"Batch {batch['batch']}: {batch['completed']} of {batch['photos']} photos classified"
    )
    message["Message-ID"] = f"<{delivery.event_id}.{delivery.webhook_id}@coralchunk>"
    message["Auto-Submitted"] = "auto-generated"
    failed = f"{batch['failed']} could not be classified.\n" if batch["failed"] else ""
    message.set_content(
        f"The photos of the batch {batch['batch']} are classified:"
        f" {batch['completed']} of {batch['photos']}.\n"
        f"{failed}\nYou get this message because a webhook for this address exists on a coralchunk server.\n"
        f"DELETE /V1/api/webhooks/{delivery.webhook_id} removes it.\n"
    )
    return message
