"""Read a table of photos: file name, site, depth, transect, time, position."""

import csv
import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from coralchunk.surveys.coordinates import rounded_degrees

#: Names of columns, in lower case without what is in brackets, and the field that they fill.
_COLUMNS: Final = {
    **dict.fromkeys(("photo", "file", "file name", "filename", "name", "image"), "name"),
    "site": "site",
    **dict.fromkeys(("depth", "depth m"), "depth_m"),
    "transect": "transect",
    **dict.fromkeys(("taken at", "time", "date time", "datetime", "date"), "taken_at"),
    **dict.fromkeys(("latitude", "lat"), "latitude"),
    **dict.fromkeys(("longitude", "lon", "lng", "long"), "longitude"),
}
_DELIMITERS: Final = ",;\t"
_EXIF_DATE: Final = re.compile(r"^(\d{4}):(\d{2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class TableFault:
    """One cell that cannot be used."""

    row: int  # as a spreadsheet counts: the header is row 1
    column: str
    value: str
    remedy: str

    def words(self) -> str:
        """Return it as a person reads it."""
        return f"row {self.row}, column {self.column!r}, value {self.value[:100]!r}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """What a row says of a photo; empty cells say nothing."""

    row: int
    name: str
    fields: Mapping[str, Any]  # depth_m, transect, taken_at, latitude, longitude


@dataclass(frozen=True, slots=True)
class PhotoTable:
    """A table that was read."""

    rows: tuple[PhotoRow, ...]
    faults: tuple[TableFault, ...]
    ignored: tuple[str, ...]  # columns


def read_table(text: str, site: str) -> PhotoTable:
    """Read a CSV, with commas, semicolons or tabs between its cells.

    site  of the survey; a photo of another site is a fault
    """
    lines = text.removeprefix("\ufeff")
    first = lines.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(lines), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as wrong_form:
        return PhotoTable((), (TableFault(1, "all", "", f"save the table as CSV again ({wrong_form})"),), ())
    fields = [_COLUMNS.get(_plain(cell)) for cell in header]
    if "name" not in fields:
        remedy = "name the column of the photos' file names 'photo'; the first row holds the names of columns"
        return PhotoTable((), (TableFault(1, header[0] if header else "", first.strip(), remedy),), ())
    rows, faults = [], []
    number = 1
    try:
        for number, cells in enumerate(reader, start=2):
            given = [
                (column, field, cell.strip())
                for column, field, cell in zip(header, fields, cells, strict=False)
                if field is not None and cell.strip()
            ]
            if given:
                row, wrong = _row(number, given, site)
                rows.append(row)
                faults += wrong
    except csv.Error as wrong_form:
        faults.append(TableFault(number + 1, "all", "", f"save the table as CSV again ({wrong_form})"))
    ignored = tuple(column for column, field in zip(header, fields, strict=True) if field is None and column)
    return PhotoTable(tuple(rows), tuple(faults), ignored)


def _plain(column: str) -> str:
    words = re.sub(r"[(\[].*?[)\]]", "", column).replace("_", " ").lower()
    return " ".join(words.split())


def _row(number: int, given: list[tuple[str, str, str]], site: str) -> tuple[PhotoRow, list[TableFault]]:
    values: dict[str, Any] = {}
    faults = []
    for column, field, cell in given:
        try:
            values[field] = _READ[field](cell)
        except ValueError as wrong:
            faults.append(TableFault(number, column, cell, str(wrong)))
    columns = {field: column for column, field, _ in given}
    name = values.pop("name", "")
    if not name:
        faults.append(TableFault(number, "photo", "", "give the file name of the photo"))
    other = values.pop("site", site)
    if other != site:
        remedy = (
            f"this survey is of {site or 'no site'!r}; put photos of another site into a survey of their own"
        )
        faults.append(TableFault(number, columns["site"], other, remedy))
    if ("latitude" in columns) != ("longitude" in columns):
        known = "latitude" if "latitude" in columns else "longitude"
        value = next(cell for _, field, cell in given if field == known)
        faults.append(TableFault(number, columns[known], value, "give latitude and longitude, or neither"))
    return PhotoRow(number, name, values), faults


def _number(low: float, high: float, what: str) -> Callable[[str], float]:
    def read(cell: str) -> float:
        remedy = f"give {what}, from {low:g} to {high:g}"
        try:
            value = float(cell.replace(",", "."))
        except ValueError:
            raise ValueError(remedy) from None
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(remedy)
        return value

    return read


def _degrees(most: float) -> Callable[[str], float | None]:
    read = _number(-most, most, "degrees as a decimal number, such as -16.73")
    return lambda cell: rounded_degrees(read(cell))


def _text(longest: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > longest or not cell.isprintable():
            raise ValueError(f"use at most {longest} printable letters")
        return cell

    return read


def _time(cell: str) -> str:
    try:
        return dt.datetime.fromisoformat(_EXIF_DATE.sub(r"\1-\2-\3", cell)).isoformat()
    except ValueError:
        raise ValueError("give date and time as 2024-03-09 10:15:00") from None


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "name": _text(255),
    "site": _text(200),
    "depth_m": _number(0, 11_000, "metres below the surface as a number, such as 7.5"),
    "transect": _text(100),
    "taken_at": _time,
    "latitude": _degrees(90),
    "longitude": _degrees(180),
}
