"""Write a table as an Excel workbook."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

_OPTIONS: Final = {
    "in_memory": True,
    # Text stays text, whatever its first character: it needs no apostrophe here.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def workbook(rows: Sequence[Sequence[Any]], sheet: str) -> bytes:
    """Return an .xlsx file with one sheet, its first row in bold; numbers are numbers and None is empty."""
    # Only this needs the package, which takes long to load.
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # noqa: PLC0415

    packed = BytesIO()
    with Workbook(packed, _OPTIONS) as spreadsheet:
        page, bold = spreadsheet.add_worksheet(sheet), spreadsheet.add_format({"bold": True})
        for number, row in enumerate(rows):
            page.write_row(number, 0, row, None if number else bold)
        page.freeze_panes(1, 0)
    return packed.getvalue()
