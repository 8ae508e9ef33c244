"""Say in a report how much heat stress there was at the site of a survey, and lay out its plot."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coralchunk.surveys.heat_stress.curve import Curve, curve, time_shown
from coralchunk.surveys.heat_stress.series import ALERT_LEVELS, Day, HeatStress, highest
from coralchunk.surveys.time_axis import Tick, TimeAxis
from coralchunk.translations import Texts

WIDTH, HEIGHT = 720.0, 150.0  # of the plot, without labels
_DATE_APART: Final = 90.0
_YEAR: Final = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class HeatReport:
    """The heat stress of the site of a survey."""

    paragraphs: tuple[str, ...]
    curve: Curve
    dates: tuple[Tick, ...]
    survey_x: float
    caption: str


def heat_report(series: HeatStress | None, date: dt.date, t: Texts) -> HeatReport | None:
    """Describe the heat stress round a survey; None if nothing is known of that time.

    date  of the survey
    """
    if series is None:
        return None
    axis = TimeAxis(*time_shown(series, [date]), 0.0, WIDTH)
    if not series.between(axis.first, axis.last):
        return None
    return HeatReport(
        paragraphs=(" ".join(_found(series, date, t)), _source(series, t)),
        curve=curve(series, axis, 0.0, HEIGHT, t),
        dates=axis.calendar(_DATE_APART),
        survey_x=axis.across(date),
        caption=t("Heat stress in °C-weeks (DHW); the vertical line is the day of the survey."),
    )


def _found(series: HeatStress, date: dt.date, t: Texts) -> Iterable[str]:
    then = series.on(date)
    if then is None:
        yield t("The heat stress on the day of the survey is not known.")
    else:
        yield t("On the day of the survey, heat stress was {dhw} °C-weeks (DHW).", dhw=t.number(then, 1))
    most = highest(series.between(date - _YEAR, date))
    if most is not None and most.dhw > 0:
        yield t(
            "In the year before, it was highest on {day}: {dhw} °C-weeks.",
            day=most.date.isoformat(),
            dhw=t.number(most.dhw, 1),
        )
        yield _level(most, t)


def _level(most: Day, t: Texts) -> str:
    reached = [(alert, least) for alert, least in ALERT_LEVELS if most.dhw >= least]
    if not reached:
        return t("That is less than NOAA's Bleaching Alert Level 1 needs (4 °C-weeks).")
    alert, least = reached[-1]
    return t(
        "That is as much as NOAA's Bleaching Alert Level {level} needs ({least} °C-weeks).",
        level=alert,
        least=f"{least:g}",
    )


def _source(series: HeatStress, t: Texts) -> str:
    return t(
        "Source: NOAA Coral Reef Watch, {name}. NOAA expects significant bleaching from 4 °C-weeks (Bleaching"
        " Alert Level 1), and severe bleaching and mortality from 8 °C-weeks (Level 2) (Liu et al. 2014).",
        name=series.name,
    )
