"""Define the settings of log-in at an OpenID provider."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, field_validator

from coralchunk.settings.values import entries_of

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Entries = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: entries_of(given) if isinstance(given, str) else given)
]


class OidcSettings(BaseModel):
    """Where users log in, and who of them may."""

    oidc_client_id: str | None = Field(
        None, description="id under which the OpenID provider knows this server"
    )
    oidc_client_secret: str | None = Field(
        None, description="its secret; empty for a public client, with PKCE alone"
    )
    oidc_scope: str = Field(
        "openid email profile", description="what is requested from the provider; some need `groups` too"
    )
    oidc_domains: Entries = Field(
        (), description="users with a verified e-mail address of these domains may log in; comma-separated"
    )
    oidc_groups: Entries = Field(
        (), description="users who are in one of these groups (claim `groups`) may log in; comma-separated"
    )
    oidc_read_only_groups: Entries = Field(
        (), description="users in one of these groups get tokens that may only read; comma-separated"
    )
    oidc_issuer: str | None = Field(
        None,
        description="issuer of an OpenID provider where users may log in, such as"
        " `https://login.example.edu`; needs `pip install 'coralchunk[oidc]'`",
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _usable(cls, value: str | None, others: ValidationInfo) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or is_local):
            raise ValueError("write it like https://login.example.edu")
        if not others.data.get("oidc_client_id"):
            raise ValueError("set CORALCHUNK_OIDC_CLIENT_ID too, as the provider gave it")
        if not (others.data.get("oidc_domains") or others.data.get("oidc_groups")):
            raise ValueError(
                "say who may log in: CORALCHUNK_OIDC_DOMAINS=example.edu or CORALCHUNK_OIDC_GROUPS=reef-lab"
            )
        return value
