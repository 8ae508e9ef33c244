"""Describe the bodies of tokens."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel

ScopeName = Literal["read", "classify", "train", "networks"]


class NewToken(BodyModel):
    """The token to create."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        "", description="Purpose of the token, such as the app or machine that uses it"
    )
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=4)] = Field(
        description="What the token allows"
    )
    days: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        None, description="Days until it expires; null for no end of its own"
    )


class CreatedToken(BodyModel):
    """A new token."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(pattern=r"^ck[0-9a-f]{40}$")] = Field(
        description="Store it now: only its SHA-256 is kept, so it cannot be shown again"
    )


class TokenResponse(BodyModel):
    """The record of a token."""

    model_config = ConfigDict(extra="forbid")

    token_id: Annotated[int, Field(ge=1, lt=2**31)]
    name: str
    scopes: list[ScopeName]
    created_at: float = Field(description="Unix seconds")
    last_used_at: float | None = Field(description="Unix seconds, to the minute")
    expires_at: float | None = Field(description="Unix seconds; null for never")
    is_this: bool = Field(description="Whether it is the token of this request")


class TokenList(BodyModel):
    """The valid tokens of a user, oldest first."""

    model_config = ConfigDict(extra="forbid")

    user: str
    tokens: list[TokenResponse]
