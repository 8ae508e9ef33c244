"""Limit how many requests a client may send."""

import math
import time
from typing import Any, Final, cast

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address
from limits.storage import RedisStorage

from coralchunk.api.problems import domain_problem
from coralchunk.config import Settings
from coralchunk.errors import RateLimited

_OFF: Final = "off"
#: Requests that store something or are expensive count as uploads.
_KEPT: Final = frozenset(
    {
        "v1.classify",
        "tus.begin",
        "presigned.announce_upload",
        "presigned.confirm_upload",
        "coralnet.deploy",
        "deepomatic_networks.create_network",
        "coralnet.token_auth",
        "surveys.begin",
        "survey_sharing.share",
        "surveys.add_photo",
        "corrections.correct",
        "many_corrections.correct_many",
        "review.correct",
        "networks.graph",
        "webhooks.add",
        "tokens.create",
        "webhooks.replay",
        "collections.train",
        "collections.train_site",
        "apitorch.train",
        "apitorch.correct",
        "apitorch.freeform",
    }
)
#: Scripts send these by the hundred, and take a refusal for an image that cannot be had.
_IMAGES: Final = frozenset(
    {"ximilar_images.create", "apitorch_sets.upload", "collection_images.add", "apitorch.classify"}
)
_PROBES: Final = frozenset({"ops.health", "ops.ready", "ops.metrics"})  # these must always be answered


def install_rate_limits(app: Flask, settings: Settings, connections: object) -> None:
    """Refuse client addresses that send too many requests, counted in Redis, or in memory if Redis is down.

    connections  a pool of them to Redis, which give up soon
    """

    def rate() -> str:
        given = _given(settings)
        return "" if given == _OFF else given  # the limiter reads an empty string as no limit

    # It would also import this client, and not use it: a tenth of a second and 10 MB for each web process.
    RedisStorage.DEPENDENCIES.pop("valkey", None)
    Limiter(
        get_remote_address,
        app=app,
        # Only its scheme counts: the connections are given.
        storage_uri="memory://" if settings.redis_url is None else "redis://",
        storage_options=cast(dict[str, Any], {"connection_pool": connections}),
        in_memory_fallback_enabled=True,
        # Of several requests that find Redis down, only one may fail over; the others pass.
        swallow_errors=True,
        key_prefix="coralchunk",
        default_limits=[rate],
        on_breach=_refuse,
        default_limits_exempt_when=lambda: request.endpoint in _PROBES,
    )


def _given(settings: Settings) -> str:
    if request.endpoint in _KEPT:
        return settings.rate_limit
    return settings.rate_limit_images if request.endpoint in _IMAGES else settings.rate_limit_reads


def _refuse(breach: RequestLimit) -> Response:
    # Returned, not raised: the limiter would treat an exception here as a failure of its storage.
    wait_s = max(1, math.ceil(breach.reset_at - time.time()))
    return domain_problem(RateLimited(str(breach.limit), wait_s))
