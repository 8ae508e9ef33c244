"""Write the figures of a report: shares with their intervals, or why there are none."""

import re
from collections.abc import Sequence
from typing import Final

from coralchunk.science.cover import Share
from coralchunk.translations import Texts, whole_percent

#: Why there is no figure, as `science` and `review` say it.
REASONS: Final = (
    "too few chunks that the model is sure of: {found}, at least {least} are needed",
    "too few chunks of coral: {found}, at least {least} are needed",
    "too few photos with coral: {found}, at least {least} are needed",
    "too few photos with chunks that the model is sure of: {found}, at least {least} are needed",
    "too few labelled chunks: at least {least} of each of the model's labels are needed",
    "no labelled chunk shows what it is",
    "no labelled chunk is coral",
    "the model states no error rates",
    "nothing is known of any chunk",
)


def percent(value: float, t: Texts) -> str:
    """Write a share as a whole percentage; only a share of 0 is shown as 0, and only one of 1 as 100."""
    if 0 < value < 0.01:
        return t("under {percent}", percent=t.percent(0.01))
    if 0.99 < value < 1:
        return t("over {percent}", percent=t.percent(0.99))
    return t.percent(value)


def with_interval(value: float | None, interval: Sequence[float] | None, reason: str | None, t: Texts) -> str:
    """Write a share with its 95 % interval, or why there is none."""
    if value is None:
        return t("no figure: {reason}", reason=reason_text(reason or "", t))
    if interval is None:
        return percent(value, t)
    low, high = whole_percent(interval[0]), percent(interval[1], t)
    return t("{percent} (95 %: {low} to {high})", percent=percent(value, t), low=low, high=high)


def share_text(share: Share, t: Texts) -> str:
    """Write a share with its interval."""
    return with_interval(share.value, share.interval, share.reason, t)


def reason_text(reason: str, t: Texts) -> str:
    """Translate why there is no figure."""
    for known in REASONS:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(known))
        found = re.fullmatch(pattern, reason)
        if found:
            return t(known, **found.groupdict())
    return reason
