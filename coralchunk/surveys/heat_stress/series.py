"""Hold the heat stress of a site, day by day.

Heat stress is counted in degree heating weeks (DHW, °C-weeks): HotSpots of at least 1 °C, summed over 12
weeks. NOAA Coral Reef Watch expects significant bleaching from 4 °C-weeks (Bleaching Alert Level 1) and
severe bleaching with mortality from 8 °C-weeks (Level 2). Sources: Liu et al. 2014, "Reef-Scale Thermal
Stress Monitoring of Coral Ecosystems", Remote Sensing 6, 11579-11606, doi:10.3390/rs61111579; Skirving et al.
2020, "CoralTemp and the Coral Reef Watch Coral Bleaching Heat Stress Product Suite Version 3.1", Remote
Sensing 12, 3856, doi:10.3390/rs12233856. Since December 2023 NOAA divides Level 2 at 12, 16 and 20
°C-weeks into Levels 2 to 5. A level also needs a HotSpot of 1 °C on the day, which a series
of DHW does not tell.
"""

import datetime as dt
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

ALERT_LEVELS: Final = ((1, 4.0), (2, 8.0))  # Bleaching Alert Level, °C-weeks from which it may hold


@dataclass(frozen=True, slots=True)
class Day:
    """The heat stress of a day."""

    date: dt.date
    dhw: float  # °C-weeks


@dataclass(frozen=True, slots=True)
class HeatStress:
    """The heat stress of a site."""

    name: str  # of the station or the file
    days: tuple[Day, ...]  # by date, each once, at least one

    def on(self, date: dt.date) -> float | None:
        """Return the DHW of a day; None if it is not known."""
        found = self.between(date, date)
        return found[0].dhw if found else None

    def between(self, first: dt.date, last: dt.date) -> Sequence[Day]:
        """Return the days from one to another, both included."""
        low = bisect_left(self.days, first, key=_date)
        return self.days[low : bisect_right(self.days, last, key=_date)]


def highest(days: Iterable[Day]) -> Day | None:
    """Return the first of the days with the highest DHW; None if there are none."""
    return max(days, key=lambda day: day.dhw, default=None)


def packed(series: HeatStress) -> bytes:
    """Return the days of a series as they are stored."""
    return zlib.compress("".join(f"{day.date.isoformat()},{day.dhw!r}\n" for day in series.days).encode())


def unpacked(name: str, days: bytes) -> HeatStress:
    """Return a series as it was before `packed`."""
    lines = zlib.decompress(days).decode().splitlines()
    return HeatStress(name, tuple(Day(dt.date.fromisoformat(one[:10]), float(one[11:])) for one in lines))


def _date(day: Day) -> dt.date:
    return day.date
