"""Place days on the time axis of a plot, and choose the dates that are written there."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_MARGIN: Final = 0.04  # of the time, so that no mark is on the edge
_MONTHS: Final = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200)  # between the dates of a calendar


@dataclass(frozen=True, slots=True)
class Tick:
    """A number or a date at an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time of a plot, from left to right."""

    first: dt.date
    last: dt.date
    left: float
    right: float  # of the field, in the unit of the plot

    def across(self, day: dt.date) -> float:
        """Return where a day is."""
        whole = (self.last - self.first).days
        part = (day - self.first).days / whole if whole else 0.5
        return round(self.left + (self.right - self.left) * (_MARGIN + part * (1 - 2 * _MARGIN)), 1)

    def at_days(self, days: Iterable[dt.date], apart: float) -> tuple[Tick, ...]:
        """Return the ticks of days, without those that lie nearer than `apart` to the one before."""
        ticks: list[Tick] = []
        for day in days:
            at = self.across(day)
            if not ticks or at - ticks[-1].at >= apart:
                ticks.append(Tick(at, day.isoformat()))
        return tuple(ticks)

    def calendar(self, apart: float) -> tuple[Tick, ...]:
        """Return the ticks of first days of months, at equal steps of at least `apart`."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        room = (self.right - self.left) / apart
        step = next((one for one in _MONTHS if months / one <= room), _MONTHS[-1])
        starts = (dt.date(number // 12, number % 12 + 1, 1) for number in _numbers(self, step))
        return self.at_days([day for day in starts if self.first <= day <= self.last], 0)


def _numbers(axis: TimeAxis, step: int) -> Sequence[int]:
    """Return the months that are multiples of a step, counted from year 0."""
    first, last = axis.first.year * 12 + axis.first.month - 1, axis.last.year * 12 + axis.last.month - 1
    return range(-(-first // step) * step, last + 1, step)
