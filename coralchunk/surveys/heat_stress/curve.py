"""Lay out the heat stress of a site on a time axis; plots and reports draw it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.surveys.heat_stress.series import ALERT_LEVELS, Day, HeatStress
from coralchunk.surveys.time_axis import TimeAxis
from coralchunk.translations import Texts

BEFORE: Final = dt.timedelta(days=182)  # shown before the first survey: bleaching follows the heat of months
AFTER: Final = dt.timedelta(days=91)
_LONGEST_GAP: Final = dt.timedelta(days=14)  # NOAA's earlier series have two days a week
_TOPS: Final = (10.0, 15.0, 20.0, 30.0, 50.0, 100.0)  # of the axis, °C-weeks
_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the plot."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the plot."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The heat stress in a plot."""

    lines: tuple[tuple[Point, ...], ...]  # broken where days are missing
    levels: tuple[Level, ...]  # from which a Bleaching Alert Level may hold
    scale: tuple[Level, ...]  # in °C-weeks


def time_shown(series: HeatStress | None, days: Sequence[dt.date]) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the axis on which surveys stand.

    series  None: the axis goes from the first survey to the last
    days    of the surveys, in their order, at least one
    """
    first, last = days[0], days[-1]
    if series is None:
        return first, last
    known_from, known_to = series.days[0].date, series.days[-1].date
    return min(first, max(first - BEFORE, known_from)), max(last, min(last + AFTER, known_to))


def curve(series: HeatStress, axis: TimeAxis, top: float, bottom: float, t: Texts) -> Curve:
    """Place the days of a series that the axis shows between two heights."""
    shown = series.between(axis.first, axis.last)
    most = max((day.dhw for day in shown), default=0.0)
    full = next(one for one in _TOPS if most <= one)

    def down(dhw: float) -> float:
        return round(bottom - (bottom - top) * dhw / full, 1)

    return Curve(
        lines=tuple(
            tuple(Point(axis.across(day.date), down(day.dhw)) for day in _thinned(run, axis))
            for run in _runs(shown)
        ),
        levels=tuple(
            Level(down(dhw), t("{dhw} °C-weeks: Bleaching Alert Level {level}", dhw=f"{dhw:g}", level=alert))
            for alert, dhw in ALERT_LEVELS
        ),
        scale=tuple(
            Level(down(dhw), f"{dhw:g}") for dhw in (full * part / _LINES for part in range(_LINES + 1))
        ),
    )


def _runs(days: Iterable[Day]) -> Iterable[list[Day]]:
    run: list[Day] = []
    for day in days:
        if run and day.date - run[-1].date > _LONGEST_GAP:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _thinned(run: Iterable[Day], axis: TimeAxis) -> Iterable[Day]:
    """Keep the day of highest stress for each place on the axis; decades have more days than pixels."""
    highest: dict[int, Day] = {}
    for day in run:
        place = int(axis.across(day.date))
        if place not in highest or day.dhw > highest[place].dhw:
            highest[place] = day
    return highest.values()
