"""Lay out a plot of the bleached cover of surveys over time; a template draws it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.surveys.heat_stress.curve import Curve, curve, time_shown
from coralchunk.surveys.heat_stress.series import HeatStress
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.report.figures import reason_text
from coralchunk.surveys.time_axis import Tick, TimeAxis
from coralchunk.translations import Texts

WIDTH: Final = 720
HEIGHT: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 64.0, 700.0, 24.0, 300.0  # of the field, px
HEAT_HEIGHT: Final = 210  # that heat stress adds below
HEAT_TOP, HEAT_BOTTOM = 384.0, 510.0
_DATE_PX: Final = 90.0  # between dates that are written; closer ones would run into each other


@dataclass(frozen=True, slots=True)
class Mark:
    """One survey in the field."""

    x: float  # px
    y: float | None  # px; None without a figure
    low_y: float
    high_y: float
    words: str


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat stress of the site, below the surveys and on their time axis."""

    curve: Curve
    dates: tuple[Tick, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn."""

    marks: tuple[Mark, ...]
    dates: tuple[Tick, ...]
    shares: tuple[Tick, ...]
    heat: Heat | None
    height: int  # px


def plot(surveys: Sequence[Measured], series: HeatStress | None, t: Texts) -> Plot:
    """Place surveys, by date from left to right.

    series  heat stress of their site
    """
    days = sorted({one.survey.date for one in surveys})
    first, last = time_shown(series, days) if days else (dt.date.min, dt.date.min)
    axis = TimeAxis(first, last, LEFT, RIGHT)
    highest = max(
        (one.cover.bleached.interval[1] for one in surveys if one.cover.bleached.interval), default=1.0
    )
    top = next(step for step in (0.1, 0.25, 0.5, 1.0) if highest <= step)
    heat = _heat(series, axis, t) if series is not None and days else None
    return Plot(
        marks=tuple(_mark(one, axis.across(one.survey.date), top, t) for one in surveys),
        dates=axis.at_days(days, _DATE_PX),
        shares=tuple(Tick(_down(top * part / 5, top), t.percent(top * part / 5)) for part in range(6)),
        heat=heat,
        height=HEIGHT if heat is None else HEIGHT + HEAT_HEIGHT,
    )


def _heat(series: HeatStress, axis: TimeAxis, t: Texts) -> Heat:
    words = t("heat stress in °C-weeks (DHW), NOAA Coral Reef Watch: {name}", name=series.name)
    return Heat(curve(series, axis, HEAT_TOP, HEAT_BOTTOM, t), axis.calendar(_DATE_PX), words)


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


def _down(share: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share / top, 1)
