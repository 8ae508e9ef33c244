"""Keep the webhooks of tokens: add, list and remove them, read their log, and repeat deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from coralchunk.config import Settings
from coralchunk.errors.surveys import BadValue
from coralchunk.errors.webhooks import TooManyWebhooks, UnknownDelivery, UnknownWebhook, WebhooksOff
from coralchunk.identity import Identity
from coralchunk.storage.rows import webhooks
from coralchunk.storage.rows.webhooks import Delivery, Webhook
from coralchunk.storage.sql.database import Database
from coralchunk.webhooks.events import EventType
from coralchunk.webhooks.mail import MAIL
from coralchunk.webhooks.signing import new_secret

MOST_WEBHOOKS: Final = 20  # of a token
_LOGGED: Final = 100  # deliveries that the log shows
_LARGEST_NUMBER: Final = 2**31 - 1  # that PostgreSQL's integer holds
_MAIL_EVENTS: Final = frozenset({EventType.BATCH_FINISHED})


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of this server.

    A token manages its own; an owner of None is the operator, who manages all.
    """

    database: Database
    settings: Settings

    def add(self, identity: Identity, url: str, events: Sequence[EventType], now: float) -> Webhook:
        """Add a webhook of a token. Raises WebhooksOff, BadValue, TooManyWebhooks.

        events  empty for all that the address can be told
        now     Unix seconds
        """
        if not self.settings.webhooks:
            raise WebhooksOff
        possible = _MAIL_EVENTS if url.startswith(MAIL) else frozenset(EventType)
        self._check(url, events, possible)
        wanted = tuple(sorted(event.value for event in (events or possible)))
        webhook = Webhook(0, identity.user_id, identity.owner, url, wanted, new_secret(), now)
        with self.database.writing() as connection:
            if webhooks.count_webhooks(connection, identity.owner) >= MOST_WEBHOOKS:
                raise TooManyWebhooks(MOST_WEBHOOKS)
            webhook_id = webhooks.add_webhook(connection, webhook)
            return next(
                one for one in webhooks.webhooks_of(connection, identity.owner) if one.id == webhook_id
            )

    def listed(self, owner: str | None) -> list[Webhook]:
        """Return the webhooks of a token, or all, oldest first."""
        with self.database.reading() as connection:
            return webhooks.webhooks_of(connection, owner)

    def delete(self, webhook_id: int, owner: str | None) -> None:
        """Remove a webhook with its log. Raises UnknownWebhook."""
        self._known(webhook_id, owner)
        with self.database.writing() as connection:
            webhooks.delete_webhook(connection, webhook_id)

    def deliveries(self, webhook_id: int, owner: str | None) -> list[Delivery]:
        """Return the newest deliveries of a webhook, newest first. Raises UnknownWebhook."""
        self._known(webhook_id, owner)
        with self.database.reading() as connection:
            return webhooks.deliveries_of(connection, webhook_id, _LOGGED)

    def replay(self, webhook_id: int, delivery_id: int, owner: str | None, now: float) -> None:
        """Send a delivery again, with the same id. Raises UnknownWebhook, UnknownDelivery.

        now  Unix seconds
        """
        self._known(webhook_id, owner)
        number = min(delivery_id, _LARGEST_NUMBER)
        with self.database.writing() as connection:
            if not webhooks.replay(connection, webhook_id, number, now):
                raise UnknownDelivery(delivery_id, webhook_id)

    def _known(self, webhook_id: int, owner: str | None) -> None:
        if webhook_id not in {one.id for one in self.listed(owner)}:
            raise UnknownWebhook(webhook_id)

    def _check(self, url: str, events: Sequence[EventType], possible: frozenset[EventType]) -> None:
        parts = urlsplit(url)
        if parts.scheme == "mailto":
            if self.settings.smtp_url is None:
                raise BadValue(
                    "url", url, "this server sends no e-mail; its operator sets CORALCHUNK_SMTP_URL"
                )
            if url.count("@") != 1 or not all(url.removeprefix(MAIL).split("@")) or "?" in url:
                raise BadValue("url", url, "write it like mailto:ana@reef.example")
        elif parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
            raise BadValue("url", url, "use https://host/path or mailto:name@host, without a password")
        if impossible := [event.value for event in events if event not in possible]:
            raise BadValue("events", ", ".join(impossible), "e-mail is sent only for finished batches")
