"""Lay out a plot of the bleached cover of surveys over time; a template draws it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.surveys.measured import Measured
from coralchunk.surveys.report.figures import reason_text
from coralchunk.translations import Texts

WIDTH: Final = 720
HEIGHT: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 64.0, 700.0, 24.0, 300.0  # of the field, px
_DATE_PX: Final = 90.0  # between dates that are written; closer ones would run into each other
_MARGIN: Final = 0.04  # of the time, so that no mark is on the edge


@dataclass(frozen=True, slots=True)
class Mark:
    """One survey in the field."""

    x: float  # px
    y: float | None  # px; None without a figure
    low_y: float
    high_y: float
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A number or a date at an axis."""

    at: float  # px
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn."""

    marks: tuple[Mark, ...]
    dates: tuple[Tick, ...]
    shares: tuple[Tick, ...]


def plot(surveys: Sequence[Measured], t: Texts) -> Plot:
    """Place surveys, by date from left to right."""
    days = sorted({one.survey.date for one in surveys})
    first, last = (days[0], days[-1]) if days else (dt.date.min, dt.date.min)
    highest = max(
        (one.cover.bleached.interval[1] for one in surveys if one.cover.bleached.interval), default=1.0
    )
    top = next(step for step in (0.1, 0.25, 0.5, 1.0) if highest <= step)
    return Plot(
        marks=tuple(_mark(one, _across(one.survey.date, first, last), top, t) for one in surveys),
        dates=_dates(days),
        shares=tuple(Tick(_down(top * part / 5, top), t.percent(top * part / 5)) for part in range(6)),
    )


def _dates(days: Sequence[dt.date]) -> tuple[Tick, ...]:
    ticks: list[Tick] = []
    for day in days:
        at = _across(day, days[0], days[-1])
        if not ticks or at - ticks[-1].at >= _DATE_PX:
            ticks.append(Tick(at, day.isoformat()))
    return tuple(ticks)


def _mark(one: Measured, x: float, top: float, t: Texts) -> Mark:
    share, name = one.cover.bleached, f"{one.survey.name}, {one.survey.date.isoformat()}"
    if share.value is None or share.interval is None:
        words = t("{name}: no figure, {reason}", name=name, reason=reason_text(share.reason or "", t))
        return Mark(x, None, BOTTOM, BOTTOM, words)
    low, high = share.interval
    words = t(
        "{name}: {share} of the coral looks bleached (95 %: {low} to {high})",
        name=name,
        share=t.percent(share.value),
        low=t.percent(low),
        high=t.percent(high),
    )
    return Mark(x, _down(share.value, top), _down(low, top), _down(high, top), words)


def _across(day: dt.date, first: dt.date, last: dt.date) -> float:
    whole = (last - first).days
    part = (day - first).days / whole if whole else 0.5
    return round(LEFT + (RIGHT - LEFT) * (_MARGIN + part * (1 - 2 * _MARGIN)), 1)


def _down(share: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share / top, 1)
