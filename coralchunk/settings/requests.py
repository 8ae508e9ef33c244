"""Define the limits on requests to the server, and on requests that it makes."""

import pkgutil

from pydantic import BaseModel, Field, field_validator

from coralchunk.settings.values import Count, allowed_place, entries_of


class RequestSettings(BaseModel):
    """How often clients may call, and what the server may fetch."""

    rate_limit: str = Field(
        "600/minute",
        description="rate limit of uploads per client address, as `60/minute;1000/day`; `off` for no limit",
    )
    rate_limit_images: str = Field(
        "6000/minute", description="rate limit of training images per client address"
    )
    rate_limit_reads: str = Field(
        "60000/minute", description="rate limit of other requests per client address"
    )
    fetch_urls: bool = Field(
        default=False,
        description="`1`: the server fetches photos by URL; `make run` on loopback sets it",
    )
    fetch_allow: tuple[str, ...] = Field(
        (),
        description="comma-separated private networks that may be fetched from, as `10.1.2.0/24:8080`",
    )
    fetch_parallel: Count = Field(8, description="most photos that all workers together fetch at once")

    @field_validator("rate_limit", "rate_limit_images", "rate_limit_reads")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        if value != "off":
            try:
                # By name: the package takes a tenth of a second to load, and most servers keep the default.
                pkgutil.resolve_name("limits:parse_many")(value)
            except ValueError:
                raise ValueError("write it like 60/minute or 60/minute;1000/day, or off") from None
        return value

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _known_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        entries = entries_of(value)
        for entry in entries:
            allowed_place(entry)
        return entries
