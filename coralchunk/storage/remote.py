"""Fetch a photo from the web, within limits, and never from inside the operator's network."""

import asyncio
import ssl
from functools import cache
from io import BytesIO
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
from ssrfguard import Policy, SSRFGuardError
from ssrfguard.httpx import AsyncClient

from coralchunk import __version__
from coralchunk.config import Settings
from coralchunk.errors.access import NotFetched
from coralchunk.settings.values import allowed_place

_CONNECT_S: Final = 5.0
_SILENCE_S: Final = 10.0  # longest wait for the next byte
_WHOLE_S: Final = 30.0  # from the look-up of its name to its last byte, redirects included
_MAX_REDIRECTS: Final = 5
_WEB_PORTS: Final = (80, 443)
_LONGEST_REASON: Final = 300


def fetch(url: str, settings: Settings) -> BytesIO:
    """Fetch a photo; whether it is one, the decoder finds out. Raises NotFetched, naming address and reason.

    The name is looked up once, every answer is checked, and the connection goes to a checked address; so for
    each redirect. Private, loopback, link-local, multicast and metadata addresses are refused.
    """
    try:
        return asyncio.run(_fetch(_direct(url), settings))
    except _Unfit as unfit:
        raise NotFetched(url, str(unfit)) from None
    except SSRFGuardError as refused:
        raise NotFetched(url, f"it may not be fetched from here: {str(refused)[:_LONGEST_REASON]}") from None
    except TimeoutError:
        raise NotFetched(url, f"it took longer than {_WHOLE_S:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as failure:
        reason = str(failure)[:_LONGEST_REASON] or type(failure).__name__
        raise NotFetched(url, f"it could not be fetched: {reason}") from failure


class _Unfit(Exception):
    """What came is not what can be used."""


async def _fetch(url: str, settings: Settings) -> BytesIO:
    # Only from outside can all of it be bounded: a host may drip its headers too, and send on and on.
    async with (
        asyncio.timeout(_WHOLE_S),
        AsyncClient(
            policy=policy_of(settings),
            trust_env=False,  # a proxy would look names up by itself
            verify=certificates(),
            follow_redirects=True,
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
            headers={"User-Agent": f"coralchunk/{__version__}", "Accept-Encoding": "identity"},
        ) as client,
        client.stream("GET", url) as answer,
    ):
        return await _read(answer, settings.max_upload_mb)


@cache
def certificates() -> ssl.SSLContext:
    """Load the certificate authorities once: a client of its own would take 22 ms for it at each fetch."""
    return httpx.create_ssl_context(trust_env=False)


async def _read(answer: httpx.Response, max_mb: int) -> BytesIO:
    if answer.status_code != 200:
        raise _Unfit(f"its server answered {answer.status_code} {answer.reason_phrase}".rstrip())
    # Photos are already compressed; a compressed response may expand to any size.
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _Unfit("its server sent it compressed, which was not asked for")
    if int(answer.headers.get("Content-Length") or 0) > max_mb * 1_000_000:
        raise _Unfit(f"it is larger than {max_mb} MB")
    content = BytesIO()
    async for block in answer.aiter_raw(1 << 16):
        content.write(block)
        if content.tell() > max_mb * 1_000_000:
            raise _Unfit(f"it is larger than {max_mb} MB")
    return content


def policy_of(settings: Settings) -> Policy:
    """Return which addresses may be used from here: none inside the operator's network unless allowed."""
    places = [allowed_place(entry) for entry in settings.fetch_allow]
    return Policy(
        allowed_networks=tuple(network for network, _ in places),
        allowed_ports=frozenset({*_WEB_PORTS, *(port for _, port in places if port is not None)}),
        max_redirects=_MAX_REDIRECTS,
    )


def _direct(url: str) -> str:
    """Return where the file itself is: a Dropbox link with dl=0 leads to a page that shows it."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host != "dropbox.com" and not host.endswith(".dropbox.com"):
        return url
    query = [(name, "1" if (name, value) == ("dl", "0") else value) for name, value in parse_qsl(parts.query)]
    return urlunsplit(parts._replace(query=urlencode(query)))
