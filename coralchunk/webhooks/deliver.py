"""Send the deliveries that are due, and decide when one that failed is tried again."""

import asyncio
import random
from dataclasses import dataclass
from typing import Final

import httpx
import structlog
from ssrfguard import SSRFGuardError
from ssrfguard.httpx import AsyncClient

from coralchunk import __version__
from coralchunk.config import Settings
from coralchunk.storage.remote import certificates, policy_of
from coralchunk.storage.rows import webhooks
from coralchunk.storage.rows.webhooks import Delivery, Webhook
from coralchunk.storage.sql.database import Database
from coralchunk.webhooks.mail import MAIL, send_mail
from coralchunk.webhooks.signing import signed_headers

MOST_ATTEMPTS: Final = 9
KEPT_S: Final = 30 * 86_400  # deliveries, in the log
_FIRST_WAIT_S: Final = 5.0
_GROWTH: Final = 5.0
_LONGEST_WAIT_S: Final = 6 * 3600.0
_JITTER: Final = 0.2
_TIMEOUT_S: Final = 15.0
_TAKEN_S: Final = 120.0  # a delivery whose sender died is due again after this
_AT_ONCE: Final = 20
_LONGEST_ANSWER: Final = 300
_GONE: Final = 410
_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went."""

    is_delivered: bool
    answer: str
    is_gone: bool = False  # the address wants nothing more


def deliver_due(database: Database, settings: Settings, now: float) -> int:
    """Send what is due to all addresses at once. Returns how many deliveries were tried.

    now  Unix seconds
    """
    with database.reading() as connection:
        if not webhooks.is_any_due(connection, now):
            return 0  # asked every second: without a write lock where there is nothing to do
    with database.writing() as connection:
        due = webhooks.take_due(connection, now, now + _TAKEN_S, _AT_ONCE)
        hooks = {hook.id: hook for hook in webhooks.webhooks_of(connection, None)} if due else {}
    due = [one for one in due if one.webhook_id in hooks]
    outcomes = asyncio.run(_send_all([(hooks[one.webhook_id], one) for one in due], settings, now))
    for delivery, outcome in zip(due, outcomes, strict=True):
        attempts = delivery.attempts + 1
        next_at = None if outcome.is_delivered or outcome.is_gone else next_attempt(attempts, now)
        with database.writing() as connection:
            delivered_at = now if outcome.is_delivered else None
            webhooks.end_attempt(connection, delivery.id, outcome.answer, next_at, delivered_at)
            if outcome.is_gone:
                webhooks.disable_webhook(connection, delivery.webhook_id, now)
        event = "webhook delivered" if outcome.is_delivered else "webhook not delivered"
        _log.info(event, webhook=delivery.webhook_id, delivery=delivery.id, answer=outcome.answer)
    return len(due)


def next_attempt(attempts: int, now: float) -> float | None:
    """Return when to try again after so many attempts, in Unix seconds; None if it is given up.

    The waits grow exponentially up to six hours, and vary at random so that many deliveries that failed
    together are not repeated together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * _GROWTH ** (attempts - 1))
    return now + wait_s * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - not a secret


async def _send_all(due: list[tuple[Webhook, Delivery]], settings: Settings, now: float) -> list[Outcome]:
    return await asyncio.gather(*(_send(hook, delivery, settings, now) for hook, delivery in due))


async def _send(hook: Webhook, delivery: Delivery, settings: Settings, now: float) -> Outcome:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            if hook.url.startswith(MAIL):
                return Outcome(
                    is_delivered=True, answer=await asyncio.to_thread(send_mail, hook.url, delivery, settings)
                )
            return await _post(hook, delivery, settings, now)
    except SSRFGuardError as refused:
        return _failed(f"the address may not be used from here: {refused}")
    except TimeoutError:
        return _failed(f"no answer within {_TIMEOUT_S:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        return _failed(str(failure) or type(failure).__name__)


async def _post(hook: Webhook, delivery: Delivery, settings: Settings, now: float) -> Outcome:
    async with AsyncClient(
        policy=policy_of(settings),
        trust_env=False,  # a proxy would look names up by itself
        verify=certificates(),
        follow_redirects=False,
        timeout=httpx.Timeout(_TIMEOUT_S),
        headers={"User-Agent": f"coralchunk/{__version__}"},
    ) as client:
        signed = signed_headers(hook.secret, delivery.event_id, int(now), delivery.body)
        headers = signed | {"Content-Type": "application/cloudevents+json; charset=utf-8"}
        async with client.stream("POST", hook.url, content=delivery.body.encode(), headers=headers) as answer:
            said = f"{answer.status_code} {answer.reason_phrase}".rstrip()
            return Outcome(answer.is_success, said, is_gone=answer.status_code == _GONE)


def _failed(reason: str) -> Outcome:
    return Outcome(is_delivered=False, answer=reason[:_LONGEST_ANSWER])
