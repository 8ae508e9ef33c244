"""Tell whether a number can be the id of a row; for others a database fails instead of finding nothing."""

from typing import Final

LARGEST_ID: Final = 2**31 - 1  # INTEGER in SQL


def can_be_id(number: int) -> bool:
    """Tell whether a row may have this number."""
    return 0 < number <= LARGEST_ID
