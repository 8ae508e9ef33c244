"""Read the parameters of a request's query."""

from collections.abc import Sequence

from flask import request

from coralchunk.errors.surveys import BadChoice, BadValue


def requested_choice(name: str, choices: Sequence[str]) -> str:
    """Return which of some values a parameter has; the first one where it is not given. Raises BadChoice."""
    value = request.args.get(name, choices[0])
    if value not in choices:
        raise BadChoice(name, value, choices)
    return value


def requested_number(name: str, default: int, bounds: tuple[int, int]) -> int:
    """Return the whole number that a parameter has; `default` where it is not given. Raises BadValue."""
    value, (least, most) = request.args.get(name, str(default)), bounds
    if not (
        value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most
    ):
        raise BadValue(name, value, f"use a whole number from {least} to {most}")
    return int(value)
