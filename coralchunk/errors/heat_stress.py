"""Define the errors about files of heat stress.

CoralchunkError
├─ BadRequest
│   ├─ NoSite
│   ├─ NoHeatStressColumns
│   ├─ BadHeatStressRow
│   ├─ BadHeatStressDay
│   ├─ BadHeatStressValue
│   ├─ RepeatedHeatStressDay
│   ├─ NoHeatStressDays
│   └─ TooManyHeatStressDays
└─ Missing
    └─ NoHeatStress
"""

import datetime as dt

from coralchunk.errors import BadRequest, Missing


class NoSite(BadRequest):
    """The survey names no site that heat stress could be stored with."""

    def __init__(self) -> None:
        super().__init__("This survey has no site; heat stress is stored with a site. Edit the survey first.")


class NoHeatStressColumns(BadRequest):
    """No line of the file names a column of dates and one of degree heating weeks."""

    def __init__(self, searched: int) -> None:
        super().__init__(
            "None of the first {searched} lines names the columns: YYYY, MM, DD and DHW_from_90th_HS>1, as in"
            " the time series of NOAA's regional virtual stations, or date (or time) and dhw, as in a CSV"
            " from ERDDAP. Nothing was stored.",
            searched=searched,
        )


class BadHeatStressRow(BadRequest):
    """A line of the file has more or fewer columns than its header."""

    def __init__(self, line: int, found: int, expected: int) -> None:
        super().__init__(
            "Line {line} has {found} columns, the line with their names has {expected}. Download the file"
            " again, or remove the line. Nothing was stored.",
            line=line,
            found=found,
            expected=expected,
        )


class BadHeatStressDay(BadRequest):
    """A line of the file has no date that can be used."""

    def __init__(self, line: int, value: str, first: dt.date, last: dt.date) -> None:
        super().__init__(
            "Line {line}: {value!r} is no date from {first} to {last}. Write it as 2024-03-09, or as year,"
            " month and day in the columns YYYY, MM and DD. Nothing was stored.",
            line=line,
            value=value[:100],
            first=first.isoformat(),
            last=last.isoformat(),
        )


class BadHeatStressValue(BadRequest):
    """A line of the file has no number of degree heating weeks that can be used."""

    def __init__(self, line: int, column: str, value: str, most: float) -> None:
        super().__init__(
            "Line {line}: {column} is {value!r}. Give °C-weeks as a number from 0 to {most}, or NaN where"
            " there is none. Nothing was stored.",
            line=line,
            column=column[:100],
            value=value[:100],
            most=f"{most:g}",
        )


class RepeatedHeatStressDay(BadRequest):
    """The file has a day twice."""

    def __init__(self, line: int, day: dt.date, earlier: int) -> None:
        super().__init__(
            "Line {line}: {day} is also on line {earlier}. Export one place only (one latitude and one"
            " longitude), with one line a day. Nothing was stored.",
            line=line,
            day=day.isoformat(),
            earlier=earlier,
        )


class NoHeatStressDays(BadRequest):
    """The file has no day with a value."""

    def __init__(self) -> None:
        super().__init__(
            "The file has no day with a number of degree heating weeks. A place on land has none: export a"
            " place in the sea. Nothing was stored."
        )


class TooManyHeatStressDays(BadRequest):
    """The file has more days than are stored."""

    def __init__(self, most: int) -> None:
        super().__init__(
            "The file has more than {most} days, which is the maximum. Remove earlier years."
            " Nothing was stored.",
            most=most,
        )


class NoHeatStress(Missing):
    """The site of the survey has no heat stress."""

    def __init__(self, survey_id: int) -> None:
        super().__init__(
            "The site of survey {survey_id} has no heat stress. Store a file of NOAA's first.",
            survey_id=survey_id,
        )
