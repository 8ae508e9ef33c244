"""Check the name of a batch, under which an owner's photos can be listed."""

from typing import Final

from coralchunk.errors.surveys import BadValue

LONGEST_BATCH: Final = 100


def checked_batch(name: str) -> str:
    """Return the name, which may be empty. Raises BadValue."""
    if len(name) > LONGEST_BATCH or not (name.isprintable() or not name):
        raise BadValue("batch", name, f"use up to {LONGEST_BATCH} printable characters")
    return name
