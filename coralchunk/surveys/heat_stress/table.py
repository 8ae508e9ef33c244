"""Read the heat stress of a site from the files that NOAA Coral Reef Watch and ERDDAP publish.

Accepted are the time series of NOAA's 5 km regional virtual stations (text: a head with the name of the
station, then columns YYYY MM DD ... DHW_from_90th_HS>1 ..., with blanks between them or as CSV) and CSV files
with a column of dates and one of degree heating weeks, also with the line of units that ERDDAP writes below
the names.
"""

import csv
import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.errors.heat_stress import (
    BadHeatStressDay,
    BadHeatStressRow,
    BadHeatStressValue,
    NoHeatStressColumns,
    NoHeatStressDays,
    RepeatedHeatStressDay,
    TooManyHeatStressDays,
)
from coralchunk.surveys.heat_stress.series import Day, HeatStress

MAX_DAYS: Final = 20_000  # 54 years; NOAA's series begin in 1985
MOST_DHW: Final = 100.0  # °C-weeks; the highest that were measured are below 40
FIRST: Final = dt.date(1981, 1, 1)  # before it no satellite measured what DHW need
LAST: Final = dt.date(2100, 1, 1)
_LONGEST_HEAD: Final = 60  # lines
_LONGEST_NAME: Final = 200
_DHW: Final = frozenset(
    {"dhw", "crw_dhw", "dhw_from_90th_hs_1", "degree_heating_week", "degree_heating_weeks"}
)
_DATE: Final = frozenset({"date", "time", "datetime"})
_PARTS: Final = (("yyyy", "year"), ("mm", "month"), ("dd", "day"))
_NO_VALUE: Final = frozenset({"", "nan", "na"})
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the values of a day are in a line."""

    names: Sequence[str]
    date: tuple[int, ...]  # one column, or year, month and day
    dhw: int
    split: Callable[[str], list[str]]


def read_heat_stress(text: str, name: str) -> HeatStress:
    """Read a file.

    name  of the series, if the file names no station

    Raises NoHeatStressColumns, BadHeatStressRow, BadHeatStressDay, BadHeatStressValue, RepeatedHeatStressDay,
    NoHeatStressDays, TooManyHeatStressDays.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    found = next(
        ((at, columns) for at, line in enumerate(lines[:_LONGEST_HEAD]) if (columns := _columns(line))), None
    )
    if found is None:
        raise NoHeatStressColumns(_LONGEST_HEAD)
    head, columns = lines[: found[0]], found[1]
    first_valid = _first_valid_day(head)
    lines_of: dict[dt.date, int] = {}
    days = []
    for number, line in enumerate(lines[found[0] + 1 :], start=found[0] + 2):
        cells = columns.split(line)
        if not any(cells) or (number == found[0] + 2 and "UTC" in cells):
            continue  # a blank line, or ERDDAP's units
        day = _day(number, cells, columns)
        if day is None or day.date < first_valid:
            continue
        if day.date in lines_of:
            raise RepeatedHeatStressDay(number, day.date, lines_of[day.date])
        lines_of[day.date] = number
        days.append(day)
        if len(days) > MAX_DAYS:
            raise TooManyHeatStressDays(MAX_DAYS)
    if not days:
        raise NoHeatStressDays
    station = _after(head, "name")
    return HeatStress((station or name)[:_LONGEST_NAME], tuple(sorted(days, key=lambda day: day.date)))


def _columns(line: str) -> _Columns | None:
    """Return the columns that a line names; None if it is not the line with the names."""
    delimiter = max(",;\t", key=line.count)
    is_delimited = delimiter in line
    split = _delimited(delimiter) if is_delimited else str.split
    names = split(line)
    plain = [_plain(name) for name in names]
    dhw = next((at for at, name in enumerate(plain) if name in _DHW), None)
    # Between blanks these words are part of a sentence: "First Valid DHW Date:".
    whole = [at for at, name in enumerate(plain) if is_delimited and name in _DATE]
    parts = [next((plain.index(name) for name in part if name in plain), None) for part in _PARTS]
    date = tuple(at for at in parts if at is not None) if None not in parts else tuple(whole[:1])
    return None if dhw is None or not date else _Columns(names, date, dhw, split)


def _delimited(delimiter: str) -> Callable[[str], list[str]]:
    def split(line: str) -> list[str]:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:  # a cell longer than any value
            return [line]

    return split


def _plain(name: str) -> str:
    """Return a column's name as R, ERDDAP and NOAA have it in common."""
    without_unit = re.sub(r"\(.*?\)|\[.*?\]", "", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", without_unit).strip("_")


def _day(number: int, cells: list[str], columns: _Columns) -> Day | None:
    """Return the day of a line; None if it has no value."""
    if len(cells) != len(columns.names):
        raise BadHeatStressRow(number, len(cells), len(columns.names))
    given = [cells[at] for at in columns.date]
    date = _date(given)
    if date is None or not FIRST <= date < LAST:
        raise BadHeatStressDay(number, " ".join(given), FIRST, LAST)
    value = cells[columns.dhw]
    if value.lower() in _NO_VALUE:
        return None
    try:
        dhw = float(value)
    except ValueError:
        dhw = math.nan
    if not 0 <= dhw <= MOST_DHW:
        raise BadHeatStressValue(number, columns.names[columns.dhw], value, MOST_DHW)
    return Day(date, dhw)


def _date(given: Sequence[str]) -> dt.date | None:
    whole = _ISO.fullmatch(given[0])
    try:
        return dt.date.fromisoformat(whole[1]) if whole else dt.date(*map(int, given))
    except (TypeError, ValueError):
        return None


def _after(head: Sequence[str], title: str) -> str:
    """Return the line below a title in the head of the file; "" if there is none."""
    plain = [_plain(line) for line in head]
    return head[plain.index(title) + 1].strip() if title in plain[:-1] else ""


def _first_valid_day(head: Sequence[str]) -> dt.date:
    """Return the day from which the head says that DHW are valid; NOAA wrote it as 1985 25 03, day first."""
    numbers = re.findall(r"\d+", _after(head, "first_valid_dhw_date"))
    if len(numbers) != 3:
        return FIRST
    year, month, day = numbers
    return _date([year, month, day]) or _date([year, day, month]) or FIRST
