"""Define the settings of webhooks and e-mail."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationInfo, field_validator

_SCHEMES = frozenset({"smtp", "smtps"})


class NotificationSettings(BaseModel):
    """Whom the server tells that photos are classified."""

    webhooks: bool = Field(
        default=False,
        description="`1`: users may register addresses that are notified when their photos are classified",
    )
    smtp_url: str | None = Field(
        None,
        description="mail server for e-mail about finished batches, as `smtp://user:password@host:587` (with"
        " STARTTLS where the server offers it) or `smtps://...`; needs `CORALCHUNK_WEBHOOKS=1`",
    )
    mail_from: str = Field("coralchunk@localhost", description="sender of these e-mails")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str | None, others: ValidationInfo) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("write it like smtp://user:password@mail.example:587")
        if not others.data.get("webhooks"):
            raise ValueError("e-mail is a kind of webhook; set CORALCHUNK_WEBHOOKS=1 too")
        return value
